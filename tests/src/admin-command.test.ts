/** `admin create`, run as a person would: its own process, no terminal. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '#config/index.ts';
import { verifyPassword } from '#src/auth/passwords.ts';
import { createFoundation } from '#src/foundation.ts';
import { SECRET, silentLog } from '#tests/support/app.ts';

const main = path.resolve(import.meta.dirname, '../../src/main.ts');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-admin-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** As on a production site, with the secrets that it needs. */
const environment = () => ({
  ...{ PATH: process.env.PATH, NODE_ENV: 'production', DATA_DIR: folder, JWT_SECRET: SECRET },
  ...{ DATA_KEYS: `k1:${'ab'.repeat(32)}`, BLIND_INDEX_KEY: 'a key of the blind index of these tests' },
});

function run(...args: string[]): Promise<{ code: number; output: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: number; output: string }>();
  const child = execFile(process.execPath, [main, 'admin', ...args], { env: environment() }, (error, stdout, stderr) => {
    resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
  });
  child.stdin?.end();
  return promise;
}

test('admin create makes an administrator and prints a password once; the name is taken then', async () => {
  const { code, output } = await run('create', '--account', 'Root-1');
  expect([code, output]).toEqual([0, expect.stringMatching(/Administrator root-1 was made\.\nPassword, shown only this once: \S{12}\n/)]);
  const foundation = await createFoundation(loadConfig(environment()), silentLog);
  const user = await foundation.database.models.users.findOne({ where: { account: 'root-1' } });
  expect(await verifyPassword(user?.passwordHash ?? null, /once: (\S+)/.exec(output)?.[1] ?? '')).toBe('right');
  expect((await foundation.access.of(user?.id ?? '')).can('users:manage')).toBe(true);
  await foundation.close();

  const again = await run('create', '--account', 'root-1');
  expect([again.code, again.output]).toEqual([1, 'This account name is taken\n']);
});

test.each([
  ['without a name', ['create'], /go together/],
  ['with a name that will not do', ['create', '--account', '12'], /--account: .*no account name/s],
  ['with another word', ['delete', '--account', 'root'], /Unknown command: admin delete/],
])('admin %s says why and ends with 1', async (_name, args, message) => {
  const { code, output } = await run(...args);
  expect([code, output]).toEqual([1, expect.stringMatching(message)]);
});
