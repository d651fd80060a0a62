/**
 * Hot reads as prepared statements: the one place that passes Sequelize's queries by, which halve the throughput of a small
 * route. A statement is a constant text in the SQL of both engines with `?` for its values; rows are plain objects with the
 * names that the statement gives its columns. These reads do not join an open transaction: there, use the models.
 */
import sqlite3, { type Database as SqliteConnection, type Statement } from '@appthreat/sqlite3';
import type { Connection } from 'mysql2';
import { DatabaseError, type Sequelize } from 'sequelize';

/** How long a read waits for the file's lock, in milliseconds. */
const BUSY_MS = 2_000;

type Value = string | number | null;

export interface Prepared {
  /** @returns rows, typed by the caller, who wrote the statement */
  all<Row>(sql: string, values: readonly Value[]): Promise<Row[]>;
  one<Row>(sql: string, values: readonly Value[]): Promise<Row | null>;
  /** A column of time: text in SQLite, a `Date` already on MySQL. */
  readTime(stored: string | Date): Date;
  close(): Promise<void>;
}

interface Reader {
  read(sql: string, values: readonly Value[]): Promise<unknown[]>;
  close(): Promise<void>;
}

export function createPrepared(sequelize: Sequelize): Prepared {
  const { read, close } = sequelize.getDialect() === 'sqlite' ? sqliteReader(sequelize) : mysqlReader(sequelize);
  return {
    all: <Row>(sql: string, values: readonly Value[]) => read(sql, values) as Promise<Row[]>,
    one: async <Row>(sql: string, values: readonly Value[]) => ((await read(sql, values))[0] as Row | undefined) ?? null,
    readTime: (stored) => (stored instanceof Date ? stored : new Date(stored)),
    close,
  };
}

/** What Sequelize's manager has besides its types. */
interface ConnectionManager {
  getConnection(options: { type: 'read' }): Promise<Connection>;
  releaseConnection(connection: Connection): void;
}

/** Takes connections of Sequelize's pool, with their limits of time and number. */
function mysqlReader(sequelize: Sequelize): Reader {
  const manager = sequelize.connectionManager as unknown as ConnectionManager;
  return {
    async read(sql, values) {
      const connection = await manager.getConnection({ type: 'read' });
      const { promise, resolve, reject } = Promise.withResolvers<unknown[]>();
      connection.execute(sql, [...values], (error, rows) => {
        manager.releaseConnection(connection);
        if (error) reject(new DatabaseError(Object.assign(error, { sql })));
        else resolve(rows as unknown[]);
      });
      return promise;
    },
    close: async () => undefined,
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
