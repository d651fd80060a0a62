/** Keys that the server cannot do without: from the environment, or made once and kept in the data folder. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makePrivateFolder } from '#config/folder.ts';
import type { Config } from '#config/index.ts';
import { type KeyRing, parseKeyRing } from '#src/crypto/keys.ts';

export interface Secrets {
  jwt: string;
  /** Seals personal data. */
  dataKeys: KeyRing;
  /** Key of look-ups in sealed columns. */
  blindIndex: string;
  /** Files of generated keys; empty when the environment gave all. */
  generated: readonly string[];
}

/** Production never gets here with one missing: the configuration refuses. */
export async function loadSecrets(config: Pick<Config, 'JWT_SECRET' | 'DATA_KEYS' | 'BLIND_INDEX_KEY' | 'DATA_DIR'>): Promise<Secrets> {
  const generated: string[] = [];
  async function keep(given: string | undefined, name: string, make: () => string): Promise<string> {
    if (given) return given;
    const file = path.join(config.DATA_DIR, name);
    generated.push(file);
    return readOrMake(config.DATA_DIR, file, make);
  }
  const jwt = await keep(config.JWT_SECRET, 'jwt-secret', () => randomBytes(48).toString('base64url'));
  const dataKeys = await keep(config.DATA_KEYS, 'data-keys', () => `k1:${randomBytes(32).toString('hex')}`);
  const blindIndex = await keep(config.BLIND_INDEX_KEY, 'blind-index-key', () => randomBytes(48).toString('base64url'));
  return { jwt, dataKeys: parseKeyRing(dataKeys), blindIndex, generated };
}

async function readOrMake(folder: string, file: string, make: () => string): Promise<string> {
  makePrivateFolder(folder);
  await writeFile(file, make(), { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const secret = (await readFile(file, 'utf8')).trim();
  if (secret.length < 32)
    throw new Error(`${file} does not hold a key; restore it from a backup (what it protects cannot be read without it)`);
  return secret;
}
