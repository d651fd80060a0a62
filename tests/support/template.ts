/** A migrated SQLite database to begin with: much faster than migrating an empty one each time. */
import { copyFile } from 'node:fs/promises';
import path from 'node:path';

/** Puts the database that this run of the tests has made (`jest/start.ts`) into a data folder. */
export async function copyTemplate(folder: string): Promise<void> {
  const template = process.env['TEST_SQLITE'];
  if (template) await copyFile(template, path.join(folder, 'wenzhen.sqlite'));
}
