/** Both databases for tests: a SQLite file, and a database of its own on the MariaDB of the run. */
import { rm } from 'node:fs/promises';
import { type Database, openDatabase } from '#src/database/database.ts';
import { migrate } from '#src/database/migrate.ts';
import { silentLog } from './app.ts';
import { dataFolder } from './data-folder.ts';
import { createDatabase } from './mariadb.ts';
import { copyTemplate } from './template.ts';

/** URL of a new database on the MariaDB that this run of the tests has started (`jest/start.ts`), with all tables unless it is to be empty. */
export async function newMariaDb(options?: { empty?: boolean }): Promise<string> {
  const server = process.env['TEST_MARIADB'];
  if (!server) throw new Error('the run has no MariaDB');
  return createDatabase(server, options);
}

/** Runs the same tests against each engine; `open` gives an empty database with all tables. */
export function describeDatabases(title: string, tests: (open: () => Promise<Database>) => void): void {
  describe.each(['sqlite', 'mysql'] as const)(`${title} on %s`, (dialect) => {
    const folders: string[] = [];
    const opened: Database[] = [];

    afterAll(async () => {
      await Promise.all(opened.map((database) => database.close()));
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
    }, 30_000);

    tests(async () => {
      const folder = await dataFolder('test');
      folders.push(folder);
      if (dialect === 'sqlite') await copyTemplate(folder);
      const database = await openDatabase(
        { DATA_DIR: folder, DATABASE_URL: dialect === 'mysql' ? await newMariaDb() : undefined },
        silentLog,
      );
      opened.push(database);
      await migrate(database);
      return database;
    });
  });
}
