/** Before the first test file of a run: one MariaDB for all files that do not need one of their own, and a migrated SQLite file to copy. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startMariaDb } from '../mariadb.ts';

export default async function start(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-template-'));
  const template = promisify(execFile)(process.execPath, [path.join(import.meta.dirname, 'template.ts'), folder]);
  const [server] = await Promise.all([startMariaDb(), template]);
  process.env['TEST_MARIADB'] = server.url;
  process.env['TEST_SQLITE'] = path.join(folder, 'wenzhen.sqlite');
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  Object.assign(globalThis, { stopTestDatabases: stop });
}
