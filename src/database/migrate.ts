/**
 * Migrations: the only way that the schema changes. Each file of `src/migrations/` exports `up` and `down` and runs on
 * both engines. MySQL commits each statement by itself, so a migration that died halfway runs again over what it made:
 * every step may be repeated. Tables are written in the SQL that both understand; SQLite keeps the type names as comments, so
 * `DATETIME(3)` and `VARCHAR(64)` are right for both.
 */
import { readdir } from 'node:fs/promises';
import { QueryTypes, type Sequelize } from 'sequelize';
import { SequelizeStorage, Umzug } from 'umzug';
import { standingStill } from './connections.ts';
import type { Database, Dialect } from './database.ts';
import { withoutTimeLimit } from './time-limit.ts';

/** What a migration may use. */
export interface MigrationContext {
  sql(statement: string): Promise<void>;
  /** A table unless it is there; on MySQL with InnoDB and a collation that compares exactly, as SQLite does. */
  createTable(name: string, body: string): Promise<void>;
  /** An index unless it is there. */
  createIndex(name: string, table: string, columns: string): Promise<void>;
  createUniqueIndex(name: string, table: string, columns: string): Promise<void>;
  /** A column unless it is there; `definition` is its type and whether it may be null. */
  addColumn(table: string, name: string, definition: string): Promise<void>;
  dropColumn(table: string, name: string): Promise<void>;
  hasColumn(table: string, name: string): Promise<boolean>;
  /**
   * SQLite only, which cannot change a column or a constraint: gives a table another definition and keeps its rows, its indexes and
   * triggers, and the rows that refer to it. MySQL takes `ALTER TABLE`.
   * @param columns for each column of the new table that is filled, an expression over the old one
   */
  replaceTable(name: string, body: string, columns: Record<string, string>): Promise<void>;
  /** Gives a named CHECK of a table another condition, which all rows have to meet. */
  setCheck(table: string, name: string, condition: string): Promise<void>;
  /** From now on the database itself refuses to delete rows of a table, unless `retention_windows` names it in the same transaction. */
  hold(table: string): Promise<void>;
  /** Definition of a numbered primary key. */
  readonly autoId: string;
  /** Type of a column of money: yuan with two decimals, or integer fen on SQLite (see `src/money.ts`). */
  readonly money: string;
  readonly dialect: Dialect;
}
export type Migration = (context: MigrationContext) => Promise<void>;

const folder = new URL('../migrations/', import.meta.url);
const LOCK = 'wenzhen_migrations';
const LOCK_SECONDS = 60;

/** Runs all pending migrations; nodes that start together on one MySQL wait for each other. Returns their names. */
export async function migrate(database: Database): Promise<string[]> {
  const run = async () => (await (await migrations(database)).up()).map((migration) => migration.name);
  return withoutTimeLimit(() => (database.dialect === 'sqlite' ? run() : locked(database, run)));
}

/** Names of those that have not run yet. */
export async function pendingMigrations(database: Database): Promise<string[]> {
  return (await (await migrations(database)).pending()).map(({ name }) => name);
}

/**
 * Reverts migrations, newest first.
 * @param to the last one that is reverted; default: all of them, which leaves an empty database
 */
export async function migrateDown(database: Database, to: string | 0 = 0): Promise<void> {
  await withoutTimeLimit(async () => (await migrations(database)).down({ to }));
}

async function migrations({ sequelize, dialect }: Database): Promise<Umzug<MigrationContext>> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts')).sort();
  const loaded = await Promise.all(
    files.map(async (file) => {
      const { up, down } = (await import(new URL(file, folder).href)) as { up: Migration; down: Migration };
      return { name: file.replace(/\.ts$/, ''), up: wrap(up), down: wrap(down) };
    }),
  );
  return new Umzug({
    migrations: loaded,
    context: contextFor({ sequelize, dialect }),
    storage: new SequelizeStorage({ sequelize, tableName: 'migrations' }),
    logger: undefined,
  });
}

function contextFor({ sequelize, dialect }: Pick<Database, 'sequelize' | 'dialect'>): MigrationContext {
  const sql = async (statement: string): Promise<void> => void (await sequelize.query(statement));
  const suffix = dialect === 'mysql' ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin' : '';
  const queryInterface = sequelize.getQueryInterface();
  const hasColumn = async (table: string, name: string) => name in (await queryInterface.describeTable(table));
  async function index(kind: string, name: string, table: string, columns: string): Promise<void> {
    const existing = (await queryInterface.showIndex(table)) as { name: string }[];
    if (!existing.some((other) => other.name === name)) await sql(`CREATE ${kind} ${name} ON ${table} (${columns})`);
  }
  return {
    sql,
    createTable: (name, body) => sql(`CREATE TABLE IF NOT EXISTS ${name} (${body})${suffix}`),
    createIndex: (name, table, columns) => index('INDEX', name, table, columns),
    createUniqueIndex: (name, table, columns) => index('UNIQUE INDEX', name, table, columns),
    async addColumn(table, name, definition) {
      if (!(await hasColumn(table, name))) await sql(`ALTER TABLE ${table} ADD COLUMN ${name} ${definition}`);
    },
    async dropColumn(table, name) {
      if (await hasColumn(table, name)) await sql(`ALTER TABLE ${table} DROP COLUMN ${name}`);
    },
    hasColumn,
    replaceTable: (name, body, columns) => replaceTable(sequelize, name, body, columns),
    async setCheck(table, name, condition) {
      if (dialect === 'sqlite') return replaceCheck(sequelize, table, name, condition);
      await sql(`ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${name}`);
      await sql(`ALTER TABLE ${table} ADD CONSTRAINT ${name} CHECK (${condition})`);
    },
    async hold(table) {
      await sql(`DROP TRIGGER IF EXISTS ${table}_hold`);
      await sql(holdTrigger(table, dialect));
    },
    autoId: dialect === 'mysql' ? 'BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY' : 'INTEGER PRIMARY KEY AUTOINCREMENT',
    money: dialect === 'mysql' ? 'DECIMAL(10,2)' : 'INTEGER',
    dialect,
  };
}

/** The twelve steps of SQLite's documentation for `ALTER TABLE`. All on the one connection that statements outside of transactions share. */
async function replaceTable(sequelize: Sequelize, name: string, body: string, columns: Record<string, string>): Promise<void> {
  const run = (statement: string) => sequelize.query(statement);
  const made = (type: 'index' | 'trigger') =>
    sequelize.query<{ sql: string }>(`SELECT sql FROM sqlite_master WHERE type = '${type}' AND tbl_name = '${name}' AND sql IS NOT NULL`, {
      type: QueryTypes.SELECT,
    });
  const [indexes, triggers] = [await made('index'), await made('trigger')];
  // Has no effect inside a transaction.
  await run('PRAGMA foreign_keys = OFF');
  await run('BEGIN IMMEDIATE');
  try {
    await run(`CREATE TABLE ${name}_new (${body})`);
    const fresh = Object.keys(await sequelize.getQueryInterface().describeTable(`${name}_new`));
    await run(`INSERT INTO ${name}_new (${Object.keys(columns).join(', ')}) SELECT ${Object.values(columns).join(', ')} FROM ${name}`);
    await run(`DROP TABLE ${name}`);
    await run(`ALTER TABLE ${name}_new RENAME TO ${name}`);
    for (const { sql } of indexes) if (columnsOf(sql).every((column) => fresh.includes(column))) await run(sql);
    for (const { sql } of triggers) await run(sql);
    await run('COMMIT');
  } catch (error) {
    await run('ROLLBACK');
    throw error;
  } finally {
    await run('PRAGMA foreign_keys = ON');
  }
}

/** Replaces a table by one whose definition differs in the condition of one CHECK. */
async function replaceCheck(sequelize: Sequelize, table: string, name: string, condition: string): Promise<void> {
  const query = `SELECT sql FROM sqlite_master WHERE type = 'table' AND name = '${table}'`;
  const [{ sql } = { sql: '' }] = await sequelize.query<{ sql: string }>(query, { type: QueryTypes.SELECT });
  const body = sql.slice(sql.indexOf('(') + 1, sql.lastIndexOf(')'));
  const head = `CONSTRAINT ${name} CHECK (`;
  const begin = body.indexOf(head) + head.length;
  if (begin < head.length) throw new Error(`${table} has no CHECK ${name}`);
  let end = begin;
  for (let depth = 1; depth > 0 && end < body.length; end++) depth += body[end] === '(' ? 1 : body[end] === ')' ? -1 : 0;
  const columns = Object.keys(await sequelize.getQueryInterface().describeTable(table));
  const same = Object.fromEntries(columns.map((column) => [column, column]));
  await replaceTable(sequelize, table, body.slice(0, begin) + condition + body.slice(end - 1), same);
}

function holdTrigger(table: string, dialect: Dialect): string {
  const open = `SELECT 1 FROM retention_windows WHERE table_name = '${table}'`;
  return dialect === 'mysql'
    ? `CREATE TRIGGER ${table}_hold BEFORE DELETE ON ${table} FOR EACH ROW
       IF NOT EXISTS (${open}) THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'legal_hold'; END IF`
    : `CREATE TRIGGER ${table}_hold BEFORE DELETE ON ${table} WHEN NOT EXISTS (${open})
       BEGIN SELECT RAISE(ABORT, 'legal_hold'); END`;
}

/** Columns of a `CREATE INDEX` of ours. */
const columnsOf = (sql: string): string[] =>
  (/\(([^)]*)\)$/.exec(sql)?.[1] ?? '').split(',').map((part) => part.trim().split(' ')[0] ?? '');

function wrap(migration: Migration) {
  return ({ context }: { context: MigrationContext }) => migration(context);
}

/** Holds a named lock of the server on one connection while `work` runs on others. */
async function locked<T>({ sequelize }: Database, work: () => Promise<T>): Promise<T> {
  const transaction = await sequelize.transaction();
  try {
    const query = `SELECT GET_LOCK('${LOCK}', ${LOCK_SECONDS}) AS taken`;
    const [row] = await sequelize.query<{ taken: number }>(query, { type: QueryTypes.SELECT, transaction });
    if (row?.taken !== 1) throw new Error(`Another node has been migrating the database for ${LOCK_SECONDS} s`);
    return await standingStill(transaction, sequelize, work);
  } finally {
    await sequelize.query(`SELECT RELEASE_LOCK('${LOCK}')`, { type: QueryTypes.SELECT, transaction });
    await transaction.rollback();
  }
}
