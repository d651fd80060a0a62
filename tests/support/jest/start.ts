/** Before the first test file of a run: one MariaDB for all files that do not need one of their own. */
import { startMariaDb } from '../mariadb.ts';

export default async function start(): Promise<void> {
  const server = await startMariaDb();
  process.env['TEST_MARIADB'] = server.url;
  Object.assign(globalThis, { stopTestMariaDb: () => server.stop() });
}
