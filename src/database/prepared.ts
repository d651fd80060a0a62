/**
 * Hot reads as prepared statements: the one place that passes Sequelize's queries by, which halve the throughput of a small
 * route. A statement is a constant text in the SQL of both engines with `?` for its values; rows are plain objects with the
 * names that the statement gives its columns. Inside a transaction they join it, through Sequelize and no faster than that.
 */
import sqlite3, { type Database as SqliteConnection, type Statement } from '@appthreat/sqlite3';
import type { ConnectionOptions } from 'mysql2';
import { ConnectionError, DatabaseError, QueryTypes, type Sequelize } from 'sequelize';
import { openReaders } from './readers.ts';

/** How long a read waits for the file's lock, in milliseconds. */
const BUSY_MS = 2_000;

type Value = string | number | null;

/** Text in SQLite (`2026-11-26 01:00:00.000 +00:00`) and MySQL (without zone, and without a fraction of nothing), a `Date` from Sequelize. */
export type StoredTime = string | Date;

function isoTime(stored: StoredTime): string {
  if (typeof stored !== 'string') return stored.toISOString();
  return `${stored.slice(0, 10)}T${stored.length > 19 ? stored.slice(11, 23) : `${stored.slice(11)}.000`}Z`;
}

export interface Prepared {
  /** @returns rows, typed by the caller, who wrote the statement */
  all<Row>(sql: string, values: readonly Value[]): Promise<Row[]>;
  one<Row>(sql: string, values: readonly Value[]): Promise<Row | null>;
  /** A column of time, as it was read. */
  readTime(stored: StoredTime): Date;
  /** The same as ISO 8601, without the detour through a `Date`, which costs more than all the rest of a column. */
  isoTime(stored: StoredTime): string;
  close(): Promise<void>;
}

interface Reader {
  read(sql: string, values: readonly Value[]): Promise<unknown[]>;
  close(): Promise<void>;
}

export interface Limits {
  /** Connections to read with. */
  max: number;
  /** Milliseconds that one may be waited for. */
  acquireMs: number;
}

/** @param isOpen whether the caller is inside a transaction */
export function createPrepared(sequelize: Sequelize, limits: Limits, isOpen: () => boolean): Prepared {
  const reader = sequelize.getDialect() === 'sqlite' ? sqliteReader(sequelize) : mysqlReader(sequelize, limits);
  const { close } = reader;
  const joined = (sql: string, values: readonly Value[]) =>
    sequelize.query(sql, { type: QueryTypes.SELECT, replacements: [...values] }) as Promise<unknown[]>;
  const read = (sql: string, values: readonly Value[]) => (isOpen() ? joined(sql, values) : reader.read(sql, values));
  return {
    all: <Row>(sql: string, values: readonly Value[]) => read(sql, values) as Promise<Row[]>,
    one: async <Row>(sql: string, values: readonly Value[]) => ((await read(sql, values))[0] as Row | undefined) ?? null,
    readTime: (stored) => (typeof stored === 'string' ? new Date(isoTime(stored)) : stored),
    isoTime,
    close,
  };
}

/** On connections of their own, with the limits of Sequelize's pool. */
function mysqlReader(sequelize: Sequelize, limits: Limits): Reader {
  const { host, port, username, password, database } = sequelize.config;
  const { dialectOptions } = (sequelize as unknown as { options: { dialectOptions?: ConnectionOptions } }).options;
  const options = { host, port: Number(port), user: username, password: password ?? '', database, dateStrings: true, ...dialectOptions };
  const readers = openReaders(options as ConnectionOptions, limits);
  return {
    async read(sql, values) {
      try {
        return await readers.read(sql, values);
      } catch (error) {
        throw error instanceof ConnectionError ? error : new DatabaseError(Object.assign(error as Error, { sql }));
      }
    },
    close: readers.close,
  };
}

/** One connection of its own: readers do not wait for the writer. Opened at the first read, when the file is there. */
function sqliteReader(sequelize: Sequelize): Reader {
  const statements = new Map<string, Promise<Statement>>();
  let opened: SqliteConnection | undefined;

  function open(): SqliteConnection {
    const { storage } = (sequelize as unknown as { options: { storage: string } }).options;
    const connection = new sqlite3.Database(storage, sqlite3.OPEN_READONLY);
    connection.configure('busyTimeout', BUSY_MS);
    return connection;
  }
  function prepare(sql: string): Promise<Statement> {
    opened ??= open();
    const { promise, resolve, reject } = Promise.withResolvers<Statement>();
    // Without its callback a fault becomes an event that ends the process.
    const statement = opened.prepare(sql, (error: Error | null) => (error ? reject(error) : resolve(statement)));
    promise.catch(() => statements.delete(sql));
    return promise;
  }
  return {
    async read(sql, values) {
      try {
        const known = statements.get(sql) ?? prepare(sql);
        statements.set(sql, known);
        const statement = await known;
        const { promise, resolve, reject } = Promise.withResolvers<unknown[]>();
        statement.all(...values, (error: Error | null, rows: unknown[]) => (error ? reject(error) : resolve(rows)));
        return await promise;
      } catch (error) {
        throw new DatabaseError(Object.assign(error as Error, { sql }));
      }
    },
    async close() {
      for (const statement of await Promise.all(statements.values())) void statement.finalize();
      statements.clear();
      const { promise, resolve } = Promise.withResolvers<void>();
      if (opened) opened.close(() => resolve());
      else resolve();
      await promise;
    },
  };
}
