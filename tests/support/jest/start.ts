/** Before the first test file of a run: one MariaDB for all files that do not need one of their own, and migrated databases to copy. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { placeOfRun } from '#scripts/test/place.ts';
import { createDatabase, startMariaDb } from '../mariadb.ts';

export default async function start(): Promise<void> {
  const { TEST_DATA: given } = process.env;
  const folder = given ?? (await placeOfRun());
  process.env['TEST_DATA'] = folder;
  // Small programs of tests share what the program itself has compiled (`src/main.ts`): most are killed before they could keep it.
  process.env['NODE_COMPILE_CACHE'] ??= path.join(tmpdir(), 'node-compile-cache');
  const server = await startMariaDb({ oneFile: true });
  const tables = path.join(folder, 'wenzhen.sql');
  // The lane before may have made them.
  if (!existsSync(tables)) {
    const template = path.join(import.meta.dirname, 'template.ts');
    await promisify(execFile)(process.execPath, [template, folder, await createDatabase(server.url)]);
  }
  process.env['TEST_MARIADB'] = server.url;
  process.env['TEST_TABLES'] = tables;
  process.env['TEST_SQLITE'] = path.join(folder, 'wenzhen.sqlite');
  const stop = async () => {
    await server.stop();
    if (given === undefined) await rm(folder, { recursive: true, force: true });
  };
  Object.assign(globalThis, { stopTestDatabases: stop });
}
