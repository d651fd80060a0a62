/** Encrypts contents that older versions kept in clear, while the server runs: reads go on before, meanwhile and after. */
import { setTimeout as pause } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { Op } from 'sequelize';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { sealedCategories } from './categories.ts';
import { type FileRow, keyColumn } from './model.ts';
import { newContentKey, sealContent } from './sealed-content.ts';
import type { FileStore } from './store.ts';
import { measured } from './streams.ts';

export interface SealedContents {
  sealed: number;
  /** Contents that are gone from the store or are not what was put there; they stay as they are. */
  unreadable: number;
}

interface SealingParts {
  database: Database;
  vault: Vault;
  store: FileStore;
}

/** Contents between two breaths. */
const BATCH = 20;
/** How long whoever has read a row may take to open its old content, in milliseconds; an open one is read to its end. */
const GRACE_MS = 1_000;

/**
 * Idempotent, also beside other processes that do the same. Old contents are removed; those that a crash leaves behind the nightly
 * sweep takes, since no row names them any more.
 * @param limits `untilMs`: time after which no further batch begins, in ms since 1970
 * @throws {ApiError} `storage_full`
 */
export async function sealOldContents(parts: SealingParts, limits: { untilMs?: number; graceMs?: number } = {}): Promise<SealedContents> {
  const { database, store } = parts;
  const { untilMs = Number.POSITIVE_INFINITY, graceMs = GRACE_MS } = limits;
  const done: SealedContents = { sealed: 0, unreadable: 0 };
  const kept = { category: sealedCategories, keySealed: null, storeKey: { [Op.ne]: null }, state: { [Op.ne]: 'deleted' as const } };
  for (let after = ''; Date.now() < untilMs;) {
    const rows = await database.models.files.findAll({ where: { ...kept, id: { [Op.gt]: after } }, order: ['id'], limit: BATCH });
    const old: string[] = [];
    for (const row of rows) {
      const outcome = await sealOne(parts, row);
      if (outcome === 'sealed' && row.storeKey) old.push(row.storeKey);
      if (outcome === 'unreadable') done.unreadable++;
    }
    if (old.length > 0) await pause(graceMs);
    for (const key of old) await store.remove(key);
    done.sealed += old.length;
    const last = rows.at(-1);
    if (!last || rows.length < BATCH) break;
    after = last.id;
  }
  return done;
}

/** `changed`: somebody else has sealed or deleted it meanwhile. */
async function sealOne({ database, vault, store }: SealingParts, row: FileRow): Promise<'sealed' | 'changed' | 'unreadable'> {
  const { id, storeKey, sha256 } = row;
  if (storeKey === null) return 'changed';
  const [fresh, key] = [randomBytes(16).toString('hex'), newContentKey()];
  const read = trackFaults(store.read(storeKey, 0, Number(row.bytes)));
  const { content, figures } = measured(read.content);
  try {
    await store.put(fresh, sealContent(content, key));
  } catch (error) {
    if (read.failed()) return 'unreadable';
    throw error;
  }
  // What is not what its owner gave us is not made to look as if it were.
  const whole = figures.sha256 === sha256;
  const values = { storeKey: fresh, keySealed: vault.seal(keyColumn, id, key.toString('base64')) };
  const [changed] = whole
    ? await database.transaction(() => database.models.files.update(values, { where: { id, storeKey, keySealed: null }, silent: true }))
    : [0];
  if (changed === 0) await store.remove(fresh);
  return whole ? (changed > 0 ? 'sealed' : 'changed') : 'unreadable';
}

/** Tells a content that cannot be read from a store that cannot be written. */
function trackFaults(source: AsyncIterable<Buffer>) {
  let failed = false;
  async function* content(): AsyncGenerator<Buffer> {
    try {
      yield* source;
    } catch (error) {
      failed = true;
      throw error;
    }
  }
  return { content: content(), failed: () => failed };
}
