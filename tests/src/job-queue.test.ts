import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { silentLog } from '#tests/support/app.ts';
import { freePort } from '#tests/support/mariadb.ts';
import { startRedis } from '#tests/support/redis.ts';
import { until } from '#tests/support/wait.ts';
import { openQueue } from '#workers/queue.ts';

const rowOf = (id: string) => ({ id, topic: 'files.sweep', payload: '{}', attempts: 0, requestId: null });

/** Takes turns as long as the process has any: a queue that spins leaves none. */
async function turns(): Promise<number> {
  let count = 0;
  for (; count < 20; count++) await delay(5);
  return count;
}

test('a process without its Redis goes on with everything else, and ends', async () => {
  const queue = openQueue(`redis://127.0.0.1:${await freePort()}`, async () => undefined, 8, silentLog);
  expect(await turns()).toBe(20);
  await queue.close();
});

test('Redis that goes while jobs are in hand stops nothing else; when it is back, jobs are done', async () => {
  let redis = await startRedis();
  const done: string[] = [];
  const work = async (id: string) => {
    await delay(100);
    done.push(id);
  };
  const queue = openQueue(redis.url, work, 2, silentLog);
  for (let n = 0; n < 5; n++) await until('the queue to take a job', () => queue.add(rowOf(randomUUID())).then(() => true));
  const last = randomUUID();
  await until('a job in hand', () => done.length > 0);
  await redis.stop();
  expect(await turns()).toBe(20);
  await expect(queue.add(rowOf(randomUUID()))).rejects.toThrow();
  redis = await startRedis(Number(new URL(redis.url).port));
  await until('the queue to take jobs again', () => queue.add(rowOf(last)).then(() => true), 15_000);
  await until('the job of after', () => done.includes(last), 15_000);
  await queue.close();
  await redis.stop();
}, 60_000);
