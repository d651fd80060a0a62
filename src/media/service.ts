/** Bytes for measuring a client's network before a visit. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { ApiError } from '#src/errors.ts';

const CHUNK = randomBytes(64 * 1_024);

/** A stream of `bytes` bytes that nothing on the way can compress. */
export function testBytes(bytes: number): Readable {
  let left = bytes;
  return new Readable({
    read() {
      const chunk = CHUNK.subarray(0, Math.min(left, CHUNK.length));
      left -= chunk.length;
      this.push(chunk.length > 0 ? chunk : null);
    },
  });
}

/** Reads a body to its end without keeping it. @throws {ApiError} `payload_too_large` */
export async function countBytes(body: AsyncIterable<Buffer>, limit: number): Promise<number> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > limit) throw new ApiError('payload_too_large');
  }
  return bytes;
}
