/**
 * Counts of a minute that the nodes of a cluster share: each counts in its own memory and tells Redis twice a second, so no request waits.
 * Without Redis, and while it is away, each node counts for itself.
 */
import type { Redis } from 'ioredis';
import type { Logger } from '#rooms/ports.ts';

export interface SharedCounts {
  /** Counts one more. @returns how many there were in this minute, on all nodes as far as is known */
  add(key: string): number;
  /** How many there were, without one more. */
  seen(key: string): number;
  /** Milliseconds until the minute ends. */
  left(): number;
  close(): void;
}

const WINDOW_MS = 60_000;
const TELL_MS = 500;
/** Keys of one minute; who is beyond them is not counted. */
const MOST_KEYS = 200_000;

interface Count {
  /** Here, since Redis was told last. */
  untold: number;
  /** On all nodes, when it was told last. */
  told: number;
}

/** @param kind keeps counts of one kind apart from others in Redis */
export function createSharedCounts(redis: Redis | null, log: Pick<Logger, 'debug'>, kind = 'rate'): SharedCounts {
  let counts = new Map<string, Count>();
  let touched = new Set<string>();
  let end = 0;
  let telling = false;

  /** The minute of the clock, which nodes agree on. Read by a timer only: requests come by the thousand. */
  function turn(): void {
    const now = Date.now();
    if (now < end) return;
    counts = new Map();
    touched = new Set();
    end = (Math.floor(now / WINDOW_MS) + 1) * WINDOW_MS;
  }

  async function tell(client: Redis): Promise<void> {
    const [window, held, keys] = [end, counts, [...touched]];
    touched = new Set();
    const sent = keys.map((key) => ({ key, count: held.get(key), by: held.get(key)?.untold ?? 0 }));
    const pipeline = client.pipeline();
    for (const { key, by } of sent) {
      const name = `wenzhen:${kind}:${window}:${key}`;
      pipeline.incrby(name, by).pexpire(name, 2 * WINDOW_MS);
    }
    const answers = (await pipeline.exec()) ?? [];
    for (const [index, { count, by }] of sent.entries()) {
      const [error, total] = answers[2 * index] ?? [];
      if (!count || error || typeof total !== 'number') continue;
      count.untold -= by;
      count.told = total;
    }
  }

  turn();
  const timer = setInterval(() => {
    turn();
    if (!redis || touched.size === 0 || telling) return;
    telling = true;
    tell(redis)
      .catch((error: unknown) => log.debug({ err: error }, 'rate counts not shared'))
      .finally(() => (telling = false));
  }, TELL_MS);
  timer.unref();

  return {
    add(key) {
      const count = counts.get(key) ?? { untold: 0, told: 0 };
      if (counts.size < MOST_KEYS) counts.set(key, count);
      if (redis) touched.add(key);
      count.untold++;
      return count.told + count.untold;
    },
    seen(key) {
      const count = counts.get(key);
      return count ? count.told + count.untold : 0;
    },
    left: () => Math.max(1_000, end - Date.now()),
    close: () => clearInterval(timer),
  };
}
