import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { jest } from '@jest/globals';
import { silentLog } from '#tests/support/app.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a test file does: jest gives it modules of its own, but the process with its native classes stays the same. */
async function anotherFile(): Promise<void> {
  jest.resetModules();
  const { openDatabase } = await import('#src/database/database.ts');
  const { sequelize, close } = await openDatabase({ DATA_DIR: folder, DATABASE_URL: undefined }, silentLog);
  await expect(sequelize.query('SELECT nothing FROM nowhere')).rejects.toThrow('nothing');
  await close();
}

test('a statement that fails does so once, also in the second test file of a process', async () => {
  await anotherFile();
  // If it failed once more, inside the driver and with nobody to catch it, jest would count that against this file.
  await anotherFile();
});
