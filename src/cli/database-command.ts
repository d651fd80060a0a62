/** What commands stand on that work on the database beside a running server, without the rest of one. */
import { pino } from 'pino';
import type { Config } from '#config/index.ts';
import { type Database, openDatabase } from '#src/database/database.ts';
import { pendingMigrations } from '#src/database/migrate.ts';
import { withoutTimeLimit } from '#src/database/time-limit.ts';
import { loadSecrets, type Secrets } from '#src/secrets.ts';
import { CommandFailed } from './options.ts';

/**
 * Opens the database as it is: a command must not change the tables under a server of another version.
 * @throws {CommandFailed} when the tables are not those of this version
 */
export async function onDatabase<T>(config: Config, work: (database: Database, secrets: Secrets) => Promise<T>): Promise<T> {
  const secrets = await loadSecrets(config);
  const database = await openDatabase(config, pino({ level: 'silent' }));
  try {
    const pending = await pendingMigrations(database);
    if (pending.length > 0) throw new CommandFailed(`The tables are not of this version: start the server once (${pending.join(', ')})`);
    return await withoutTimeLimit(() => work(database, secrets));
  } finally {
    await database.close();
  }
}
