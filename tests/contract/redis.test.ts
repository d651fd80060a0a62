import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, joinCluster } from '#rooms/index.ts';
import { createRedisDirectory } from '#rooms/redis-directory.ts';
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

test('renew() of many waits for one round trip', async () => {
  const client = new Redis(redis.url);
  const directory = createRedisDirectory(client);
  const scripts = client as unknown as { renewLeases(...asked: unknown[]): Promise<unknown> };
  const renew = scripts.renewLeases.bind(client);
  let [waiting, most] = [0, 0];
  scripts.renewLeases = async (...asked) => {
    most = Math.max(most, ++waiting);
    return renew(...asked).finally(() => void waiting--);
  };
  const leases = Array.from({ length: 1_200 }, (_, index) => ({ roomId: `none-${index}`, nodeId: 'a', term: 1 }));
  expect(await directory.renew(leases, 1_000)).toEqual(leases.map((lease) => ({ lease, owner: null })));
  expect([waiting, most]).toEqual([0, 3]);
  client.disconnect();
});

test('an owner who lost a lease before its time, to a clock of Redis that jumped, has the others wait until all owners have had their turn', async () => {
  const client = new Redis(redis.url);
  const directory = createRedisDirectory(client);
  const TTL = 4_000;
  const take = async (roomId: string) => {
    const answer = await directory.claim(roomId, 'a', TTL);
    if (!answer.claimed) throw new Error('held');
    return answer.lease;
  };
  const [one, other] = [await take('one'), await take('other')];
  const lose = () => client.del('wenzhen:room-lease:one', 'wenzhen:room-lease:other');
  await lose();
  // Whoever was late has lost only what is theirs.
  expect(await directory.reclaim(one, TTL, false)).toMatchObject({ claimed: true });
  await directory.release(await take('new'));
  await lose();
  expect(await directory.reclaim(one, TTL, true)).toMatchObject({ claimed: true });
  for (const roomId of ['new', 'other'])
    await expect(directory.claim(roomId, 'b', TTL)).rejects.toMatchObject({ code: 'storage_unavailable' });
  expect(await directory.reclaim(other, TTL, true)).toMatchObject({ claimed: true });
  const turn = await client.pttl('wenzhen:owners-turn');
  expect(turn).toBeGreaterThan(0);
  expect(turn).toBeLessThanOrEqual(TTL / 2);
  client.disconnect();
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
