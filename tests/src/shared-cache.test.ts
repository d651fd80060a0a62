/** Shared caches: the same in Redis and in memory; with Redis away the work is done, and values come back by themselves. */
import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { createSharedCaches, type SharedCaches } from '#src/cache/shared.ts';
import { type CacheStore, createMemoryStore, createRedisStore } from '#src/cache/store.ts';
import { connectRedis } from '#src/redis.ts';
import { cachesOf } from '#src/signals/cached.ts';
import { silentLog } from '#tests/support/app.ts';
import { type RedisServer, startRedis } from '#tests/support/redis.ts';
import { until } from '#tests/support/wait.ts';

let redis: RedisServer;
let client: ReturnType<typeof connectRedis>;
/** As in a Redis Cluster, where all keys begin alike. */
let prefixed: ReturnType<typeof connectRedis>;
beforeAll(async () => {
  redis = await startRedis();
  client = connectRedis(redis.url, silentLog);
  prefixed = client.duplicate({ keyPrefix: '{wenzhen}' });
  await until('the connections', () => client.status === 'ready' && prefixed.status === 'ready');
});
afterAll(async () => {
  client.disconnect();
  prefixed.disconnect();
  await redis.stop();
});

/** Signals of one process. */
function signalsOf() {
  const events = new EventEmitter();
  const on = (topic: string, listener: (subject: string) => void) => {
    events.on(topic, listener);
    return () => void events.off(topic, listener);
  };
  return { on, send: async (topic: string, subject: string) => void events.emit(topic, subject) };
}
const schema = z.object({ n: z.int() });

describe.each(['memory', 'redis', 'redis under a prefix'] as const)('in %s', (kind) => {
  let store: CacheStore;
  beforeAll(() => {
    store = kind === 'memory' ? createMemoryStore() : createRedisStore(kind === 'redis' ? client : prefixed);
  });
  const opened = (caches: SharedCaches, name: string) => caches.open({ name, schema, ttlMs: 60_000 });

  test('texts are kept for their time, found by how they begin, and deleted', async () => {
    await store.set('texts:a', '1', 60_000);
    await store.set('texts:b', '诊', 60_000);
    await store.set('texts:short', 'x', 1);
    await store.set('other:a', '2', 60_000);
    await delay(20);
    expect([await store.get('texts:a'), await store.get('texts:b'), await store.get('texts:short')]).toEqual(['1', '诊', null]);
    expect(await store.keys('texts:', 10)).toEqual(['texts:a', 'texts:b']);
    expect(await store.keys('texts:', 1)).toHaveLength(1);
    await store.delete(['texts:a', 'texts:none']);
    await store.delete([]);
    expect([await store.get('texts:a'), await store.get('other:a')]).toEqual([null, '2']);
  });

  test('a value is made once, and anew when it was dropped or does not fit any more', async () => {
    const signals = signalsOf();
    const cache = opened(createSharedCaches(store, signals, silentLog), 'values');
    let made = 0;
    const read = (key: string) => cache.read(key, async () => ({ n: ++made }));
    expect([await read('a'), await read('a'), await read('b')]).toEqual([{ n: 1 }, { n: 1 }, { n: 2 }]);
    await cache.drop('a');
    expect([await read('a'), await read('b')]).toEqual([{ n: 3 }, { n: 2 }]);
    await signals.send('cache', 'values');
    expect([await read('a'), await read('b')]).toEqual([{ n: 4 }, { n: 5 }]);
    await store.set('values:a', '{"n":"of another version"}', 60_000);
    expect(await read('a')).toEqual({ n: 6 });
    await store.set('values:a', '{', 60_000);
    expect(await read('a')).toEqual({ n: 7 });
    expect(cachesOf(signals)).toMatchObject([{ name: 'values', hits: 2, misses: 7, shared: { ttlMs: 60_000 } }]);
    expect(await cachesOf(signals)[0]?.shared?.keys(10)).toEqual(['a', 'b']);
  });
});

test('while Redis is away values are made each time, and afterwards once again', async () => {
  const cache = createSharedCaches(createRedisStore(client), signalsOf(), silentLog).open({ name: 'away', schema, ttlMs: 60_000 });
  let made = 0;
  const read = () => cache.read('a', async () => ({ n: ++made }));
  expect([await read(), await read()]).toEqual([{ n: 1 }, { n: 1 }]);
  await redis.kill();
  expect([await read(), await read()]).toEqual([{ n: 2 }, { n: 3 }]);
  await cache.drop('a');
  await redis.resume();
  await until('the connection', () => client.status === 'ready');
  const { n } = await read();
  expect(await read()).toEqual({ n });
});
