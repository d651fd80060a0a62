/**
 * Writes the reference pages that follow from code: `docs/errors.md`, `docs/configuration.md`, `docs/protocol.md`.
 * `node scripts/docs.ts` writes them, `--check` only says whether they are up to date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { roomErrors } from '#rooms/errors.ts';
import * as protocol from '#rooms/protocol.ts';
import { errors } from '#src/errors.ts';
import { configurationPage } from './docs/configuration.ts';
import { errorsPage } from './docs/errors.ts';
import { protocolPage } from './docs/protocol.ts';

const folder = resolve(import.meta.dirname, '../docs');

/** Content of each generated page by its file name. */
export function pages(): Record<string, string> {
  return { 'errors.md': errorsPage(errors, roomErrors), 'configuration.md': configurationPage(), 'protocol.md': protocolPage(protocol) };
}

/** Names of pages that differ from what the code says. */
export async function outdatedPages(): Promise<string[]> {
  const differs = async ([name, text]: [string, string]) =>
    (await readFile(resolve(folder, name), 'utf8').catch(() => '')) === text ? [] : [name];
  return (await Promise.all(Object.entries(pages()).map(differs))).flat();
}

if (import.meta.main) {
  const outdated = await outdatedPages();
  if (process.argv.includes('--check')) {
    if (outdated.length > 0) console.error(`Out of date, run \`node scripts/docs.ts\`: ${outdated.join(', ')}`);
    process.exitCode = outdated.length > 0 ? 1 : 0;
  } else {
    for (const name of outdated) await writeFile(resolve(folder, name), pages()[name] ?? '');
    console.log(outdated.length > 0 ? `Written: ${outdated.join(', ')}` : 'Everything is up to date');
  }
}
