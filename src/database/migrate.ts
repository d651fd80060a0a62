/**
 * Migrations: the only way that the schema changes. Each file of `src/migrations/` exports `up` and `down` and runs on
 * both engines. Tables are written in the SQL that both understand; SQLite keeps the type names as comments, so
 * `DATETIME(3)` and `VARCHAR(64)` are right for both.
 */
import { readdir } from 'node:fs/promises';
import { QueryTypes } from 'sequelize';
import { SequelizeStorage, Umzug } from 'umzug';
import type { Database } from './database.ts';

/** What a migration may use. */
export interface MigrationContext {
  sql(statement: string): Promise<void>;
  /** `CREATE TABLE name (body)`; on MySQL with InnoDB and a collation that compares exactly, as SQLite does. */
  createTable(name: string, body: string): Promise<void>;
}
export type Migration = (context: MigrationContext) => Promise<void>;

const folder = new URL('../migrations/', import.meta.url);
const LOCK = 'wenzhen_migrations';
const LOCK_SECONDS = 60;

/** Runs all pending migrations; nodes that start together on one MySQL wait for each other. Returns their names. */
export async function migrate(database: Database): Promise<string[]> {
  const run = async () => (await (await migrations(database)).up()).map((migration) => migration.name);
  return database.dialect === 'sqlite' ? run() : locked(database, run);
}

/** Reverts every migration, newest first: an empty database again. */
export async function migrateDown(database: Database): Promise<void> {
  await (await migrations(database)).down({ to: 0 });
}

async function migrations({ sequelize, dialect }: Database): Promise<Umzug<MigrationContext>> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts')).sort();
  const loaded = await Promise.all(
    files.map(async (file) => {
      const { up, down } = (await import(new URL(file, folder).href)) as { up: Migration; down: Migration };
      return { name: file.replace(/\.ts$/, ''), up: wrap(up), down: wrap(down) };
    }),
  );
  const sql = async (statement: string): Promise<void> => void (await sequelize.query(statement));
  const suffix = dialect === 'mysql' ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin' : '';
  const context: MigrationContext = { sql, createTable: (name, body) => sql(`CREATE TABLE ${name} (${body})${suffix}`) };
  return new Umzug({
    migrations: loaded,
    context,
    storage: new SequelizeStorage({ sequelize, tableName: 'migrations' }),
    logger: undefined,
  });
}

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
    return await work();
  } finally {
    await sequelize.query(`SELECT RELEASE_LOCK('${LOCK}')`, { type: QueryTypes.SELECT, transaction });
    await transaction.rollback();
  }
}
