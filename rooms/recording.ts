/**
 * A recording, as state of its room. Everybody present has to consent: it begins only then, pauses as soon as somebody is there who has not,
 * and ends when somebody takes their consent back. What stops it acts first and is stored then, and is stored again and again until it is;
 * what lets it go on is stored first.
 */
import type { Recorder, RecordingFault, RoomMedia } from '#sfu/types.ts';
import type { StopReason } from './actor.ts';
import type { ConsultationRoom } from './consultation-state.ts';
import { durable, within } from './durable.ts';
import { RoomError } from './errors.ts';
import type { OpenRecording, RecordingRecords } from './ports.ts';
import type { RecordingEnd, RecordingView } from './protocol.ts';
import { createTape, type Tape } from './recording-tape.ts';
import type { RoomSnapshot } from './room-snapshot.ts';
import type { Seat } from './seats.ts';

export interface RecordingParts {
  records: RecordingRecords;
  recorder: Recorder;
}

export interface RecordingDesk {
  /** What a seat is shown of the recording that is open; null: the clinic itself looks. */
  view(seat: Seat | null): RecordingView | null;
  /** People came or went. */
  look(): void;
  /** @throws {RoomError} `recording_unavailable`, and what `RecordingRecords.ask` throws */
  ask(seat: Seat, requestId?: string): Promise<{ recordingId: string }>;
  /** @throws {RoomError} `not_found` when that one is over, `protocol_mismatch` for a page that does not show it, `storage_unavailable` */
  decide(seat: Seat, recordingId: string, consent: boolean, requestId?: string): Promise<void>;
  /** @throws {RoomError} `not_found`; `storage_unavailable`: it has stopped and goes on being stored */
  withdraw(seat: Seat, recordingId: string, requestId?: string): Promise<void>;
  /** @throws {RoomError} as `withdraw` does */
  stop(recordingId: string, requestId?: string): Promise<void>;
  /** What the snapshot keeps. */
  kept(): RoomSnapshot['recording'];
  /** The room has this media from now on. */
  use(media: RoomMedia): void;
  /** The room stops. Resolves when what was recorded is stored, or cannot be. */
  close(reason: StopReason): Promise<void>;
}

interface Current extends Omit<OpenRecording, 'decisions'> {
  decisions: Map<string, boolean>;
  /** How often each member was heard: an answer that was overtaken does not count. */
  heard: Map<string, number>;
  /** It is over; being stored. */
  end: { reason: RecordingEnd; withdrawnBy: string | null } | null;
  /** Why nothing of it can be kept at the moment. */
  fault: RecordingFault | null;
  tape: Tape;
}

/** How long a write that failed waits before it is tried again, in ms. */
const RETRY_MS = 1_000;
/** How long a room that stops waits for its last pieces, in ms. */
const LAST_PIECES_MS = 4_000;

export interface DeskOptions {
  room: () => ConsultationRoom;
  parts: RecordingParts | undefined;
  /** The recording that is open, as the database has it. */
  current: OpenRecording | null;
  kept: RoomSnapshot['recording'];
}

export function createRecordingDesk(options: DeskOptions): RecordingDesk {
  return new Desk(options);
}

class Desk implements RecordingDesk {
  readonly #options: DeskOptions;
  #current: Current | null = null;
  /** Last seen by everybody. */
  #shown = '';
  #media: RoomMedia | null = null;
  #asking = false;
  #moving = false;
  #writes: Promise<unknown> = Promise.resolve();
  /** Writes that failed and are tried again, by what they are. */
  readonly #retries = new Map<string, ReturnType<typeof setTimeout>>();
  #closed = false;

  constructor(options: DeskOptions) {
    this.#options = options;
    const { current, kept } = options;
    if (!current || !options.parts) return;
    this.#current = this.#open(current);
    const { decisions } = this.#current;
    const known = kept?.id === current.id ? kept : null;
    // Said before the end and perhaps not stored: no consent survives it.
    for (const memberId of known?.refused ?? []) decisions.set(memberId, false);
    // After a crash nobody knows who took what back while nothing could be stored: everybody is asked anew.
    if (!known?.closed) for (const [memberId, consent] of decisions) if (consent) decisions.delete(memberId);
  }

  view(seat: Seat | null): RecordingView | null {
    const current = this.#current;
    if (!current || current.end) return null;
    const { id, askedBy, askedAt, startedAt, decisions, fault } = current;
    const said = seat && decisions.get(seat.memberId);
    const own = seat && (said === undefined ? 'waiting' : said ? 'consented' : 'refused');
    const missing = !seat || seat.role === 'practitioner' ? this.#missing(current) : [];
    return { id, state: this.#state(current), askedBy, askedAt, startedAt, own, missing, fault };
  }

  look(): void {
    const current = this.#current;
    if (!current || this.#closed) return;
    const wanted = this.#wanted(current);
    // Before anything else: whoever just came in has not consented.
    if (wanted !== 'recording') current.tape.follow([]);
    if (wanted !== current.state) this.#move(current, wanted);
    else if (wanted === 'recording') current.tape.follow(this.#present());
    this.#show();
  }

  async ask(seat: Seat, requestId?: string): Promise<{ recordingId: string }> {
    const { parts } = this.#options;
    if (!parts) throw new RoomError('recording_unavailable');
    const why = await parts.recorder.unavailable();
    if (why) throw new RoomError('recording_unavailable', [{ why }]);
    if (this.#current || this.#asking) throw new RoomError('already_recording');
    if (!seat.showsRecording) throw new RoomError('protocol_mismatch');
    this.#asking = true;
    try {
      const opened = await this.#askOrFind(seat, requestId);
      if (this.#closed) throw new RoomError('room_moved');
      this.#current = this.#open(opened);
      this.look();
      return { recordingId: opened.id };
    } finally {
      this.#asking = false;
    }
  }

  async decide(seat: Seat, recordingId: string, consent: boolean, requestId?: string): Promise<void> {
    const current = this.#named(recordingId);
    if (!seat.showsRecording) throw new RoomError('protocol_mismatch');
    const { memberId } = seat;
    const turn = this.#hear(current, memberId);
    if (!consent) {
      current.decisions.set(memberId, false);
      this.look();
    }
    await this.#decided(current, { memberId, consent, turn }, requestId);
  }

  withdraw(seat: Seat, recordingId: string, requestId?: string): Promise<void> {
    const current = this.#named(recordingId);
    // Nothing to take back, or it is not stored yet: then this is a refusal.
    if (!current.decisions.get(seat.memberId)) return this.decide(seat, recordingId, false, requestId);
    this.#hear(current, seat.memberId);
    current.decisions.set(seat.memberId, false);
    return this.#end(current, { reason: 'withdrawn', withdrawnBy: seat.memberId }, requestId);
  }

  stop(recordingId: string, requestId?: string): Promise<void> {
    return this.#end(this.#named(recordingId), { reason: 'stopped', withdrawnBy: null }, requestId);
  }

  kept(): RoomSnapshot['recording'] {
    if (!this.#current) return null;
    const { id, decisions, end } = this.#current;
    const who = (consent: boolean): string[] => [...decisions].flatMap(([memberId, said]) => (said === consent ? [memberId] : []));
    return { id, consented: who(true), refused: who(false), closed: this.#closed && !end };
  }

  use(media: RoomMedia): void {
    this.#media = media;
    this.#current?.tape.use(media);
  }

  async close(reason: StopReason): Promise<void> {
    const current = this.#current;
    this.#closed = true;
    for (const retry of this.#retries.values()) clearTimeout(retry);
    if (!current) return;
    current.tape.follow([]);
    if (reason === 'fenced') return current.tape.discard();
    this.#room.snapshots.schedule();
    // Whoever has the room next goes on with it.
    const goesOn = reason === 'shutdown' || reason === 'failed' || reason === 'moved';
    const end = current.end ?? (goesOn ? null : ({ reason: reason === 'idle' ? 'left' : reason, withdrawnBy: null } as const));
    if (end) {
      // What the visit's end has stored already is refused here.
      if (await this.#store(current, end).then(() => true, isOver)) this.#current = null;
      return this.#finish(current);
    }
    // Whoever opens the room next finds it paused; after a crash it says `recording` until then.
    if (current.state === 'recording') {
      const paused = this.#parts.records.moved(this.#id, this.#epoch, current.id, 'paused');
      await this.#durable('recording.moved', paused).catch(() => undefined);
    }
    await within(current.tape.finish(), LAST_PIECES_MS, 'deadline').catch(() => undefined);
  }

  get #room(): ConsultationRoom {
    return this.#options.room();
  }

  get #id(): string {
    return this.#room.facts.consultationId;
  }

  get #epoch(): number {
    return this.#room.facts.epoch;
  }

  get #parts(): RecordingParts {
    return this.#options.parts as RecordingParts;
  }

  #open(recording: OpenRecording): Current {
    const { decisions, ...rest } = recording;
    const said = new Map(decisions.map(({ memberId, consent }) => [memberId, consent]));
    const onFault = (fault: RecordingFault | null): void => {
      current.fault = fault;
      if (this.#current === current && !this.#closed) this.#show();
    };
    const tape = createTape({ room: this.#options.room, parts: this.#parts, recordingId: recording.id, onFault });
    const current: Current = { ...rest, decisions: said, heard: new Map(), end: null, fault: null, tape };
    if (this.#media) tape.use(this.#media);
    if (rest.zero !== null) tape.startedAt(rest.zero);
    return current;
  }

  /** A question that was stored after nobody waited for it any more is there already. @throws as `ask` does */
  async #askOrFind({ memberId }: Seat, requestId?: string): Promise<OpenRecording> {
    const { records } = this.#parts;
    try {
      return await this.#durable('recording.ask', records.ask(this.#id, this.#epoch, memberId), requestId);
    } catch (error) {
      if (!(error instanceof RoomError) || error.code !== 'already_recording') throw error;
      const there = await this.#durable('recording.current', records.current(this.#id), requestId);
      if (!there) throw error;
      return there;
    }
  }

  /** @throws {RoomError} `not_found` */
  #named(recordingId: string): Current {
    if (this.#current?.id !== recordingId || this.#current.end) throw new RoomError('not_found');
    return this.#current;
  }

  #hear({ heard }: Current, memberId: string): number {
    const turn = (heard.get(memberId) ?? 0) + 1;
    heard.set(memberId, turn);
    return turn;
  }

  #present(): Seat[] {
    return this.#room.seats.at('room');
  }

  /** Who is present without consent, each person once. */
  #missing({ decisions }: Current): RecordingView['missing'] {
    const missing = new Map<string, RecordingView['missing'][number]>();
    for (const { memberId, name, showsRecording } of this.#present()) {
      const said = decisions.get(memberId);
      if (said && showsRecording) continue;
      missing.set(memberId, { memberId, name, reason: said === false ? 'refused' : showsRecording ? 'waiting' : 'unable' });
    }
    return [...missing.values()];
  }

  #wanted(current: Current): OpenRecording['state'] {
    const somebody = this.#present().some(({ connectionId }) => connectionId !== null);
    if (somebody && !current.end && this.#missing(current).length === 0) return 'recording';
    return current.state === 'asked' ? 'asked' : 'paused';
  }

  #state(current: Current): RecordingView['state'] {
    const wanted = this.#wanted(current);
    if (wanted !== 'recording') return wanted;
    return current.state;
  }

  /** Stores the state that is wanted, and looks again: it may be another by then. */
  #move(current: Current, wanted: OpenRecording['state']): void {
    if (this.#moving || current.end || wanted === 'asked') return;
    this.#moving = true;
    const { records } = this.#parts;
    this.#durable('recording.moved', records.moved(this.#id, this.#epoch, current.id, wanted)).then(
      ({ startedAt, zero }) => {
        this.#moving = false;
        current.state = wanted;
        current.startedAt = startedAt;
        if (zero !== null) current.tape.startedAt(zero);
        if (this.#current === current) this.look();
      },
      (error: unknown) => {
        this.#moving = false;
        if (isOver(error)) return this.#over(current, 'ended');
        this.#again('move', () => this.look());
      },
    );
  }

  /** Stores what somebody said; a refusal until it is stored, or overtaken. */
  async #decided(current: Current, said: { memberId: string; consent: boolean; turn: number }, requestId?: string): Promise<void> {
    const { memberId, consent, turn } = said;
    const overtaken = (): boolean => this.#current !== current || current.heard.get(memberId) !== turn;
    const store = (): Promise<void> => this.#parts.records.decided(this.#id, this.#epoch, current.id, memberId, consent);
    try {
      await this.#inOrder(() => this.#durable('recording.decided', store(), requestId));
    } catch (error) {
      const again = (): void => void (overtaken() || this.#decided(current, said, requestId).catch(() => undefined));
      if (!consent && !isOver(error)) this.#again(memberId, again);
      throw error;
    }
    if (overtaken()) return;
    current.decisions.set(memberId, consent);
    this.look();
  }

  /** Stops it at once, then stores that. */
  async #end(current: Current, end: NonNullable<Current['end']>, requestId?: string): Promise<void> {
    current.end = end;
    current.tape.follow([]);
    this.#room.snapshots.schedule();
    try {
      await this.#inOrder(() => this.#store(current, end, requestId));
    } catch (error) {
      if (!isOver(error)) {
        this.#again('end', () => void this.#end(current, end, requestId).catch(() => undefined));
        throw error;
      }
    }
    this.#over(current, end.reason);
  }

  #store(current: Current, end: NonNullable<Current['end']>, requestId?: string): Promise<void> {
    return this.#durable('recording.ended', this.#parts.records.ended(this.#id, this.#epoch, current.id, end), requestId);
  }

  #over(current: Current, reason: RecordingEnd): void {
    if (this.#current !== current) return;
    this.#current = null;
    this.#shown = '';
    current.tape.follow([]);
    this.#room.channel.toRoom('recording:ended', { recordingId: current.id, reason });
    this.#room.snapshots.schedule();
    void this.#finish(current);
  }

  async #finish(current: Current): Promise<void> {
    const { log } = this.#room;
    try {
      await within(current.tape.finish(), LAST_PIECES_MS, 'deadline');
      await this.#durable('recording.complete', this.#parts.records.complete(this.#id, this.#epoch, current.id));
    } catch (error) {
      // The end of the recording has planned its film for a while later, when the last pieces are stored as well.
      log.warn({ err: error, recordingId: current.id }, 'recording not completed at once');
    }
  }

  /** Tells everybody inside what is new, each their own. */
  #show(): void {
    const current = this.#current;
    if (!current || current.end) return;
    const shown = JSON.stringify([this.view(null), [...current.decisions]]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#room.snapshots.schedule();
    for (const seat of this.#present()) {
      const recording = this.view(seat);
      if (recording && seat.connectionId) this.#room.channel.toPeer(seat.peerId, 'recording:updated', { recording });
    }
  }

  /** The last word in the database is the last that was said. */
  #inOrder<T>(write: () => Promise<T>): Promise<T> {
    const mine = this.#writes.then(write);
    this.#writes = mine.catch(() => undefined);
    return mine;
  }

  #again(what: string, work: () => void): void {
    clearTimeout(this.#retries.get(what));
    if (!this.#closed) this.#retries.set(what, setTimeout(work, RETRY_MS).unref());
  }

  async #durable<T>(what: string, work: Promise<T>, requestId?: string): Promise<T> {
    try {
      return await durable(this.#room.log, what, work, { requestId });
    } catch (error) {
      if (error instanceof RoomError && error.code === 'stale_epoch') this.#room.quit('fenced');
      throw error;
    }
  }
}

/** The database says that it is over. */
const isOver = (error: unknown): boolean => error instanceof RoomError && (error.code === 'not_found' || error.code === 'visit_ended');
