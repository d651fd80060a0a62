/** Contents on the local disk, below a folder that no web server serves, for the account that the server runs as only. */
import { constants } from 'node:fs';
import { mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { v4 as random } from 'uuid';
import { makePrivateFolder } from '#config/folder.ts';
import type { Config } from '#config/index.ts';
import { ApiError } from '#src/errors.ts';
import { checkKey, type FileStore, type StoredKey } from './store.ts';
import type { Content } from './streams.ts';

/** Uploads under way; on the same disk as the rest, so that they can be moved there in one step. */
const INCOMING = 'incoming';
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** A link that somebody laid into the folder is not followed. */
const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/** Where the files of a clinic are. */
export const openFileStore = ({ FILES_DIR, DATA_DIR }: Pick<Config, 'FILES_DIR' | 'DATA_DIR'>): FileStore =>
  createLocalStore(FILES_DIR ?? path.join(DATA_DIR, 'files'));

/** @param folder made when it is not there */
export function createLocalStore(folder: string): FileStore {
  const incoming = path.join(folder, INCOMING);
  makePrivateFolder(incoming);
  const pathOf = (key: string): string => path.join(folder, checkKey(key).slice(0, 2), key);

  async function* read(key: string, from: number, to: number): AsyncGenerator<Buffer> {
    const handle = await open(pathOf(key), O_RDONLY | O_NOFOLLOW);
    if (to > from) yield* handle.createReadStream({ start: from, end: to - 1 }) as Content;
    else await handle.close();
  }

  return {
    name: 'local',

    async put(key, content) {
      const target = pathOf(key);
      const temporary = path.join(incoming, random());
      try {
        const handle = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
        // Flushed to the disk before the row that names it is written.
        await pipeline(content, handle.createWriteStream({ flush: true }));
        await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
        await rename(temporary, target);
      } catch (error) {
        await rm(temporary, { force: true });
        if (FULL.has((error as NodeJS.ErrnoException).code ?? '')) throw new ApiError('storage_full', { cause: error });
        throw error;
      }
    },

    read,
    remove: (key) => rm(pathOf(key), { force: true }),

    async *keys() {
      for await (const part of await opendir(folder)) {
        if (!part.isDirectory() || part.name === INCOMING) continue;
        yield* filesIn(path.join(folder, part.name));
      }
    },

    async tidy(before) {
      for await (const { key, modifiedAt } of filesIn(incoming)) {
        if (modifiedAt < before) await rm(path.join(incoming, key), { force: true });
      }
    },
  };
}

async function* filesIn(folder: string): AsyncGenerator<StoredKey> {
  for await (const entry of await opendir(folder)) {
    // Gone meanwhile: deleted, or moved to its place.
    const found = entry.isFile() ? await stat(path.join(folder, entry.name)).catch(() => null) : null;
    if (found) yield { key: entry.name, modifiedAt: found.mtime };
  }
}
