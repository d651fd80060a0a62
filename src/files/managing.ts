/** Files as things: listed, renamed, linked, deleted, tidied up. */
import type { z } from 'zod';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { checkOpening, type FileAccess } from './access.ts';
import type { AccessRule } from './categories.ts';
import { createLinks, type FileLinks } from './links.ts';
import { createListing, type FileListing } from './listing.ts';
import { type FileRow, nameColumn } from './model.ts';
import { displayName } from './names.ts';
import type { Quota } from './quota.ts';
import type * as schemas from './schemas.ts';
import type { FileStore } from './store.ts';

export interface FileManagement extends FileListing, FileLinks {
  /** The ending stays that of the content. @throws {ApiError} `not_found` */
  rename(caller: Caller, id: string, name: string): Promise<void>;
  /** How often the content may be downloaded from now on; null: without a limit. @throws {ApiError} `not_found` */
  limitDownloads(caller: Caller, id: string, downloads: number | null): Promise<void>;
  /**
   * Who may read it from now on, besides its owner and whom the object that it belongs to lets.
   * @throws {ApiError} `not_found`, `forbidden` when patients would open it further than its category is
   */
  changeAccess(caller: Caller, id: string, access: AccessRule, role: string | undefined): Promise<void>;
  /** The content is gone soon after. @throws {ApiError} `not_found`, `in_use` while it belongs to something */
  remove(caller: Caller, id: string): Promise<void>;
  /** Takes files away whoever owns them, with their names: nobody uses them any more. Inside the caller's transaction. @returns how many */
  discard(ids: readonly string[]): Promise<number>;
  /** Does a `file.erase` row: takes the content of a deleted file away. Idempotent. */
  erase(id: string): Promise<void>;
  /** Takes away what belongs to no file: left behind by uploads that a crash interrupted. @returns how many contents */
  sweep(): Promise<number>;
}

export interface ManagingParts {
  database: Database;
  vault: Vault;
  outbox: Outbox;
  store: FileStore;
  spool: FileStore;
  quota: Quota;
  access: FileAccess;
  view: (row: FileRow) => z.infer<typeof schemas.fileView>;
}

/** No upload takes so long, in milliseconds. */
const ABANDONED_MS = 24 * 3_600_000;

/** A file that the caller may change. @throws {ApiError} `not_found` */
async function ownFile({ models: { files } }: Database, caller: Caller, id: string, lock = false): Promise<FileRow> {
  const row = await files.findOne({ where: { id, state: 'active' }, lock });
  if (!row || (row.ownerId !== caller.userId && !caller.can('files:manage'))) throw new ApiError('not_found');
  return row;
}

function createChanges({ database, vault }: ManagingParts): Pick<FileManagement, 'rename' | 'limitDownloads' | 'changeAccess'> {
  const { transaction } = database;
  return {
    rename: (caller, id, name) =>
      transaction(async () => {
        const row = await ownFile(database, caller, id);
        const extension = vault.open(nameColumn, id, row.nameSealed).split('.').at(-1) ?? '';
        // What somebody types has no ending, or another one.
        await row.update({ nameSealed: vault.seal(nameColumn, id, displayName(`${name}.${extension}`, extension)) });
      }),

    limitDownloads: (caller, id, downloadsLeft) =>
      transaction(async () => void (await (await ownFile(database, caller, id)).update({ downloadsLeft }))),

    changeAccess: (caller, id, rule, role) =>
      transaction(async () => {
        const row = await ownFile(database, caller, id);
        checkOpening(caller, row.category, rule);
        await row.update({ access: rule, accessRole: role ?? null });
      }),
  };
}

export function createFileManagement(parts: ManagingParts): FileManagement {
  const { database, outbox, store, quota, access, view, vault } = parts;
  const { models, transaction } = database;
  const { files, fileLinks } = models;

  return {
    ...createListing(database, view),
    ...createLinks(database),
    ...createChanges(parts),

    remove: (caller, id) =>
      transaction(async () => {
        const row = await ownFile(database, caller, id, true);
        if ((await fileLinks.count({ where: { fileId: id } })) > 0 || (await access.holds(id))) throw new ApiError('in_use');
        const [changed] = await files.update({ state: 'deleted', deletedAt: new Date() }, { where: { id, state: 'active' } });
        if (changed === 0) throw new ApiError('not_found');
        if (row.ownerId !== null) await quota.release(row.ownerId, Number(row.bytes));
        await outbox.append('file.erase', { id });
      }),

    async discard(ids) {
      const rows = await files.findAll({ where: { id: [...ids] } });
      for (const row of rows) {
        if (row.ownerId !== null && row.state === 'active') await quota.release(row.ownerId, Number(row.bytes));
        const gone = { state: 'deleted' as const, deletedAt: row.deletedAt ?? new Date(), ownerId: null, sha256: '' };
        await row.update({ ...gone, nameSealed: vault.seal(nameColumn, row.id, '') });
        await outbox.append('file.erase', { id: row.id });
      }
      return rows.length;
    },

    async erase(id) {
      const row = await files.findOne({ where: { id, state: 'deleted' } });
      if (!row?.storeKey) return;
      await store.remove(row.storeKey);
      await transaction(() => files.update({ storeKey: null, keySealed: null }, { where: { id } }));
    },

    sweep: () => sweep(parts),
  };
}

async function sweep({ database, store, spool }: ManagingParts): Promise<number> {
  const before = new Date(Date.now() - ABANDONED_MS);
  await store.tidy(before);
  await spool.tidy(before);
  let removed = 0;
  for (const place of [store, spool]) {
    for await (const { key, modifiedAt } of place.keys()) {
      if (modifiedAt >= before || (await database.models.files.count({ where: { storeKey: key } })) > 0) continue;
      await place.remove(key);
      removed++;
    }
  }
  return removed;
}
