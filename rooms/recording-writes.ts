/** What a room stores about its recording: in the order in which it was said, with the epoch of the room, again where it must not be lost. */
import type { ConsultationRoom } from './consultation-state.ts';
import { durable } from './durable.ts';
import { RoomError } from './errors.ts';
import type { OpenRecording, RecordingRecords } from './ports.ts';
import type { RecordingEnd } from './protocol.ts';

/** The writes of `RecordingRecords` for one room. All throw what those throw, and `storage_unavailable`. */
export interface RecordingWrites {
  /** A question that was stored after nobody waited for it any more is there already. */
  ask(memberId: string, requestId?: string): Promise<OpenRecording>;
  moved(recordingId: string, state: 'recording' | 'paused'): Promise<Pick<OpenRecording, 'startedAt' | 'zero'>>;
  /** The last word in the database is the last that was said: stored after all that was said before. */
  decided(recordingId: string, said: { memberId: string; consent: boolean }, requestId?: string): Promise<void>;
  /** In order as well. */
  ended(recordingId: string, end: { reason: RecordingEnd; withdrawnBy: string | null }, requestId?: string): Promise<void>;
  complete(recordingId: string): Promise<void>;
  /** Does work in a while that failed now, unless the room has closed; in the place of work of the same name. */
  again(name: string, work: () => void): void;
  /** Nothing is done again from now on. */
  close(): void;
}

/** How long a write that failed waits before it is tried again, in ms. */
const RETRY_MS = 1_000;

export function createRecordingWrites(room: () => ConsultationRoom, records: RecordingRecords): RecordingWrites {
  const retries = new Map<string, ReturnType<typeof setTimeout>>();
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  const place = (): [consultationId: string, epoch: number] => [room().facts.consultationId, room().facts.epoch];

  async function stored<T>(what: string, work: Promise<T>, requestId?: string): Promise<T> {
    try {
      return await durable(room().log, `recording.${what}`, work, { requestId });
    } catch (error) {
      if (error instanceof RoomError && error.code === 'stale_epoch') room().quit('fenced');
      throw error;
    }
  }

  function inOrder(write: () => Promise<void>): Promise<void> {
    const mine = last.then(write);
    last = mine.catch(() => undefined);
    return mine;
  }

  return {
    async ask(memberId, requestId) {
      try {
        return await stored('ask', records.ask(...place(), memberId), requestId);
      } catch (error) {
        if (!(error instanceof RoomError) || error.code !== 'already_recording') throw error;
        const there = await stored('current', records.current(place()[0]), requestId);
        if (!there) throw error;
        return there;
      }
    },
    moved: (id, state) => stored('moved', records.moved(...place(), id, state)),
    decided: (id, { memberId, consent }, requestId) =>
      inOrder(() => stored('decided', records.decided(...place(), id, memberId, consent), requestId)),
    ended: (id, end, requestId) => inOrder(() => stored('ended', records.ended(...place(), id, end), requestId)),
    complete: (id) => stored('complete', records.complete(...place(), id)),
    again(name, work) {
      clearTimeout(retries.get(name));
      if (!closed) retries.set(name, setTimeout(work, RETRY_MS).unref());
    },
    close() {
      closed = true;
      for (const retry of retries.values()) clearTimeout(retry);
    },
  };
}

/** The database says that the recording is over. */
export const isOver = (error: unknown): boolean =>
  error instanceof RoomError && (error.code === 'not_found' || error.code === 'visit_ended');
