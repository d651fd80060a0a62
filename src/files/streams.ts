/** Contents as streams of buffers: nothing here holds a whole file. */
import { createHash } from 'node:crypto';

export type Content = AsyncIterable<Buffer>;

export interface Peeked {
  head: Buffer;
  /** Everything, with the head. */
  content: Content;
}

/** Reads the beginning, at least `bytes` of it unless there is less. */
export async function peek(source: Content, bytes: number): Promise<Peeked> {
  const iterator = source[Symbol.asyncIterator]();
  const read: Buffer[] = [];
  let length = 0;
  while (length < bytes) {
    const { value, done } = await iterator.next();
    if (done) break;
    read.push(value);
    length += value.length;
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield* read;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { head: Buffer.concat(read).subarray(0, bytes), content: all() };
}

/** Passes a content on and throws `tooLarge()` when it is longer than `max` bytes. */
export async function* limited(source: Content, max: number, tooLarge: () => Error): AsyncGenerator<Buffer> {
  let length = 0;
  for await (const chunk of source) {
    length += chunk.length;
    if (length > max) throw tooLarge();
    yield chunk;
  }
}

/** Counts and hashes what passes. Read the figures when all has passed. */
export function measured(source: Content) {
  const hash = createHash('sha256');
  const figures = { bytes: 0, sha256: '' };
  async function* pass(): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      hash.update(chunk);
      figures.bytes += chunk.length;
      yield chunk;
    }
    figures.sha256 = hash.digest('hex');
  }
  return { content: pass(), figures };
}

/** Cuts what comes into pieces of exactly `size` bytes; the last one may be shorter. Never yields an empty one. */
export async function* pieces(source: Content, size: number): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const chunk of source) {
    held.push(chunk);
    length += chunk.length;
    if (length < size) continue;
    const all = Buffer.concat(held);
    let from = 0;
    for (; from + size <= all.length; from += size) yield all.subarray(from, from + size);
    held = [all.subarray(from)];
    length = all.length - from;
  }
  if (length > 0) yield Buffer.concat(held);
}
