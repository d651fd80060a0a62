/**
 * The connection to the database: SQLite in the data folder, or MySQL/MariaDB. Everything else in `src/` is the same for
 * both. Writes go through `transaction`; queries inside it join it by themselves.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { chmodSync, closeSync, openSync } from 'node:fs';
import path from 'node:path';
import sqlite3 from '@appthreat/sqlite3';
import { Mutex } from 'async-mutex';
import { ConnectionError, QueryTypes, Sequelize, Transaction } from 'sequelize';
import type { Config } from '#config/index.ts';
import { makePrivateFolder } from '#config/folder.ts';
import type { Logger, Tracing } from '#rooms/ports.ts';
import { type Captured, captureChanges } from '#src/audit/capture.ts';
import { connectMysql, type PoolConfig, type PoolFigures, poolFigures, readerLimits, standingStill } from './connections.ts';
import { retryDeadlocks } from './faults.ts';
import { defineModels, type Models } from './models.ts';
import { createPrepared, type Prepared } from './prepared.ts';
import { type SlowQueries, watchSlowQueries } from './slow-queries.ts';
import { isUnlimited } from './time-limit.ts';
import { traceStatements } from './traced.ts';

export type Dialect = 'sqlite' | 'mysql';

export interface Database {
  readonly dialect: Dialect;
  readonly sequelize: Sequelize;
  readonly models: Models;
  /**
   * Runs `work` in one transaction and commits when it resolves. Deadlocks are retried up to three times, so `work` must
   * have no other effects. Inside a transaction it joins the outer one.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Hot reads. */
  readonly prepared: Prepared;
  /** Runs `effect` once the transaction that is open here has committed, or at once outside of one. It must not throw. */
  afterCommit(effect: () => void): void;
  /** A time as the columns hold it, with milliseconds: for raw statements (Sequelize's own replacements lose them on MySQL). */
  time(date: Date): string;
  /** @throws when the database does not answer within `timeoutMs` */
  ping(timeoutMs: number): Promise<void>;
  /** How the pool of connections is used; null on SQLite. */
  pool(): PoolFigures | null;
  /** Statements since the start that took longer than `LOG_SLOW_QUERY_MS`; prepared reads are not among them. */
  slowQueries(): number;
  close(): Promise<void>;
}

/** Milliseconds that SQLite waits for another process that writes. */
const BUSY_MS = 2_000;

/** Where a transaction keeps what it has changed. */
const CHANGES = 'changes';

/** Sequelize's CLS is made for `cls-hooked`; these four methods are all that it calls. */
const current = new AsyncLocalStorage<Map<string, unknown>>();
Sequelize.useCLS({
  get: (key: string) => current.getStore()?.get(key),
  set: (key: string, value: unknown) => current.getStore()?.set(key, value),
  run: (work: () => void) => current.run(new Map(current.getStore()), work),
  bind: (work: () => void) => work,
});

/** Whether the caller is inside a transaction. */
const isOpen = (): boolean => current.getStore()?.has('transaction') ?? false;

/** Sequelize opens a new SQLite connection for each transaction and has no hook there, hence a subclass. */
class SqliteConnection extends sqlite3.Database {
  constructor(filename: string, mode: number, callback: (error: Error | null) => void) {
    super(filename, mode, callback);
    this.configure('busyTimeout', BUSY_MS);
  }
}

export type DatabaseConfig = Pick<Config, 'DATABASE_URL' | 'DATA_DIR'> & Partial<Pick<Config, 'LOG_SLOW_QUERY_MS'> & PoolConfig>;

/**
 * Opens the database without changing it; `migrate` brings the tables up to date.
 * @throws when the server cannot be reached
 */
export async function openDatabase(config: DatabaseConfig, log: Logger, tracing: Tracing | null = null): Promise<Database> {
  const slow = watchSlowQueries(config.LOG_SLOW_QUERY_MS ?? 0, log);
  const sequelize = config.DATABASE_URL ? connectMysql(config.DATABASE_URL, config, slow.log) : connectSqlite(config.DATA_DIR, slow.log);
  const dialect = sequelize.getDialect() === 'sqlite' ? 'sqlite' : 'mysql';
  const writer = new Mutex();
  const models = defineModels(sequelize);
  const reads = createPrepared(sequelize, readerLimits(config), isOpen);
  const prepared = tracing ? traceStatements(tracing, sequelize, reads) : reads;
  captureChanges(sequelize, (change) => (current.getStore()?.get(CHANGES) as Captured[] | undefined)?.push(change));

  async function transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const outer = current.getStore()?.get('transaction');
    if (outer instanceof Transaction) return work(outer);
    const recorded = async (opened: Transaction): Promise<T> => {
      const changes: Captured[] = [];
      current.getStore()?.set(CHANGES, changes);
      const result = await work(opened);
      if (changes.length > 0) await models.changes.bulkCreate(changes);
      return result;
    };
    if (dialect === 'sqlite') return writer.runExclusive(() => sequelize.transaction({ type: Transaction.TYPES.IMMEDIATE }, recorded));
    const run = isUnlimited() ? (opened: Transaction) => standingStill(opened, sequelize, () => recorded(opened)) : recorded;
    return retryDeadlocks(() => sequelize.transaction({ isolationLevel: Transaction.ISOLATION_LEVELS.READ_COMMITTED }, run), log);
  }

  function afterCommit(effect: () => void): void {
    const open = current.getStore()?.get('transaction');
    // Sequelize waits for what the callback returns and fails the caller with its error.
    if (open instanceof Transaction) open.afterCommit(() => effect());
    else effect();
  }

  async function ping(timeoutMs: number): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error(`no answer from the database within ${timeoutMs} ms`)), timeoutMs);
    await Promise.race([sequelize.query('SELECT 1', { type: QueryTypes.SELECT }), late.promise]).finally(() => clearTimeout(timer));
  }

  let closing: Promise<void> | undefined;
  const database: Database = {
    ...{ dialect, sequelize, models, prepared },
    transaction,
    afterCommit,
    time: (date) => stored(date, dialect),
    ping,
    pool: () => poolFigures(sequelize),
    slowQueries: slow.count,
    close: () => (closing ??= writer.runExclusive(() => prepared.close().then(() => sequelize.close()))),
  };
  try {
    await sequelize.authenticate({ retry: { max: 1 } });
    if (dialect === 'sqlite') await sequelize.query('PRAGMA journal_mode = WAL');
  } catch (error) {
    await database.close();
    throw error instanceof ConnectionError ? new Error(`The database cannot be opened: ${error.message}`, { cause: error }) : error;
  }
  return database;
}

const stored = (date: Date, dialect: Dialect): string =>
  date
    .toISOString()
    .replace('T', ' ')
    .replace('Z', dialect === 'sqlite' ? ' +00:00' : '');

/** Everybody's medical data: for the account that the server runs as, and nobody else. */
function connectSqlite(folder: string, slow: SlowQueries['log']): Sequelize {
  makePrivateFolder(folder);
  const storage = path.join(folder, 'wenzhen.sqlite');
  closeSync(openSync(storage, 'a', 0o600));
  chmodSync(storage, 0o600);
  return new Sequelize({
    dialect: 'sqlite',
    dialectModule: { ...sqlite3, Database: SqliteConnection },
    storage,
    ...(slow ? { logging: slow, benchmark: true } : { logging: false }),
  });
}
