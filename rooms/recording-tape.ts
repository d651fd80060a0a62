/** What is recorded of a room: hands the media and the people to follow to the recorder, and each finished piece to the database. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedSegment, RecordingFault, RoomMedia } from '#sfu/types.ts';
import type { ConsultationRoom } from './consultation-state.ts';
import { durable } from './durable.ts';
import { RoomError } from './errors.ts';
import type { RecordingParts } from './recording.ts';
import type { Seat } from './seats.ts';

export interface Tape {
  /** Records these from now on and nobody else; nobody: pauses. Acts at once. */
  follow(seats: readonly Seat[]): void;
  use(media: RoomMedia): void;
  /**
   * When the recording began, on the monotonic clock of this process: the zero of the clock that all tracks share. What is said first
   * holds: once it records, no clock that is set moves one track against another.
   */
  startedAt(zero: number): void;
  /** Ends it; resolves when every piece is stored, or was given up. */
  finish(): Promise<void>;
  /** Ends it and keeps nothing more. */
  discard(): void;
}

/** How often a piece is tried to be stored, and the pause after the first failure, in ms; it doubles. */
const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 250;

export interface TapeOptions {
  room: () => ConsultationRoom;
  parts: RecordingParts;
  recordingId: string;
  /** Nothing can be kept from now on, or it can again (null). */
  onFault: (fault: RecordingFault | null) => void;
}

export function createTape({ room, parts, recordingId, onFault }: TapeOptions): Tape {
  let zero: number | null = null;
  let discarded = false;
  const memberOf = new Map<string, string>();

  /** @returns false: it is lost */
  async function keep({ peerId, startedAt, ...piece }: RecordedSegment): Promise<boolean> {
    const { facts, log } = room();
    const { consultationId, epoch } = facts;
    const memberId = memberOf.get(peerId);
    if (memberId === undefined) return true;
    const segment = { id: randomUUID(), ...piece, peerId, memberId, offsetMs: Math.max(0, Math.round(startedAt - (zero ?? startedAt))) };
    for (let attempt = 1; !discarded; attempt++) {
      try {
        await durable(log, 'recording.segment', parts.records.segment(consultationId, epoch, recordingId, segment));
        return true;
      } catch (error) {
        const hopeless = error instanceof RoomError && error.code !== 'storage_unavailable';
        if (error instanceof RoomError && error.code === 'stale_epoch') {
          room().quit('fenced');
          return true;
        }
        if (!hopeless && attempt < ATTEMPTS) await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), undefined, { ref: false });
        else {
          log.error({ err: error, recordingId, producerId: piece.producerId }, 'a piece of a recording is lost');
          return false;
        }
      }
    }
    return true;
  }

  const recorder = parts.recorder.open({ name: recordingId, onSegment: keep, onFault });
  return {
    follow(seats) {
      for (const { peerId, memberId } of seats) memberOf.set(peerId, memberId);
      recorder.follow(seats.map(({ peerId }) => peerId));
    },
    use: (media) => recorder.use(media),
    startedAt(at) {
      zero ??= at;
    },
    finish: () => recorder.finish(),
    discard() {
      discarded = true;
      recorder.discard();
    },
  };
}
