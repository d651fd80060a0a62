/** Files as things: listed, renamed, linked, deleted, tidied up. */
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { checkOpening, type FileAccess } from './access.ts';
import { type AccessRule, categoryOf, type FileCategory, type FileState } from './categories.ts';
import { createLinks, type FileLinks } from './links.ts';
import { createListing, type FileListing } from './listing.ts';
import { type FileRow, nameColumn } from './model.ts';
import { displayName } from './names.ts';
import type { Quota } from './quota.ts';
import type * as schemas from './schemas.ts';
import { sealOldContents } from './sealing-old.ts';
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
  /**
   * Puts a file into another category that is kept encrypted as well; who may read it stays.
   * @throws {ApiError} `not_found`, `forbidden` without `files:manage`, `unsupported_file` when that category or this one does not take it,
   * `in_use` while it belongs to something
   */
  changeCategory(caller: Caller, id: string, category: FileCategory): Promise<void>;
  /**
   * Takes a file out of use or back into it; for `files:manage`, whoever owns it. Nobody gets the content of a file that is
   * withheld, whatever it belongs to. @throws {ApiError} `not_found`, `wrong_state` when it is in that state already
   */
  changeState(id: string, state: Exclude<FileState, 'deleted'>): Promise<void>;
  /** The content is gone soon after. @throws {ApiError} `not_found`, `in_use` while it belongs to something */
  remove(caller: Caller, id: string): Promise<void>;
  /** Takes files away whoever owns them, with their names: nobody uses them any more. Inside the caller's transaction. @returns how many */
  discard(ids: readonly string[]): Promise<number>;
  /** Does a `file.erase` row: takes the content of a deleted file away. Idempotent. */
  erase(id: string): Promise<void>;
  /**
   * Takes away what belongs to no file: left behind by uploads that a crash interrupted. Encrypts what older versions kept in clear.
   * @returns how many contents it took away
   */
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
  log: Pick<Logger, 'info' | 'warn'>;
}

/** No upload takes so long, in milliseconds. */
const ABANDONED_MS = 24 * 3_600_000;

/** Encrypting old contents leaves the rest to the next night after so long, in milliseconds. */
const NIGHT_MS = 1_800_000;

/** A file that the caller may change; one that is withheld only with `files:manage`. @throws {ApiError} `not_found` */
async function ownFile({ models: { files } }: Database, caller: Caller, id: string, states: FileState[] = ['active']): Promise<FileRow> {
  const row = await files.findOne({ where: { id, state: states }, lock: true });
  const mine = row?.ownerId === caller.userId && row.state === 'active';
  if (!row || !(mine || caller.can('files:manage'))) throw new ApiError('not_found');
  return row;
}

type Changes = Pick<FileManagement, 'rename' | 'limitDownloads' | 'changeAccess' | 'changeCategory' | 'changeState'>;

function createChanges({ database, vault }: ManagingParts, refuseInUse: (id: string) => Promise<void>): Changes {
  const { models, transaction } = database;
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

    changeCategory: (caller, id, category) =>
      transaction(async () => {
        const row = await ownFile(database, caller, id);
        if (!caller.can('files:manage')) throw new ApiError('forbidden');
        const [from, to] = [categoryOf(row.category), categoryOf(category)];
        // Only within those: the content of an avatar is another one, smaller and in clear.
        if (!from.sealed || !to.sealed || !to.kinds.includes(row.kind)) throw new ApiError('unsupported_file');
        await refuseInUse(id);
        await row.update({ category });
      }),

    changeState: (id, state) =>
      transaction(async () => {
        const from = state === 'active' ? ('withheld' as const) : ('active' as const);
        const [changed] = await models.files.update({ state }, { where: { id, state: from } });
        if (changed > 0) return;
        const known = await models.files.count({ where: { id, state } });
        throw new ApiError(known > 0 ? 'wrong_state' : 'not_found');
      }),
  };
}

export function createFileManagement(parts: ManagingParts): FileManagement {
  const { database, outbox, store, quota, access, view, vault } = parts;
  const { models, transaction } = database;
  const { files, fileLinks } = models;

  async function refuseInUse(id: string): Promise<void> {
    if ((await fileLinks.count({ where: { fileId: id } })) > 0 || (await access.holds(id))) throw new ApiError('in_use');
  }

  return {
    ...createListing(database, view),
    ...createLinks(database),
    ...createChanges(parts, refuseInUse),

    remove: (caller, id) =>
      transaction(async () => {
        const row = await ownFile(database, caller, id, ['active', 'withheld']);
        await refuseInUse(id);
        const [changed] = await files.update({ state: 'deleted', deletedAt: new Date() }, { where: { id, state: row.state } });
        if (changed === 0) throw new ApiError('not_found');
        if (row.ownerId !== null) await quota.release(row.ownerId, Number(row.bytes));
        await outbox.append('file.erase', { id });
      }),

    async discard(ids) {
      const rows = await files.findAll({ where: { id: [...ids] } });
      for (const row of rows) {
        if (row.ownerId !== null && row.state !== 'deleted') await quota.release(row.ownerId, Number(row.bytes));
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

async function sweep({ database, vault, store, spool, log }: ManagingParts): Promise<number> {
  const { sealed, unreadable } = await sealOldContents({ database, vault, store }, { untilMs: Date.now() + NIGHT_MS });
  if (sealed > 0) log.info({ sealed }, 'contents of files that were in clear are encrypted now');
  if (unreadable > 0) log.warn({ unreadable }, 'contents of files are missing or were changed: see rotate-keys');
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
