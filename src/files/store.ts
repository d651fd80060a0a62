/** Where contents are kept. Keys are made by us; a content is there whole or not at all, and never changes. */
import type { Content } from './streams.ts';

export interface StoredKey {
  key: string;
  modifiedAt: Date;
}

export interface FileStore {
  /** Kept with each file, for example `local`. */
  readonly name: string;
  /** @throws {ApiError} `storage_full`, and whatever `content` throws; then nothing is kept */
  put(key: string, content: Content): Promise<void>;
  /** @param to first byte that is not read any more @throws when it is not there, while it is read */
  read(key: string, from: number, to: number): Content;
  /** Idempotent. */
  remove(key: string): Promise<void>;
  /** Every content: for finding what belongs to no file. */
  keys(): AsyncIterable<StoredKey>;
  /** Removes what interrupted uploads left behind before this time. */
  tidy(before: Date): Promise<void>;
}

const KEY = /^[0-9a-f]{32}$/;

/** @throws {TypeError} for anything but a key of ours: a path, for example */
export function checkKey(key: string): string {
  if (!KEY.test(key)) throw new TypeError('This is no key of a stored file');
  return key;
}
