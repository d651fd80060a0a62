/** Files of the clinic: taken in, kept, handed out. */
import path from 'node:path';
import { literal, Op } from 'sequelize';
import type { z } from 'zod';
import type { Config } from '#config/index.ts';
import { ApiError } from '#src/errors.ts';
import type { Foundation } from '#src/foundation.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { createFileAccess, type FileAccess } from './access.ts';
import type { FileCategory, FileKind } from './categories.ts';
import { createLocalStore, openFileStore } from './local-store.ts';
import { createFileManagement, type FileManagement } from './managing.ts';
import type { FileRow } from './model.ts';
import { createQuota, type Usage } from './quota.ts';
import { createReading, type FileReading } from './reading.ts';
import type * as schemas from './schemas.ts';
import { contentPath, createSigning } from './signing.ts';
import { type NewFile, only, storeFile } from './storing.ts';
import type { Content } from './streams.ts';
import { fileViewOf } from './view.ts';

type View = z.infer<typeof schemas.fileView>;
type ViewWithUrl = z.infer<typeof schemas.fileWithUrl>;

export interface Files extends FileManagement, FileReading, Pick<FileAccess, 'relate'> {
  /**
   * Keeps a content. For uploads, and for what other modules make (`content` may be a buffer).
   * @throws {ApiError} `unsupported_file`, `file_too_large`, `bad_image`, `quota_exceeded`, `storage_full`, `empty_file`
   */
  store(file: Omit<NewFile, 'content'> & { content: Content | Buffer }): Promise<ViewWithUrl>;
  /** With an address of the content. @throws {ApiError} `not_found`: also for those who may not read it */
  get(caller: Caller, id: string): Promise<ViewWithUrl>;
  /**
   * Checks a file that somebody wants to use for an object of theirs.
   * @throws {ApiError} `unknown_file` unless they own it and it is of one of these kinds
   */
  own(id: string, ownerId: string, wanted?: { kinds?: readonly FileKind[]; category?: FileCategory }): Promise<void>;
  /** Addresses of contents, without asking who wants them: for public files such as avatars. Those that are gone are left out. */
  urls(ids: readonly string[]): Promise<Map<string, string>>;
  usageOf(userId: string): Promise<Usage>;
}

type Parts = Pick<Foundation, 'database' | 'vault' | 'outbox' | 'settings' | 'secrets' | 'log'> & {
  config: Pick<Config, 'DATA_DIR' | 'FILES_DIR'>;
};

export function createFiles({ config, database, vault, outbox, settings, secrets, log }: Parts): Files {
  const { files } = database.models;
  const store = openFileStore(config);
  const spool = createLocalStore(path.join(config.DATA_DIR, 'spool'));
  const quota = createQuota(database, settings);
  const access = createFileAccess();
  const signing = createSigning(secrets.jwt);

  const view = (row: FileRow): View => fileViewOf(vault, row);
  const withUrl = (row: FileRow): ViewWithUrl => ({ ...view(row), url: signing.urlOf(row.id) });

  async function active(id: string): Promise<FileRow> {
    const row = await files.findOne({ where: { id, state: 'active' } });
    if (!row) throw new ApiError('not_found');
    return row;
  }

  async function countDownload(id: string): Promise<boolean> {
    const left = { id, downloadsLeft: { [Op.gt]: 0 } };
    const [counted] = await database.transaction(() =>
      files.update({ downloadsLeft: literal('downloads_left - 1') as never }, { where: left }),
    );
    return counted > 0;
  }

  return {
    ...createFileManagement({ database, vault, outbox, store, spool, quota, access, view, log }),
    relate: access.relate,
    usageOf: quota.usageOf,

    async store({ content, ...file }) {
      const source = Buffer.isBuffer(content) ? only(content) : content;
      return withUrl(await storeFile({ database, vault, store, spool, quota }, { ...file, content: source }));
    },

    get: (caller, id) =>
      // Rules of medical files record the access: with it or not at all.
      database.transaction(async () => {
        const row = await active(id);
        if (!(await access.mayRead(caller, row))) throw new ApiError('not_found');
        return withUrl(row);
      }),

    ...createReading({ store, vault, access, signing, active, countDownload }),

    async own(id, ownerId, { kinds, category } = {}) {
      const row = await files.findOne({ where: { id, ownerId, state: 'active', ...(category && { category }) }, lock: true });
      if (!row || (kinds && !kinds.includes(row.kind))) throw new ApiError('unknown_file');
    },

    async urls(ids) {
      const rows = await files.findAll({ where: { id: [...ids], state: 'active' }, attributes: ['id', 'access'] });
      // Without a signature an address stays the same, and browsers keep what is behind it.
      return new Map(rows.map(({ id, access: rule }) => [id, rule === 'public' ? contentPath(id) : signing.urlOf(id)]));
    },
  };
}
