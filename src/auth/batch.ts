/** Rows that are not worth a transaction each: collected and written together. */
import type { Logger } from '#rooms/ports.ts';

export interface Batch<T> {
  add(row: T): void;
  /** Writes what is there; never rejects. */
  flush(): Promise<void>;
}

const AFTER_MS = 500;
/** Rows kept while they cannot be written; older ones are dropped. */
const MOST = 10_000;

export function createBatch<T>(write: (rows: T[]) => Promise<void>, log: Logger): Batch<T> {
  let rows: T[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (rows.length === 0) return;
    const written = rows;
    rows = [];
    await write(written).catch((error: unknown) => {
      rows = [...written, ...rows].slice(-MOST);
      log.warn({ err: error, waiting: rows.length }, 'rows not written yet');
    });
  }

  return {
    add(row) {
      rows.push(row);
      if (rows.length > MOST) rows.shift();
      timer ??= setTimeout(() => void flush(), AFTER_MS).unref();
    },
    flush,
  };
}
