/**
 * What rooms need from the outside. Declared here by their user, implemented in `src/` (and in tests), handed over in
 * `src/wire.ts`. Durable writes carry the room's epoch and are refused with `stale_epoch` when a newer owner exists.
 */
import type { ChatMessage, RecordingEnd, Role } from './protocol-views.ts';

/** Who is at the other end of a socket, as the token says. `expiresAt` is in ms since 1970. */
export type Identity =
  | { kind: 'user'; userId: string; name: string; sessionId: string; expiresAt: number }
  | { kind: 'guest'; memberId: string; consultationId: string; accessEpoch: number; name: string; sessionId: string; expiresAt: number };

/** Verifies tokens. `sessionId` identifies what can be revoked: a login session, or a guest's invitation. */
export interface Authenticator {
  /** @throws {RoomError} `unauthenticated` for anything but a valid, unexpired token; `session_revoked` */
  authenticate(token: string): Promise<Identity>;
  /** Cheap and synchronous: asked before every message. */
  isRevoked(sessionId: string): boolean;
  /** Calls back with the id of each session that ends from now on. Returns the unsubscribe function. */
  onRevoked(listener: (sessionId: string) => void): () => void;
}

/** The database's view of a visit at the moment its room opens. */
export interface VisitFacts {
  consultationId: string;
  title: string;
  /** ISO 8601, UTC */
  scheduledStart: string;
  scheduledEnd: string;
  /** ms since 1970 or null */
  startedAt: number | null;
  /** Whether patients and guests wait in the lobby to be admitted. */
  lobby: boolean;
  locked: boolean;
  /** Issued by the database at this takeover; larger than every epoch before. */
  epoch: number;
  /** Highest chat number stored, 0 for none. */
  latestChatSeq: number;
}

/** What one person may be in one visit. */
export interface Access {
  memberId: string;
  name: string;
  role: Role;
}

/** The rules and records of a visit. */
export interface ConsultationPolicy {
  /**
   * May this identity enter, and as what?
   * @throws {RoomError} `not_found`, `forbidden`, `removed` (kicked), `visit_ended`
   */
  authorize(consultationId: string, identity: Identity): Promise<Access>;
  /**
   * Takes the room over: issues the next epoch.
   * @throws {RoomError} `not_found`, `visit_ended`
   */
  open(consultationId: string): Promise<VisitFacts>;
  /** The two people of the visit are together for the first time. */
  started(consultationId: string, epoch: number, at: number): Promise<void>;
  locked(consultationId: string, epoch: number, locked: boolean): Promise<void>;
  /** Withdraws a member's access; bumps the member's access epoch, so tokens made before are dead. */
  removeMember(consultationId: string, epoch: number, memberId: string): Promise<void>;
  ended(consultationId: string, epoch: number, at: number, byMemberId: string | null): Promise<void>;
}

/** Chat as the database keeps it. */
export interface ChatStore {
  /**
   * Stores messages in one transaction. A message whose (consultation, member, clientMessageId) is stored already is
   * not stored again.
   * @returns one entry a message, in order: the number and time it is stored under (the earlier one for a repetition)
   */
  append(consultationId: string, epoch: number, messages: readonly ChatMessage[]): Promise<{ seq: number; sentAt: number }[]>;
  /** The stored number of a message sent before, or null. */
  find(consultationId: string, memberId: string, clientMessageId: string): Promise<{ seq: number; sentAt: number } | null>;
  /** Messages with a number above `afterSeq`, oldest first. */
  after(consultationId: string, afterSeq: number, limit: number): Promise<ChatMessage[]>;
}

/** A recording that is not over: asked for, under way, or paused. */
export interface OpenRecording {
  id: string;
  askedBy: { memberId: string; name: string };
  /** ms since 1970 */
  askedAt: number;
  /** ms since 1970, or null before the first of it */
  startedAt: number | null;
  /** The same moment on this process's monotonic clock (`performance.now()`), by the clock of the database: that one all nodes share. */
  zero: number | null;
  /** As the row has it. */
  state: 'asked' | 'recording' | 'paused';
  /** The last word of each member who said one. */
  decisions: { memberId: string; consent: boolean }[];
}

/** One piece of one track, a file on this node that is taken away once this is stored. */
export interface RecordingSegment {
  /** Of the piece: stored once, however often it is tried. */
  id: string;
  memberId: string;
  peerId: string;
  producerId: string;
  kind: 'audio' | 'video';
  source: 'microphone' | 'camera' | 'screen' | 'screen-audio';
  /** ms after the start of the recording, on the clock that all tracks share */
  offsetMs: number;
  durationMs: number;
  path: string;
}

/**
 * Recordings as the database keeps them. Writes carry the room's epoch. What people said is stored before it is acted upon, except for what
 * stops a recording: that acts at once.
 */
export interface RecordingRecords {
  /** The recording of a visit that is not over, or null. */
  current(consultationId: string): Promise<OpenRecording | null>;
  /**
   * Opens one, with the consent of whoever asks.
   * @throws {RoomError} `forbidden`, `recording_disabled`, `already_recording`, `stale_epoch`, `visit_ended`
   */
  ask(consultationId: string, epoch: number, memberId: string): Promise<OpenRecording>;
  /** @throws {RoomError} `stale_epoch`, `visit_ended`, `not_found` when it is over */
  decided(consultationId: string, epoch: number, recordingId: string, memberId: string, consent: boolean): Promise<void>;
  /** @returns when the first of it was recorded. @throws {RoomError} as `decided` does */
  moved(
    consultationId: string,
    epoch: number,
    recordingId: string,
    state: 'recording' | 'paused',
  ): Promise<Pick<OpenRecording, 'startedAt' | 'zero'>>;
  /** It is over. @param end.withdrawnBy the member who took a consent back, which is stored with it. @throws {RoomError} as `decided` does */
  ended(
    consultationId: string,
    epoch: number,
    recordingId: string,
    end: { reason: RecordingEnd; withdrawnBy: string | null },
  ): Promise<void>;
  /** Keeps a piece, also of a recording that is just over. @throws {RoomError} `stale_epoch`, `not_found` */
  segment(consultationId: string, epoch: number, recordingId: string, segment: RecordingSegment): Promise<void>;
  /** Every piece is kept: the film can be made. @throws {RoomError} `stale_epoch` */
  complete(consultationId: string, epoch: number, recordingId: string): Promise<void>;
}

/** Structured log; pino's shape. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What is written down of a piece of work: names and ids, never what people are called or say. */
export type SpanAttributes = Record<string, string | number>;

/** A piece of work in a trace. */
export interface Span {
  /** Names this span for what it causes elsewhere (W3C `traceparent`). */
  readonly carrier: string;
  /** Runs work as part of this span: what it starts meanwhile stands below it. */
  run<T>(work: () => T): T;
  set(attributes: SpanAttributes): void;
  /** @param error of a span that failed; its code or type is kept, never its text */
  end(error?: unknown): void;
}

export interface SpanOptions {
  /** One of few: no ids in it. */
  name: string;
  kind: 'server' | 'client' | 'consumer' | 'internal';
  /** Null: a trace of its own; a carrier: below that span; default: below the span that runs here. */
  parent?: string | null | undefined;
  attributes?: SpanAttributes;
  /** Carriers of others that it is done for as well. */
  links?: readonly string[];
}

/** Traces. Where none are wanted there is none of these, and nothing is done for them. */
export interface Tracing {
  /** @returns null when it is not recorded: not chosen, or below nothing that is */
  start(options: SpanOptions): Span | null;
  /** The span that runs here, for a message; undefined without one. */
  carrier(): string | undefined;
  /** Whether a span runs here; cheaper than its carrier. */
  active(): boolean;
  /** The work, to be run later and as part of the span that runs now. */
  bind<T>(work: () => T): () => T;
  /** Runs work as part of no span. */
  apart<T>(work: () => T): T;
  /** Adds to the span that runs here. */
  note(attributes: SpanAttributes): void;
}
