/** Where shared caches keep texts for a while: in Redis, where every node finds them, or in the memory of this process (CFG-02). */
import type { Redis } from 'ioredis';

export interface CacheStore {
  /** @returns null: not there, or its time is over */
  get(key: string): Promise<string | null>;
  set(key: string, text: string, ttlMs: number): Promise<void>;
  delete(keys: readonly string[]): Promise<void>;
  /** Keys that begin so, in order. @param limit of them at most */
  keys(prefix: string, limit: number): Promise<string[]>;
}

const SPACE = 'wenzhen:cache:';
/** Keys that Redis looks at in one step, so that it holds nobody up. */
const STEP = 500;

/** On the connection that the process has to Redis. Methods throw while it is away. */
export function createRedisStore(redis: Redis): CacheStore {
  const named = (key: string): string => SPACE + key;
  // The client puts it before keys, but neither before patterns nor does it take it off again.
  const own = redis.options.keyPrefix ?? '';
  return {
    get: (key) => redis.get(named(key)),
    set: async (key, text, ttlMs) => void (await redis.set(named(key), text, 'PX', ttlMs)),
    delete: async (keys) => void (keys.length > 0 && (await redis.unlink(keys.map(named)))),
    async keys(prefix, limit) {
      const found = new Set<string>();
      let cursor = '0';
      do {
        const [next, some] = await redis.scan(cursor, 'MATCH', `${own}${named(prefix)}*`, 'COUNT', STEP);
        for (const key of some) found.add(key.slice(own.length + SPACE.length));
        cursor = next;
      } while (cursor !== '0' && found.size < limit);
      return [...found].toSorted().slice(0, limit);
    },
  };
}

/** Values of a process at most; the one that was set first goes. */
const MOST = 5_000;

export function createMemoryStore(): CacheStore {
  const held = new Map<string, { text: string; endsAt: number }>();
  function read(key: string): string | null {
    const entry = held.get(key);
    if (entry && entry.endsAt > performance.now()) return entry.text;
    held.delete(key);
    return null;
  }
  return {
    get: async (key) => read(key),
    async set(key, text, ttlMs) {
      held.delete(key);
      const oldest = held.size >= MOST ? held.keys().next().value : undefined;
      if (oldest !== undefined) held.delete(oldest);
      held.set(key, { text, endsAt: performance.now() + ttlMs });
    },
    async delete(keys) {
      for (const key of keys) held.delete(key);
    },
    keys: async (prefix, limit) =>
      [...held.keys()]
        .filter((key) => key.startsWith(prefix) && read(key) !== null)
        .toSorted()
        .slice(0, limit),
  };
}
