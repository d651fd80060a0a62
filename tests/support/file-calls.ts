/** Uploads and downloads against a server of tests. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FileCategory } from '#src/files/categories.ts';
import type { TestApp } from './app.ts';
import { formOf, type Upload } from './sample-files.ts';

export type Who = keyof TestApp['people'];

/** @param server asked when a call is made: it may start later */
export function fileCalls(server: () => TestApp) {
  async function upload(who: Who, category: FileCategory, uploads: readonly Upload[], query = '') {
    const { payload, headers } = formOf(uploads);
    const authorization = `Bearer ${server().people[who].token}`;
    const url = `/api/v1/files?category=${category}${query}`;
    const response = await server().app.inject({ method: 'POST', url, headers: { ...headers, authorization }, payload });
    return { status: response.statusCode, body: response.json() };
  }
  async function uploaded(who: Who, category: FileCategory, content: Buffer, query = '', name = 'file.bin') {
    const { status, body } = await upload(who, category, [{ name, content }], query);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return body.data.items[0].file as { id: string; url: string; bytes: number; sha256: string; name: string; mime: string; width: number };
  }
  const folder = () => path.join(server().config.DATA_DIR, 'files');
  return {
    upload,
    uploaded,
    load: (url: string, headers: Record<string, string> = {}) => server().app.inject({ method: 'GET', url, headers }),
    get: (who: Who, id: string) => server().call('GET', `/api/v1/files/${id}`, server().people[who].token),
    /** Where a content is. */
    placeOf: (storeKey: string) => path.join(folder(), storeKey.slice(0, 2), storeKey),
    /** Every byte below a folder; by default that of the files. */
    async onDisk(below = folder()): Promise<Buffer> {
      const entries = await readdir(below, { withFileTypes: true, recursive: true });
      const contents = entries.filter((entry) => entry.isFile()).map((entry) => readFile(path.join(entry.parentPath, entry.name)));
      return Buffer.concat(await Promise.all(contents));
    },
  };
}
