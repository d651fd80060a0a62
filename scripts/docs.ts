/**
 * Writes what follows from code: the reference pages `docs/errors.md`, `docs/configuration.md`, `docs/protocol.md`, and the
 * types of the API for the web client. `node scripts/docs.ts` writes them, `--check` only says whether they are up to date.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { loadConfig } from '#config/index.ts';
import { roomErrors } from '#rooms/errors.ts';
import * as protocol from '#rooms/protocol.ts';
import { errors } from '#src/errors.ts';
import { wire } from '#src/wire.ts';
import { type ApiDocument, apiTypes } from './docs/api-types.ts';
import { configurationPage } from './docs/configuration.ts';
import { errorsPage } from './docs/errors.ts';
import { protocolPage } from './docs/protocol.ts';

const root = resolve(import.meta.dirname, '..');

/** The API document of a server that is built from its defaults and never listens. */
async function apiDocument(): Promise<ApiDocument> {
  const folder = await mkdtemp(join(tmpdir(), 'wenzhen-docs-'));
  const config = loadConfig({ NODE_ENV: 'test', DATA_DIR: folder, MEDIA_WORKERS: '1' });
  const server = await wire({ config, log: pino({ level: 'silent' }) });
  try {
    await server.app.ready();
    return server.app.swagger() as ApiDocument;
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Content of each generated file by its path from the root. */
async function pages(): Promise<Record<string, string>> {
  return {
    'docs/errors.md': errorsPage(errors, roomErrors),
    'docs/configuration.md': configurationPage(),
    'docs/protocol.md': protocolPage(protocol),
    'web/src/api/schema.ts': apiTypes(await apiDocument()),
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
