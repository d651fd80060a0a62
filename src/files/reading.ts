/** Contents of files on their way out. */
import { Readable } from 'node:stream';
import type { Vault } from '#src/crypto/vault.ts';
import { ApiError } from '#src/errors.ts';
import type { FileAccess } from './access.ts';
import { type FileRow, keyColumn, nameColumn } from './model.ts';
import { type Range, rangeOf } from './range.ts';
import { openRange } from './sealed-content.ts';
import type { Signature, Signing } from './signing.ts';
import type { FileStore } from './store.ts';
import type { Content } from './streams.ts';

export interface OpenContent {
  name: string;
  mime: string;
  /** Bytes of the whole. */
  bytes: number;
  sha256: string;
  /** The part that `stream` gives. */
  range: Range;
  /** Whether only a part was asked for. */
  partial: boolean;
  stream: Readable;
}

export interface FileReading {
  /**
   * The content behind a signed address, or of a public file without one.
   * @throws {ApiError} `not_found`, `link_invalid`, `link_expired`, `range_not_satisfiable`, `forbidden` when it was downloaded as often as
   * it may be
   */
  content(id: string, signature: Signature | null, rangeHeader?: string): Promise<OpenContent & { public: boolean }>;
  /** The content for the server itself, without asking who wants it. @throws {ApiError} `not_found` */
  open(id: string): Promise<OpenContent>;
}

interface ReadingParts {
  store: FileStore;
  vault: Vault;
  access: Pick<FileAccess, 'mayRead'>;
  signing: Signing;
  /** @throws {ApiError} `not_found` */
  active(id: string): Promise<FileRow>;
  /** Counts one download. @returns false: there is none left */
  countDownload(id: string): Promise<boolean>;
}

export function createReading({ store, vault, access, signing, active, countDownload }: ReadingParts): FileReading {
  return {
    async content(id, signature, rangeHeader) {
      // Before anything is read: guessing tells nothing.
      if (signature) signing.check(id, signature);
      const row = await active(id);
      if (!signature && !(row.access === 'public' && (await access.mayRead(null, row)))) throw new ApiError('not_found');
      const limited = row.downloadsLeft !== null;
      // Where downloads are counted there are no parts: they would add up to uncounted ones.
      const content = openContent(store, vault, row, limited ? undefined : rangeHeader);
      if (limited && !(await countDownload(id))) throw new ApiError('forbidden');
      return { ...content, public: signature === null };
    },

    open: async (id) => openContent(store, vault, await active(id)),
  };
}

/**
 * @param rangeHeader as the client sent it
 * @throws {ApiError} `not_found`, `range_not_satisfiable` with the size in `details`
 */
function openContent(store: FileStore, vault: Vault, row: FileRow, rangeHeader?: string): OpenContent {
  const { id, mime, sha256, storeKey, keySealed } = row;
  const bytes = Number(row.bytes);
  if (storeKey === null) throw new ApiError('not_found');
  const asked = rangeOf(rangeHeader, bytes);
  if (asked === null) throw new ApiError('range_not_satisfiable', { details: [{ bytes }] });
  const range = asked ?? { from: 0, to: bytes };
  const read = (from: number, to: number): Content => store.read(storeKey, from, to);
  const key = keySealed === null ? null : Buffer.from(vault.open(keyColumn, id, keySealed), 'base64');
  const content = key ? openRange({ key, bytes, ...range, read }) : read(range.from, range.to);
  const stream = Readable.from(content, { objectMode: false });
  return { name: vault.open(nameColumn, id, row.nameSealed), mime, bytes, sha256, range, partial: asked !== undefined, stream };
}
