/**
 * Encryption of a file's content: AES-256-GCM in chunks, so that it can be written as a stream and read from the middle. Each file has a
 * key of its own, which encrypts once: the number of the chunk is its nonce, with a mark on the last one, so that chunks can neither be
 * moved nor cut off. The key itself is sealed in the file's row.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type Content, pieces } from './streams.ts';

const CIPHER = 'aes-256-gcm';
/** Plain bytes of a chunk. */
const CHUNK = 65_536;
const TAG = 16;
const KEY = 32;

export const newContentKey = (): Buffer => randomBytes(KEY);

/** Byte 0 marks the last chunk, bytes 8 to 11 are its number. */
function nonce(index: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt8(last ? 1 : 0, 0);
  bytes.writeUInt32BE(index, 8);
  return bytes;
}

function sealChunk(key: Buffer, plain: Buffer, index: number, last: boolean): Buffer {
  const cipher = createCipheriv(CIPHER, key, nonce(index, last));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function openChunk(key: Buffer, sealed: Buffer, index: number, last: boolean): Buffer {
  const decipher = createDecipheriv(CIPHER, key, nonce(index, last), { authTagLength: TAG });
  decipher.setAuthTag(sealed.subarray(-TAG));
  return Buffer.concat([decipher.update(sealed.subarray(0, -TAG)), decipher.final()]);
}

export async function* sealContent(source: Content, key: Buffer): AsyncGenerator<Buffer> {
  let index = 0;
  let held: Buffer | undefined;
  for await (const piece of pieces(source, CHUNK)) {
    if (held) yield sealChunk(key, held, index++, false);
    held = piece;
  }
  yield sealChunk(key, held ?? Buffer.alloc(0), index, true);
}

export interface SealedRange {
  key: Buffer;
  /** Plain bytes of the whole file. */
  bytes: number;
  /** First plain byte that is wanted, and the one after the last. */
  from: number;
  to: number;
  /** Reads sealed bytes, the last one excluded. */
  read(from: number, to: number): Content;
}

/** @throws {Error} while it is read, when the sealed content was changed */
export async function* openRange({ key, bytes, from, to, read }: SealedRange): AsyncGenerator<Buffer> {
  const last = Math.max(0, Math.ceil(bytes / CHUNK) - 1);
  const first = Math.floor(from / CHUNK);
  const end = Math.max(first, Math.ceil(to / CHUNK) - 1);
  const sealedEnd = end === last ? bytes + (last + 1) * TAG : (end + 1) * (CHUNK + TAG);
  let index = first;
  for await (const piece of pieces(read(first * (CHUNK + TAG), sealedEnd), CHUNK + TAG)) {
    const plain = openChunk(key, piece, index, index === last);
    const start = index * CHUNK;
    yield plain.subarray(Math.max(0, from - start), Math.min(plain.length, to - start));
    index++;
  }
  if (index !== end + 1) throw new Error('The sealed content is too short');
}
