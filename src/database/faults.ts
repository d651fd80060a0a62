/** Faults of the database that say "again" or "later" rather than "wrong". */
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectionError, DatabaseError, TimeoutError } from 'sequelize';
import type { Logger } from '#rooms/ports.ts';

const RETRIES = 3;
const DEADLOCKS = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD']);

/** True when the transaction was rolled back whole and the same one may succeed now. */
function isDeadlock(error: unknown): boolean {
  return error instanceof DatabaseError && DEADLOCKS.has((error.original as NodeJS.ErrnoException).code ?? '');
}

/** True when the database is away or too busy: trying again in a moment makes sense. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof ConnectionError || error instanceof TimeoutError || isDeadlock(error);
}

/** Runs `attempt` again, at most three times and after a random pause, when it ends in a deadlock. */
export async function retryDeadlocks<T>(attempt: () => Promise<T>, log: Logger): Promise<T> {
  for (let retries = 0; ; retries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isDeadlock(error) || retries === RETRIES) throw error;
      log.debug({ err: error, retries }, 'transaction is retried after a deadlock');
      await delay(Math.random() * 20 * 2 ** retries);
    }
  }
}
