/** `admin create`: the first administrator of a site, or another one. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { z } from 'zod';
import type { Config } from '#config/index.ts';
import { newPassword } from '#src/auth/passwords.ts';
import { randomPassword } from '#src/demo.ts';
import { ApiError } from '#src/errors.ts';
import { createFoundation } from '#src/foundation.ts';
import { accountName } from '#src/users/schemas.ts';
import { createUsers } from '#src/users/service.ts';
import { CommandFailed, UsageError } from './options.ts';

/** Works beside a running server. @throws {UsageError} @throws {CommandFailed} when the name is taken or the password will not do */
export async function createAdministrator(account: string, config: Config): Promise<void> {
  const name = accountName.safeParse(account);
  if (!name.success) throw new UsageError(`--account: ${z.prettifyError(name.error)}`);
  const chosen = process.stdin.isTTY ? await askPassword() : '';
  const password = chosen || randomPassword();
  const foundation = await createFoundation(config, pino({ level: 'silent' }));
  try {
    await createUsers(foundation).create({ account: name.data, name: account, password, roles: ['administrator'] });
  } catch (error) {
    if (error instanceof ApiError && error.code === 'account_taken') throw new CommandFailed(error.message, { cause: error });
    throw error;
  } finally {
    await foundation.close();
  }
  console.log(`Administrator ${name.data} was made.`);
  if (!chosen) console.log(`Password, shown only this once: ${password}`);
}

/** @returns empty when one is to be made */
async function askPassword(): Promise<string> {
  // Nothing of what is typed is written to the terminal.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  process.stdout.write('Password (leave empty to have one made): ');
  const { promise, resolve } = Promise.withResolvers<string>();
  terminal.question('', resolve);
  const password = await promise.finally(() => terminal.close());
  process.stdout.write('\n');
  if (password === '') return '';
  const checked = newPassword.safeParse(password);
  if (!checked.success) throw new CommandFailed(`The password ${checked.error.issues[0]?.message ?? 'will not do'}`);
  return password;
}
