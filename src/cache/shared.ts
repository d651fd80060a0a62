/**
 * Answers that are dear to make and the same for everybody, kept for a while under a key (CFG-02, CFG-03). Dropped by a signal in the transaction
 * of what changes them; one that was read before that commit and kept after it lasts for its time at most. Nothing personal goes in:
 * with Redis it is there in clear. A Redis that is away costs the work, never the answer.
 */
import type { z } from 'zod';
import type { Logger } from '#rooms/ports.ts';
import { type CacheFigures, registerCache } from '#src/signals/cached.ts';
import type { Signals } from '#src/signals/signals.ts';
import type { CacheStore } from './store.ts';

export interface SharedCache<T> {
  /** @param key letters, digits and `-` @param load makes the value when it is not there */
  read(key: string, load: () => Promise<T>): Promise<T>;
  /** Inside the transaction that changes what the value is made of: drops it everywhere once that is committed. */
  drop(key: string): Promise<void>;
}

export interface CacheOptions<T> {
  name: string;
  /** What is found and does not fit, from another version for instance, counts as not there. */
  schema: z.ZodType<T>;
  ttlMs: number;
}

export interface SharedCaches {
  /** Once for each name, while modules are built. */
  open<T>(options: CacheOptions<T>): SharedCache<T>;
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Keys that are dropped or shown at once. */
const MOST_KEYS = 10_000;

export function createSharedCaches(store: CacheStore, signals: Pick<Signals, 'on' | 'send'>, log: Pick<Logger, 'debug'>): SharedCaches {
  return {
    open({ name, schema, ttlMs }) {
      const figures: CacheFigures = { name, hits: 0, misses: 0, held: false };
      const prefix = `${name}:`;
      const keys = async (limit: number) => (await store.keys(prefix, limit)).map((key) => key.slice(prefix.length));
      registerCache(signals, Object.assign(figures, { shared: { ttlMs, keys } }));
      /** What this process has dropped last; whoever reads next does not come before it. */
      let dropping: Promise<unknown> = Promise.resolve();

      /** @returns what `work` answers; undefined when the store is away */
      const orNothing = <R>(work: Promise<R>): Promise<R | undefined> =>
        work.catch((error: unknown) => {
          log.debug({ err: error, cache: name }, 'cache is away');
          return undefined;
        });

      signals.on('cache', (subject) => {
        if (subject !== name && !subject.startsWith(prefix)) return;
        const key = subject === name ? null : subject.slice(prefix.length);
        const gone = key === null ? keys(MOST_KEYS) : Promise.resolve([key]);
        dropping = orNothing(gone.then((all) => store.delete(all.map((one) => prefix + one))));
      });

      async function find(key: string) {
        await dropping;
        const text = await orNothing(store.get(prefix + key));
        const parsed = text ? schema.safeParse(decoded(text)) : null;
        return parsed?.success ? { value: parsed.data } : null;
      }

      return {
        async read(key, load) {
          const found = await find(key);
          if (found) {
            figures.hits++;
            return found.value;
          }
          figures.misses++;
          const value = await load();
          await orNothing(store.set(prefix + key, JSON.stringify(value), ttlMs));
          return value;
        },
        drop: (key) => signals.send('cache', prefix + key),
      };
    },
  };
}
