/** `seed`: fills a clinic with invented people and visits. */
import { pino } from 'pino';
import { UniqueConstraintError } from 'sequelize';
import type { Config } from '#config/index.ts';
import { newPassword } from '#src/auth/passwords.ts';
import { randomPassword } from '#src/demo.ts';
import { createFoundation } from '#src/foundation.ts';
import { isEmpty, seedClinic } from '#src/seed/seed.ts';
import { CommandFailed, type SeedCommand } from './options.ts';
import { claimFolder } from './pid-file.ts';

/** @throws {CommandFailed} in production, in a clinic with people, or a second time, unless it is forced */
export async function seed(command: SeedCommand, config: Config): Promise<void> {
  const { force, password = randomPassword(), ...options } = command;
  if (config.NODE_ENV === 'production' && !force)
    throw new CommandFailed('This is a production profile: invented people do not belong here. --force does it all the same');
  const chosen = newPassword.safeParse(password);
  if (!chosen.success) throw new CommandFailed(`The password ${chosen.error.issues[0]?.message ?? 'will not do'}`);
  // Nobody shall book in between.
  const folder = claimFolder(config.DATA_DIR);
  try {
    const foundation = await createFoundation(config, pino({ level: 'silent' }));
    try {
      if (!force && !(await isEmpty(foundation.database))) throw new CommandFailed('This clinic has people already; --force adds to them');
      const started = performance.now();
      const written = await seedClinic(foundation, { ...options, password });
      const count = (name: string) => written.get(name) ?? 0;
      const total = [...written.values()].reduce((sum, rows) => sum + rows, 0);
      console.log(
        `${count('practitioners')} practitioners, ${count('users')} people, ${count('appointments')} appointments; ` +
          `${total} rows in ${Math.round((performance.now() - started) / 1000)} s (seed ${options.seed}, at ${options.at.toISOString()})`,
      );
    } finally {
      await foundation.close();
    }
  } catch (error) {
    if (error instanceof UniqueConstraintError)
      throw new CommandFailed('This clinic holds something of this seed already; take another --seed, or an empty database', {
        cause: error,
      });
    throw error;
  } finally {
    folder.release();
  }
  console.log('Accounts: seed.admin, seed.service, pharmacist01, doctor01 …, patient0001 …');
  console.log(`Password of all of them${command.password ? '' : ', shown only this once'}: ${password}`);
}
