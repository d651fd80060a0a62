import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, joinCluster } from '#rooms/index.ts';
import { connectRedis } from '#src/redis.ts';
import { Redis } from 'ioredis';
import { silentLog } from '#tests/support/app.ts';
import { createMemoryLog } from '#tests/support/memory-ports.ts';
import { type RedisServer, startRedis } from '#tests/support/redis.ts';
import { describeDirectory } from './directory.contract.ts';
import { describeNodeBus } from './node-bus.contract.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

async function join(): Promise<Cluster> {
  const pub = connectRedis(redis.url, silentLog);
  const cluster = await joinCluster(pub, randomUUID(), createMemoryLog());
  return { ...cluster, close: () => cluster.close().finally(() => pub.disconnect()) };
}

describeDirectory('Redis', async () => {
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
  const cluster = await join();
  return { directory: cluster.directory, pass: (ms) => sleep(ms), close: () => cluster.close() };
});

describeNodeBus('Redis', async () => {
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
