/** Calls to the ports behind which the database is. */
import { RoomError } from './errors.ts';
import type { Logger } from './ports.ts';

/**
 * Passes expected faults through and turns everything else into `storage_unavailable`: a database that is away is no
 * defect of the room, and must not count towards starting it anew.
 */
export async function durable<T>(log: Logger, what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof RoomError) throw error;
    log.error({ err: error, what }, 'storage failed');
    throw new RoomError('storage_unavailable', undefined, { cause: error });
  }
}
