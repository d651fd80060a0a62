/**
 * Limits of connections to MySQL and MariaDB: for how long a statement may run, since a server that hangs, or a network that swallows
 * packets, must not hold anybody, and how many stay prepared.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import mysql, { type Connection, type ConnectionOptions } from 'mysql2';

/** Milliseconds that one statement may take. */
const STATEMENT_MS = 3_000;

/**
 * Prepared statements that one connection keeps. mysql2's 16,000 are as many as a server allows all connections together, and making
 * room for them takes longer than all else that is done here for a new connection, often just when many are lost at once.
 */
const PREPARED = 500;

const unlimited = new AsyncLocalStorage<true>();

/** Runs `work` without the limit: changing a large table takes as long as it takes. */
export const withoutTimeLimit = <T>(work: () => Promise<T>): Promise<T> => unlimited.run(true, work);

/**
 * mysql2 whose connections break when a statement takes too long. mysql2's own limit would answer the caller but leave the
 * statement running, so that the next one on the same connection waits for it.
 */
export const limitedMysql = {
  ...mysql,
  createConnection(options: ConnectionOptions): Connection {
    const connection = mysql.createConnection({ maxPreparedStatements: PREPARED, ...options });
    limit(connection, 'query');
    limit(connection, 'execute');
    return connection;
  },
};

/** Whether the caller runs without the limit. */
export const isUnlimited = (): boolean => unlimited.getStore() ?? false;

type Method = (...args: unknown[]) => unknown;

function limit(connection: Connection, name: 'query' | 'execute'): void {
  const original = (connection[name] as Method).bind(connection);
  const limited: Method = (...args) => {
    const done = args.pop() as (...results: unknown[]) => void;
    if (isUnlimited()) return original(...args, done);
    const timer = setTimeout(() => breakOff(connection), STATEMENT_MS);
    return original(...args, (...results: unknown[]) => {
      clearTimeout(timer);
      done(...results);
    });
  };
  Object.assign(connection, { [name]: limited });
}

/** Fails the statement that runs and those behind it. */
function breakOff(connection: Connection): void {
  const error = Object.assign(new Error(`the database took more than ${STATEMENT_MS} ms`), { code: 'ETIMEDOUT' });
  (connection as unknown as { stream: NodeJS.WritableStream & { destroy(error: Error): void } }).stream.destroy(error);
}
