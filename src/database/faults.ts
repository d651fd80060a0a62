/** Faults of the database that say "again" or "later" rather than "wrong". */
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectionError, DatabaseError, TimeoutError } from 'sequelize';
import type { Logger } from '#rooms/ports.ts';

const RETRIES = 3;
const DEADLOCKS = new Set(['ER_LOCK_DEADLOCK', 'ER_CHECKREAD']);

/** The statement was sound, but the server, the way to it or its disk was not. Sequelize knows no class for these. */
const OUTAGES = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_SERVER_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'ER_QUERY_INTERRUPTED',
  'ER_CON_COUNT_ERROR',
  'ER_DISK_FULL',
  'ER_RECORD_FILE_FULL',
  'ER_OPTION_PREVENTS_STATEMENT',
  'SQLITE_BUSY',
  'SQLITE_LOCKED',
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'SQLITE_CANTOPEN',
  'SQLITE_READONLY',
  'SQLITE_PROTOCOL',
  'SQLITE_NOMEM',
  'SQLITE_INTERRUPT',
]);

/** mysql2 marks what ended its connection. */
type DriverError = NodeJS.ErrnoException & { fatal?: boolean };

const driverError = (error: DatabaseError): DriverError => error.original as DriverError;

/** True when the transaction was rolled back whole and the same one may succeed now. */
function isDeadlock(error: unknown): boolean {
  return error instanceof DatabaseError && DEADLOCKS.has(driverError(error).code ?? '');
}

/** True when the database is away or too busy: trying again in a moment makes sense. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof ConnectionError || error instanceof TimeoutError || isDeadlock(error)) return true;
  if (!(error instanceof DatabaseError)) return false;
  const { code = '', fatal = false } = driverError(error);
  return fatal || OUTAGES.has(code);
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
