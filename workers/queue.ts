/**
 * The queue between relays and the processes that do the jobs: BullMQ on Redis. It carries ids of rows and nothing else: what is done
 * stands in the database, whoever can write to Redis. What it loses, a wiped Redis for example, comes up again from the outbox when the
 * claim ends.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Logger } from '#rooms/ports.ts';
import type { Claimed } from '#src/outbox/outbox.ts';
import { openRedis, tagOf } from '#src/redis.ts';

const NAME = 'wenzhen-jobs';
/** A stalled worker's jobs are taken over after this long, in milliseconds: shorter than the claim of a row. */
const LOCK_MS = 5_000;
/** How often that is looked for, in milliseconds. It takes two looks, the second after the lock has run out. */
const STALLED_MS = 2_500;
/** Longest pause between two tries to reach Redis. */
const MOST_PAUSE_MS = 2_000;
/** How long the end waits for jobs in hand and for Redis. Jobs that are cut off come up again from the outbox. */
const CLOSE_MS = 5_000;

export interface JobQueue {
  /** Hands a job on. @throws when Redis does not take it; the row then comes up again */
  add(row: Pick<Claimed, 'id' | 'topic' | 'attempts'>): Promise<void>;
  /** Jobs in hand, on all nodes. @throws when Redis does not answer */
  active(): Promise<number>;
  close(): Promise<void>;
}

const entry = z.object({ id: z.uuid() });

/**
 * @param urls as in `REDIS_URL`
 * @param work does the job of one row; must never reject
 */
export function openQueue(urls: string, work: ((id: string) => Promise<void>) | null, concurrency: number, log: Logger): JobQueue {
  let closed = false;
  const tag = tagOf(urls, NAME);
  // BullMQ wants to make the names of keys itself.
  const prefix = tag && { prefix: tag };
  // Of a queue that was closed while Redis was away nothing tries on; BullMQ makes a further connection of the same kind.
  const retryStrategy = (times: number) => (closed ? null : Math.min(times * 100, MOST_PAUSE_MS));
  const connect = (enableOfflineQueue: boolean): Redis => {
    const client = openRedis(urls, tag, { maxRetriesPerRequest: null, enableOfflineQueue, retryStrategy });
    client.on('error', (error) => log.debug({ err: error }, 'redis of the job queue'));
    return client;
  };
  // Whoever hands a job on is told at once when Redis is away.
  const connections = [connect(false)];
  const defaultJobOptions = { removeOnComplete: true, removeOnFail: true };
  const queue = new Queue(NAME, { connection: connections[0] as Redis, ...prefix, defaultJobOptions });
  queue.on('error', (error) => log.debug({ err: error }, 'job queue'));
  let worker: Worker | undefined;
  if (work) {
    // A worker waits for Redis: told at once, BullMQ would ask again at once, and leave no turn to anything else in the process.
    const connection = connect(true);
    connections.push(connection);
    worker = new Worker(NAME, async ({ data }: { data: unknown }) => work(entry.parse(data).id), {
      connection,
      ...prefix,
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_MS,
    });
    worker.on('error', (error) => log.debug({ err: error }, 'job worker'));
  }
  return {
    async add({ id, topic, attempts }) {
      // One entry for each try of a row, whoever relays it.
      await queue.add(topic, { id }, { jobId: `${id}-${attempts}` });
    },
    active: () => queue.getActiveCount(),
    async close() {
      closed = true;
      // What waits for a Redis that is away would wait for ever.
      for (const connection of connections) if (connection.status !== 'ready') connection.disconnect();
      const ended = Promise.resolve(worker?.close()).then(() => queue.close());
      await Promise.race([ended.catch(() => undefined), delay(CLOSE_MS, undefined, { ref: false })]);
      for (const connection of connections) connection.disconnect();
    },
  };
}
