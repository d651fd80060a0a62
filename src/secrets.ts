/** Keys that the server cannot do without: from the environment, or made once and kept in the data folder. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makePrivateFolder } from '#config/folder.ts';
import type { Config } from '#config/index.ts';

export interface Secrets {
  jwt: string;
  /** File of a generated key; null when the environment gave it. */
  generated: string | null;
}

/** Production never gets here without `JWT_SECRET`: the configuration refuses. */
export async function loadSecrets(config: Pick<Config, 'JWT_SECRET' | 'DATA_DIR'>): Promise<Secrets> {
  if (config.JWT_SECRET) return { jwt: config.JWT_SECRET, generated: null };
  const file = path.join(config.DATA_DIR, 'jwt-secret');
  makePrivateFolder(config.DATA_DIR);
  await writeFile(file, randomBytes(48).toString('base64url'), { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const jwt = (await readFile(file, 'utf8')).trim();
  if (jwt.length < 32) throw new Error(`${file} does not hold a key; delete it to get a new one (everybody will have to sign in again)`);
  return { jwt, generated: file };
}
