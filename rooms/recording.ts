/**
 * A recording, as state of its room. Everybody present has to consent: it begins only then, pauses as soon as somebody is there who has not,
 * and ends when somebody takes their consent back. What stops it acts first and is stored then, and is stored again and again until it is;
 * what lets it go on is stored first.
 */
import type { Recorder, RecordingFault, RoomMedia } from '#sfu/types.ts';
import type { StopReason } from './actor.ts';
import type { ConsultationRoom } from './consultation-state.ts';
import { within } from './durable.ts';
import { RoomError, type RoomErrorCode } from './errors.ts';
import type { OpenRecording, RecordingRecords } from './ports.ts';
import type { RecordingEnd, RecordingView } from './protocol.ts';
import { consentsAfter, consentsOf, type Consents } from './recording-consents.ts';
import { createTape, type Tape } from './recording-tape.ts';
import { createRecordingWrites, isOver, type RecordingWrites } from './recording-writes.ts';
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
  consents: Consents;
  /** It is over; being stored. */
  end: { reason: RecordingEnd; withdrawnBy: string | null } | null;
  /** Why nothing of it can be kept at the moment. */
  fault: RecordingFault | null;
  tape: Tape;
}

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
  return options.parts ? new Desk(options, options.parts) : withoutRecorder;
}

const refuse = (code: RoomErrorCode) => (): Promise<never> => Promise.reject(new RoomError(code));

const withoutRecorder: RecordingDesk = {
  view: () => null,
  look: () => undefined,
  ask: refuse('recording_unavailable'),
  decide: refuse('not_found'),
  withdraw: refuse('not_found'),
  stop: refuse('not_found'),
  kept: () => null,
  use: () => undefined,
  close: () => Promise.resolve(),
};

class Desk implements RecordingDesk {
  readonly #options: DeskOptions;
  readonly #parts: RecordingParts;
  readonly #writes: RecordingWrites;
  #current: Current | null = null;
  /** Last seen by everybody. */
  #shown = '';
  #media: RoomMedia | null = null;
  #asking = false;
  #moving = false;
  #closed = false;

  constructor(options: DeskOptions, parts: RecordingParts) {
    this.#options = options;
    this.#parts = parts;
    this.#writes = createRecordingWrites(options.room, parts.records);
    const { current, kept } = options;
    if (current) this.#current = this.#open(current, consentsAfter(current, kept));
  }

  view(seat: Seat | null): RecordingView | null {
    const current = this.#current;
    if (!current || current.end) return null;
    const { id, askedBy, askedAt, startedAt, consents, fault } = current;
    const said = seat && consents.of(seat.memberId);
    const own = seat && (said === undefined ? 'waiting' : said ? 'consented' : 'refused');
    const missing = !seat || seat.role === 'practitioner' ? consents.missing(this.#present()) : [];
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
    const why = await this.#parts.recorder.unavailable();
    if (why) throw new RoomError('recording_unavailable', [{ why }]);
    if (this.#current || this.#asking) throw new RoomError('already_recording');
    if (!seat.showsRecording) throw new RoomError('protocol_mismatch');
    this.#asking = true;
    try {
      const opened = await this.#writes.ask(seat.memberId, requestId);
      if (this.#closed) throw new RoomError('room_moved');
      this.#current = this.#open(opened, consentsOf(opened.decisions));
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
    const overtaken = current.consents.hear(memberId);
    if (!consent) {
      current.consents.set(memberId, false);
      this.look();
    }
    await this.#decided(current, { memberId, consent, overtaken }, requestId);
  }

  withdraw(seat: Seat, recordingId: string, requestId?: string): Promise<void> {
    const current = this.#named(recordingId);
    const { memberId } = seat;
    // Nothing to take back, or it is not stored yet: then this is a refusal.
    if (!current.consents.of(memberId)) return this.decide(seat, recordingId, false, requestId);
    current.consents.hear(memberId);
    current.consents.set(memberId, false);
    return this.#end(current, { reason: 'withdrawn', withdrawnBy: memberId }, requestId);
  }

  stop(recordingId: string, requestId?: string): Promise<void> {
    return this.#end(this.#named(recordingId), { reason: 'stopped', withdrawnBy: null }, requestId);
  }

  kept(): RoomSnapshot['recording'] {
    if (!this.#current) return null;
    const { id, consents, end } = this.#current;
    return { id, consented: consents.who(true), refused: consents.who(false), closed: this.#closed && !end };
  }

  use(media: RoomMedia): void {
    this.#media = media;
    this.#current?.tape.use(media);
  }

  async close(reason: StopReason): Promise<void> {
    const current = this.#current;
    this.#closed = true;
    this.#writes.close();
    if (!current) return;
    current.tape.follow([]);
    if (reason === 'fenced') return current.tape.discard();
    this.#room.snapshots.schedule();
    // Whoever has the room next goes on with it.
    const goesOn = reason === 'shutdown' || reason === 'failed' || reason === 'moved';
    const end = current.end ?? (goesOn ? null : ({ reason: reason === 'idle' ? 'left' : reason, withdrawnBy: null } as const));
    if (end) {
      // What the visit's end has stored already is refused here.
      if (await this.#writes.ended(current.id, end).then(() => true, isOver)) this.#current = null;
      return this.#finish(current);
    }
    // Whoever opens the room next finds it paused; after a crash it says `recording` until then.
    if (current.state === 'recording') await this.#writes.moved(current.id, 'paused').catch(() => undefined);
    await within(current.tape.finish(), LAST_PIECES_MS, 'deadline').catch(() => undefined);
  }

  get #room(): ConsultationRoom {
    return this.#options.room();
  }

  #open({ decisions: _decisions, ...recording }: OpenRecording, consents: Consents): Current {
    const onFault = (fault: RecordingFault | null): void => {
      current.fault = fault;
      if (this.#current === current && !this.#closed) this.#show();
    };
    const tape = createTape({ room: this.#options.room, parts: this.#parts, recordingId: recording.id, onFault });
    const current: Current = { ...recording, consents, end: null, fault: null, tape };
    if (this.#media) tape.use(this.#media);
    if (recording.zero !== null) tape.startedAt(recording.zero);
    return current;
  }

  /** @throws {RoomError} `not_found` */
  #named(recordingId: string): Current {
    if (this.#current?.id !== recordingId || this.#current.end) throw new RoomError('not_found');
    return this.#current;
  }

  #present(): Seat[] {
    return this.#room.seats.at('room');
  }

  #wanted(current: Current): OpenRecording['state'] {
    const present = this.#present();
    const somebody = present.some(({ connectionId }) => connectionId !== null);
    if (somebody && !current.end && current.consents.missing(present).length === 0) return 'recording';
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
    this.#writes.moved(current.id, wanted).then(
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
        this.#writes.again('move', () => this.look());
      },
    );
  }

  /** Stores what somebody said; a refusal until it is stored, or overtaken. */
  async #decided(
    current: Current,
    said: { memberId: string; consent: boolean; overtaken: () => boolean },
    requestId?: string,
  ): Promise<void> {
    const { memberId, consent } = said;
    const overtaken = (): boolean => this.#current !== current || said.overtaken();
    try {
      await this.#writes.decided(current.id, said, requestId);
    } catch (error) {
      const again = (): void => void (overtaken() || this.#decided(current, said, requestId).catch(() => undefined));
      if (!consent && !isOver(error)) this.#writes.again(memberId, again);
      throw error;
    }
    if (overtaken()) return;
    current.consents.set(memberId, consent);
    this.look();
  }

  /** Stops it at once, then stores that. */
  async #end(current: Current, end: NonNullable<Current['end']>, requestId?: string): Promise<void> {
    current.end = end;
    current.tape.follow([]);
    this.#room.snapshots.schedule();
    try {
      await this.#writes.ended(current.id, end, requestId);
    } catch (error) {
      if (!isOver(error)) {
        this.#writes.again('end', () => void this.#end(current, end, requestId).catch(() => undefined));
        throw error;
      }
    }
    this.#over(current, end.reason);
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
      await this.#writes.complete(current.id);
    } catch (error) {
      // The end of the recording has planned its film for a while later, when the last pieces are stored as well.
      log.warn({ err: error, recordingId: current.id }, 'recording not completed at once');
    }
  }

  /** Tells everybody inside what is new, each their own. */
  #show(): void {
    const current = this.#current;
    if (!current || current.end) return;
    const shown = JSON.stringify([this.view(null), current.consents.who(true), current.consents.who(false)]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#room.snapshots.schedule();
    for (const seat of this.#present()) {
      const recording = this.view(seat);
      if (recording && seat.connectionId) this.#room.channel.toPeer(seat.peerId, 'recording:updated', { recording });
    }
  }
}
