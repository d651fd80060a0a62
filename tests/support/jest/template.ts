/**
 * Makes the databases that tests copy instead of migrating empty ones: `wenzhen.sqlite`, and `wenzhen.sql` with the tables of MariaDB.
 * Usage: node template.ts FOLDER URL, with the URL of an empty database.
 */
import path from 'node:path';
import { pino } from 'pino';
import { openDatabase } from '#src/database/database.ts';
import { migrate } from '#src/database/migrate.ts';
import { dumpTables } from '../mariadb.ts';

const [, , folder = '', url = ''] = process.argv;

for (const DATABASE_URL of [undefined, url]) {
  const database = await openDatabase({ DATA_DIR: folder, DATABASE_URL }, pino({ level: 'silent' }));
  await migrate(database);
  await database.close();
}
await dumpTables(url, path.join(folder, 'wenzhen.sql'));
