/** A ZIP archive as a stream: only what is being packed is in memory. */
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';

export interface ZipEntry {
  name: string;
  content: AsyncIterable<Buffer> | Iterable<Buffer>;
  /** Packed already, like images: stored as it is. */
  packed?: boolean;
}

export async function* zipOf(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Buffer> {
  let made: Buffer[] = [];
  const zip = new Zip((error, bytes) => {
    if (error) throw error;
    made.push(Buffer.from(bytes));
  });
  function* take(): Generator<Buffer> {
    yield* made;
    made = [];
  }
  for await (const { name, content, packed } of entries) {
    const entry = packed ? new ZipPassThrough(name) : new ZipDeflate(name, { level: 6 });
    zip.add(entry);
    for await (const piece of content) {
      entry.push(piece);
      yield* take();
    }
    entry.push(new Uint8Array(0), true);
    yield* take();
  }
  zip.end();
  yield* take();
}
