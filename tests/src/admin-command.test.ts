import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '#config/index.ts';
import { verifyPassword } from '#src/auth/passwords.ts';
import { createFoundation } from '#src/foundation.ts';
import { silentLog } from '#tests/support/app.ts';
import { production, program } from '#tests/support/program.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-admin-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const environment = () => ({ ...production, DATA_DIR: folder });
const run = (...args: string[]) => program(['admin', ...args], environment());

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
