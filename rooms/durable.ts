/** Calls to the ports behind which the database is. */
import { RoomError, type RoomErrorCode } from './errors.ts';
import type { Logger } from './ports.ts';

/** Longest wait for a port, in ms. Shorter than the deadline of a request, so that its sender hears of the storage. */
const DURABLE_MS = 3_000;

/**
 * Waits for work, but not for ever. The work itself goes on: nobody can tell whether it will have an effect.
 * @throws {RoomError} `code` after `ms`
 */
export async function within<T>(work: Promise<T>, ms: number, code: RoomErrorCode): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new RoomError(code)), ms).unref();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Passes expected faults through and turns everything else into `storage_unavailable`: a database that is away or does
 * not answer is no defect of the room, must not count towards starting it anew and must not hold its turn.
 * @param fields for the log, such as the id of the request
 */
export async function durable<T>(log: Logger, what: string, work: Promise<T>, fields: object = {}): Promise<T> {
  const started = performance.now();
  try {
    return await within(work, DURABLE_MS, 'storage_unavailable');
  } catch (error) {
    const expected = error instanceof RoomError;
    if (!expected || error.code === 'storage_unavailable') {
      log.error({ err: error, what, tookMs: Math.round(performance.now() - started), ...fields }, 'storage failed');
    }
    if (expected) throw error;
    throw new RoomError('storage_unavailable', undefined, { cause: error });
  }
}
