/**
 * Jobs through our queue against BullMQ as it is, on one Redis without persistence: how many a second go through, and how long an idle
 * worker takes to begin one.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { startRedis } from '#tests/support/redis.ts';
import { type JobQueue, openQueue } from '#workers/queue.ts';
import { conclude, finish, measurePairs, readOptions } from './harness.ts';
import { percentile } from './stats.ts';

const CONCURRENCY = 50;
/** Adds under way at the same time. */
const ADDERS = 32;
const PICKUPS_A_SECOND = 100;
/** The sanity twin: ms of a core, and ms of waiting, before each job. */
const TWIN_BUSY_MS = 0.2;
const TWIN_WAIT_MS = 10;

type Job = Parameters<JobQueue['add']>[0];

interface Side {
  add(job: Job): Promise<unknown>;
  close(): Promise<void>;
}
type Work = (id: string) => Promise<void>;

interface Figure {
  /** jobs a second, added and done */
  rate: number;
  /** ms from `add` to the begin of the job, 99 of 100 */
  pickup: number;
}

const newJob = (): Job => ({
  id: randomUUID(),
  topic: 'order.expire',
  attempts: 0,
});

function bare(url: string, work: Work): Side {
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const forWorker = new Redis(url, { maxRetriesPerRequest: null });
  const queue = new Queue('bare', { connection, defaultJobOptions: { removeOnComplete: true, removeOnFail: true } });
  const worker = new Worker('bare', ({ data }: { data: { id: string } }) => work(data.id), {
    connection: forWorker,
    concurrency: CONCURRENCY,
  });
  return {
    add: (job) => queue.add(job.topic, { id: job.id }, { jobId: `${job.id}-${job.attempts}` }),
    async close() {
      await worker.close();
      await queue.close();
      connection.disconnect();
      forWorker.disconnect();
    },
  };
}

/** The twin computes before each job, which costs jobs a second, and waits, which they do together: that costs the time until each begins. */
function ours(url: string, work: Work, twin: boolean): Side {
  const slowed: Work = async (id) => {
    const until = performance.now() + TWIN_BUSY_MS;
    while (performance.now() < until) JSON.stringify(newJob());
    await sleep(TWIN_WAIT_MS);
    await work(id);
  };
  const queue = openQueue(url, twin ? slowed : work, CONCURRENCY, pino({ level: 'silent' }));
  return { add: queue.add, close: () => queue.close() };
}

async function measure(open: (work: Work) => Side, seconds: number): Promise<Figure> {
  const begun = new Map<string, (at: number) => void>();
  let done = 0;
  const side = open(async (id) => {
    done++;
    begun.get(id)?.(performance.now());
  });
  try {
    await through(side, 0.5, () => done);
    const rate = await through(side, seconds, () => done);
    const waits: number[] = [];
    for (let i = 0; i < seconds * PICKUPS_A_SECOND; i++) {
      const job = newJob();
      const { promise, resolve } = Promise.withResolvers<number>();
      begun.set(job.id, resolve);
      const added = performance.now();
      await side.add(job);
      waits.push((await promise) - added);
      begun.delete(job.id);
    }
    return { rate, pickup: percentile(waits, 0.99) };
  } finally {
    await side.close();
  }
}

/** Adds jobs for so long and waits until the last is done. @returns jobs a second */
async function through(side: Side, seconds: number, done: () => number): Promise<number> {
  const before = done();
  const started = performance.now();
  const until = started + seconds * 1000;
  let added = 0;
  const adder = async (): Promise<void> => {
    while (performance.now() < until) {
      added++;
      await side.add(newJob());
    }
  };
  await Promise.all(Array.from({ length: ADDERS }, adder));
  while (done() - before < added) await new Promise((next) => setTimeout(next, 2));
  return (added * 1000) / (performance.now() - started);
}

const options = readOptions({ pairs: 5, seconds: 4 });
const redis = await startRedis();
console.log('P17: jobs through the queue');
const pairs = await measurePairs<Figure>(options, {
  bare: () => measure((work) => bare(redis.url, work), options.seconds),
  ours: () => measure((work) => ours(redis.url, work, options.twin), options.seconds),
});
await redis.stop();
const only = (name: keyof Figure) => pairs.map((pair) => ({ bare: pair.bare[name], ours: pair.ours[name] }));
finish([
  conclude({ id: 'P17', what: 'jobs through our queue, jobs/s', unit: '/s', compare: 'ratio', atLeast: 0.9 }, only('rate'), options),
  conclude(
    { id: 'P17 p99', what: 'the same, until an idle worker begins, p99', unit: 'ms', compare: 'ratio', atMost: 1.2 },
    only('pickup'),
    options,
  ),
]);
