/**
 * Writes what follows from code: the reference pages `docs/errors.md`, `docs/configuration.md`, `docs/protocol.md`,
 * `docs/data-dictionary.md`, and the types of the API for the web client. `node scripts/docs.ts` writes them, `--check` only says whether they are up to date.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { loadConfig } from '#config/index.ts';
import { roomErrors } from '#rooms/errors.ts';
import * as protocol from '#rooms/protocol.ts';
import { openDatabase } from '#src/database/database.ts';
import { errors } from '#src/errors.ts';
import { wire } from '#src/wire.ts';
import { type ApiDocument, apiTypes } from './docs/api-types.ts';
import { configurationPage } from './docs/configuration.ts';
import { dictionaryPage } from './docs/dictionary.ts';
import { errorsPage } from './docs/errors.ts';
import { protocolPage } from './docs/protocol.ts';

const root = resolve(import.meta.dirname, '..');

/** What is read from a server that is built from its defaults and never listens: the API document, and its tables. */
async function builtServer(): Promise<{ api: ApiDocument; dictionary: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'wenzhen-docs-'));
  const config = loadConfig({ NODE_ENV: 'test', DATA_DIR: folder, MEDIA_WORKERS: '1' });
  const log = pino({ level: 'silent' });
  const server = await wire({ config, log });
  const database = await openDatabase(config, log);
  try {
    await server.app.ready();
    return { api: server.app.swagger() as ApiDocument, dictionary: await dictionaryPage(database) };
  } finally {
    await database.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Content of each generated file by its path from the root. */
async function pages(): Promise<Record<string, string>> {
  const { api, dictionary } = await builtServer();
  return {
    'docs/errors.md': errorsPage(errors, roomErrors),
    'docs/configuration.md': configurationPage(),
    'docs/protocol.md': protocolPage(protocol),
    'docs/data-dictionary.md': dictionary,
    'web/src/api/schema.ts': apiTypes(api),
  };
}

/** Generated files that differ from what the code says, with what should be in them. */
export async function outdatedPages(): Promise<Record<string, string>> {
  const now = Object.entries(await pages());
  const written = await Promise.all(now.map(([path]) => readFile(resolve(root, path), 'utf8').catch(() => '')));
  return Object.fromEntries(now.filter(([, text], index) => text !== written[index]));
}

if (import.meta.main) {
  const outdated = await outdatedPages();
  const paths = Object.keys(outdated).join(', ');
  if (process.argv.includes('--check')) {
    if (paths) console.error(`Out of date, run \`node scripts/docs.ts\`: ${paths}`);
    process.exitCode = paths ? 1 : 0;
  } else {
    for (const [path, text] of Object.entries(outdated)) await writeFile(resolve(root, path), text);
    console.log(paths ? `Written: ${paths}` : 'Everything is up to date');
  }
}
