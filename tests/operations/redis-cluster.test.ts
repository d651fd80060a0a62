/** What nodes share in Redis works in a Redis Cluster as well, and goes on at another server of it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type Cluster, joinCluster } from '#rooms/index.ts';
import { createRedisNearby } from '#src/hospitals/nearby.ts';
import { createSharedCounts } from '#src/plugins/shared-counts.ts';
import { connectRedis } from '#src/redis.ts';
import { describeDirectory } from '#tests/contract/directory.contract.ts';
import { describeNodeBus } from '#tests/contract/node-bus.contract.ts';
import { silentLog } from '#tests/support/app.ts';
import { createMemoryLog } from '#tests/support/memory-ports.ts';
import { type RedisCluster, startRedisCluster } from '#tests/support/redis-cluster.ts';
import { until } from '#tests/support/wait.ts';
import { type JobQueue, openQueue } from '#workers/queue.ts';

let redis: RedisCluster;
beforeAll(async () => {
  redis = await startRedisCluster();
}, 60_000);
afterAll(() => redis.stop());

async function join(): Promise<Cluster & { pub: Redis }> {
  const pub = connectRedis(redis.urls, silentLog);
  const cluster = await joinCluster(pub, randomUUID(), createMemoryLog());
  return { ...cluster, pub, close: () => cluster.close().finally(() => pub.disconnect()) };
}

describeDirectory('Redis Cluster', async () => {
  const cluster = await join();
  await cluster.pub.flushall();
  return { directory: cluster.directory, pass: (ms) => sleep(ms), close: () => cluster.close() };
});

describeNodeBus('Redis Cluster', async () => {
  const [one, other] = [await join(), await join()];
  return {
    a: one.bus,
    b: other.bus,
    async close() {
      for (const { bus, close } of [one, other]) {
        await bus.close();
        await close();
      }
    },
  };
});

test('counts are shared and near places found, each with all its keys at one server', async () => {
  const [one, other] = [connectRedis(redis.urls, silentLog), connectRedis(redis.urls, silentLog)];
  const counts = [createSharedCounts(one, silentLog), createSharedCounts(other, silentLog)] as const;
  try {
    for (const key of ['a', 'b', 'c', 'd']) counts[0].add(key);
    await until('the other node to know of it', () => ['a', 'b', 'c', 'd'].every((key) => counts[1].add(key) >= 2));
    const places = ['p', 'q'].map((id, index) => ({ id, latitude: 31.23, longitude: 121.47 + index }));
    const never = { candidates: () => Promise.reject(new Error('not from Redis')) };
    const nearby = createRedisNearby(one, async () => places, never, silentLog);
    expect(await nearby.candidates({ latitude: 31.23, longitude: 121.47 }, 1_000)).toEqual(['p']);
  } finally {
    for (const count of counts) count.close();
    one.disconnect();
    other.disconnect();
  }
});

describe.each(['demote', 'freeze', 'kill'] as const)('when the servers that have the keys change: %s', (change) => {
  let nodes: [Cluster & { pub: Redis }, Cluster & { pub: Redis }];
  let queue: JobQueue;
  const done = new Set<string>();
  beforeAll(async () => {
    nodes = [await join(), await join()];
    nodes[1].bus.serve(async (message) => message);
    queue = openQueue(redis.urls, async (id) => void done.add(id), 2, silentLog);
  });
  afterAll(async () => {
    await redis.thaw();
    await queue.close();
    for (const { bus, close } of nodes) await bus.close().then(close);
  });

  async function works(): Promise<boolean> {
    const [one, other] = nodes;
    const room = randomUUID();
    const claim = await one.directory.claim(room, one.bus.nodeId, 5_000);
    const owner = await other.directory.lookup(room);
    const message = await one.bus.request(other.bus.nodeId, 'hello', { deadlineMs: 500, requestId: randomUUID() });
    await one.directory.beat(one.bus.nodeId);
    const signs = await other.directory.beat(other.bus.nodeId);
    const listening = nodes.every(({ bus }) => signs.find(({ nodeId }) => nodeId === bus.nodeId)?.listens);
    const id = randomUUID();
    await queue.add({ id, topic: 'files.sweep', attempts: 0 });
    await until('the job', () => done.has(id), 3_000);
    return claim.claimed && owner?.nodeId === one.bus.nodeId && message === 'hello' && listening;
  }

  test('rooms, bus, signs of life and jobs go on at the next one', async () => {
    await until('a cluster that works', works, 20_000);
    for (const tag of ['{wenzhen}', '{wenzhen-jobs}']) {
      const owner = await redis.ownerOf(tag);
      await redis[change](owner);
      await until('another server to have the keys', async () => (await redis.ownerOf(tag)) !== owner, 20_000);
    }
    await until('everything to work again', works, 90_000);
  }, 150_000);
});
