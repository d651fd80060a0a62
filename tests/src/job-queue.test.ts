import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '#src/database/database.ts';
import { type Claimed, createOutbox, type Outbox } from '#src/outbox/outbox.ts';
import { silentLog } from '#tests/support/app.ts';
import { dataFolder } from '#tests/support/data-folder.ts';
import { freePort } from '#tests/support/mariadb.ts';
import { startRedis } from '#tests/support/redis.ts';
import { copyTemplate } from '#tests/support/template.ts';
import { until } from '#tests/support/wait.ts';
import { startJobs } from '#workers/index.ts';
import { outside, type Processors } from '#workers/processor.ts';
import { startRelay } from '#workers/relay.ts';
import { openQueue } from '#workers/queue.ts';

const soon = () => new Promise((next) => setImmediate(next));
const rowOf = (id: string) => ({ id, topic: 'files.sweep', attempts: 0 });

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

test('jobs of one aggregate follow each other through Redis at once, in order, though nobody tells of them', async () => {
  const redis = await startRedis();
  const folder = await dataFolder('jobs');
  await copyTemplate(folder);
  const database = await openDatabase({ DATA_DIR: folder, DATABASE_URL: undefined }, silentLog);
  const outbox = createOutbox(database);
  const ids = Array.from({ length: 60 }, (_none, index) => `order-${index}`);
  await database.transaction(async () => {
    for (const orderId of ids) await outbox.append('order.expire', { orderId }, { aggregate: 'order:1' });
  });
  const done: string[] = [];
  const expire = outside<'order.expire'>(async ({ payload }) => {
    await delay(20);
    done.push(payload.orderId);
  });
  const jobs = startJobs({
    ...{ processors: { 'order.expire': expire } as unknown as Processors, redisUrl: redis.url, concurrency: 8 },
    ...{ outbox, log: silentLog, tracing: null },
  });
  // Found by looking from time to time they would take a minute.
  await until('the last job', () => done.length === ids.length, 30_000);
  expect(done).toEqual(ids);
  await jobs.close();
  await database.close();
  await redis.stop();
}, 60_000);

test('drained() waits for what another look has claimed while its own found nothing', async () => {
  const looks: ((rows: Claimed[]) => void)[] = [];
  const answer = async (look: number, ...ids: string[]) => {
    await until(`look ${look}`, () => looks.length > look);
    looks[look]!(ids.map((id) => ({ ...rowOf(id), aggregate: null, payload: '{}', requestId: null })));
    await soon();
  };
  const ends = new Map<string, () => void>();
  const deliver = ({ id }: Claimed) => new Promise<void>((resolve) => void ends.set(id, resolve));
  const claim = () => new Promise<Claimed[]>((resolve) => void looks.push(resolve));
  const outbox = { claim, onDue: () => () => undefined, extend: async () => undefined } as unknown as Outbox;
  const relay = startRelay({ outbox, deliver, concurrency: 8, log: silentLog });
  let drained = false;

  await answer(0, 'first');
  await answer(1);
  const done = relay.drained().then(() => (drained = true));
  ends.get('first')!();
  await until('a look of each', () => looks.length === 4);
  await answer(2, 'second');
  await answer(4);
  await answer(3);
  expect(drained).toBe(false);
  ends.get('second')!();
  for (let look = 5; !drained; look++) await answer(look);
  await done;
  await relay.close();
});
