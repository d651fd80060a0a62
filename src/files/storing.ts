/**
 * How a content becomes a file: its type is judged, images are made anew, what is confidential is encrypted, and only when all of it is
 * on the disk a row names it. Whatever fails leaves nothing behind.
 */
import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { v7 as uuid } from 'uuid';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { type AccessRule, type FileCategory, type FileKind, categoryOf, maxBytes } from './categories.ts';
import { type ContentType, contentTypeOf, HEAD_BYTES } from './content-type.ts';
import { cleanImage } from './images.ts';
import { type FileRow, keyColumn, nameColumn } from './model.ts';
import { displayName } from './names.ts';
import type { Quota } from './quota.ts';
import { newContentKey, openRange, sealContent } from './sealed-content.ts';
import type { FileStore } from './store.ts';
import { type Content, limited, measured, peek } from './streams.ts';

export interface NewFile {
  /** Null: made by the system, counted for nobody. */
  ownerId: string | null;
  category: FileCategory;
  /** Default: that of the category. */
  access?: AccessRule | undefined;
  /** With access `role`. */
  accessRole?: string | undefined;
  /** As its sender calls it. */
  name: string;
  content: Content;
}

export interface StoringParts {
  database: Database;
  vault: Vault;
  store: FileStore;
  /** For uploads of images, until they are made anew. */
  spool: FileStore;
  quota: Quota;
}

/** What is known of a content that is in the store. */
interface Stored extends Pick<FileRow, 'bytes' | 'sha256' | 'storeKey' | 'keySealed'> {
  type: ContentType;
  width: number | null;
  height: number | null;
}

const newKey = (): string => randomBytes(16).toString('hex');

/** @throws {ApiError} `unsupported_file`, `file_too_large`, `bad_image`, `quota_exceeded`, `storage_full`, `empty_file` */
export async function storeFile(parts: StoringParts, file: NewFile): Promise<FileRow> {
  const { database, vault, store, quota } = parts;
  const { ownerId, category, access = categoryOf(category).access, accessRole = null } = file;
  const id = uuid();
  const { head, content } = await peek(file.content, HEAD_BYTES);
  if (head.length === 0) throw new ApiError('empty_file');
  const type = await contentTypeOf(head);
  if (!type || !allows(category, type.kind)) throw new ApiError('unsupported_file');
  const sized = limited(content, categoryOf(category).maxBytes ?? maxBytes[type.kind], () => new ApiError('file_too_large'));
  const stored = type.kind === 'image' ? await putImage(parts, id, category, type, sized) : await put(parts, id, category, type, sized);
  try {
    return await database.transaction(async () => {
      if (ownerId !== null) await quota.take(ownerId, stored.bytes);
      const { type: kept, ...values } = stored;
      return database.models.files.create({
        ...{ id, ownerId, category, access, accessRole, ...values },
        ...{ kind: kept.kind, mime: kept.mime, store: store.name, state: 'active' },
        nameSealed: vault.seal(nameColumn, id, displayName(file.name, kept.extension)),
      });
    });
  } catch (error) {
    await store.remove(stored.storeKey ?? '').catch(() => undefined);
    throw error;
  }
}

const allows = (category: FileCategory, kind: FileKind): boolean => categoryOf(category).kinds.includes(kind);

async function put(
  { vault, store }: StoringParts,
  id: string,
  category: FileCategory,
  type: ContentType,
  source: Content,
  size: { width: number | null; height: number | null } = { width: null, height: null },
): Promise<Stored> {
  const storeKey = newKey();
  const key = categoryOf(category).sealed ? newContentKey() : null;
  const { content, figures } = measured(source);
  await store.put(storeKey, key ? sealContent(content, key) : content);
  const keySealed = key ? vault.seal(keyColumn, id, key.toString('base64')) : null;
  return { ...figures, storeKey, keySealed, type, ...size };
}

/** Kept on the disk until it is its turn: waiting must not take memory. Encrypted there, under a key that only this process knows. */
async function putImage(parts: StoringParts, id: string, category: FileCategory, type: ContentType, source: Content): Promise<Stored> {
  const { spool } = parts;
  const [spoolKey, key] = [newKey(), newContentKey()];
  const { content, figures } = measured(source);
  try {
    await spool.put(spoolKey, sealContent(content, key));
    const { bytes } = figures;
    const read = () => buffer(openRange({ key, bytes, from: 0, to: bytes, read: (from, to) => spool.read(spoolKey, from, to) }));
    const image = await cleanImage(read, type.mime, categoryOf(category).maxEdge);
    const { width, height } = image;
    return await put(parts, id, category, image.type, only(image.content), { width, height });
  } finally {
    await spool.remove(spoolKey);
  }
}

/** A content that is in memory. */
export async function* only(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
