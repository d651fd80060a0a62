/** Makes the SQLite file that tests copy instead of migrating an empty one. Usage: node template.ts FOLDER */
import { pino } from 'pino';
import { openDatabase } from '#src/database/database.ts';
import { migrate } from '#src/database/migrate.ts';

const [, , folder = ''] = process.argv;
const database = await openDatabase({ DATA_DIR: folder, DATABASE_URL: undefined }, pino({ level: 'silent' }));
await migrate(database);
await database.close();
