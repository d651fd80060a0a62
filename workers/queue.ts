/**
 * The queue between relays and the processes that do the jobs: BullMQ on Redis. It carries ids only. What it loses, a wiped
 * Redis for example, comes up again from the outbox when the claim ends.
 */
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Logger } from '#rooms/ports.ts';
import type { Job } from '#src/outbox/outbox.ts';

const NAME = 'wenzhen-jobs';
/** A stalled worker's jobs are taken over after this long, in milliseconds: shorter than the claim of a row. */
const LOCK_MS = 5_000;

export interface JobQueue {
  /** Hands a job on. @throws when Redis does not take it; the row then comes up again */
  add(job: Job): Promise<void>;
  close(): Promise<void>;
}

/** @param work does one job; must never reject */
export function openQueue(url: string, work: ((job: Job) => Promise<void>) | null, concurrency: number, log: Logger): JobQueue {
  const connect = (): Redis => {
    const client = new Redis(url, { maxRetriesPerRequest: null, enableOfflineQueue: false, commandTimeout: 0 });
    client.on('error', (error) => log.debug({ err: error }, 'redis of the job queue'));
    return client;
  };
  const connections = [connect()];
  const queue = new Queue(NAME, { connection: connections[0] as Redis, defaultJobOptions: { removeOnComplete: true, removeOnFail: true } });
  queue.on('error', (error) => log.debug({ err: error }, 'job queue'));
  let worker: Worker | undefined;
  if (work) {
    const connection = connect();
    connections.push(connection);
    worker = new Worker(NAME, async ({ data }: { data: Job }) => work(data), {
      connection,
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: LOCK_MS,
    });
    worker.on('error', (error) => log.debug({ err: error }, 'job worker'));
  }
  return {
    async add(job) {
      // One entry for each try of a row, whoever relays it.
      await queue.add(job.topic, job, { jobId: `${job.id}-${job.attempts}` });
    },
    async close() {
      await worker?.close();
      await queue.close();
      for (const connection of connections) connection.disconnect();
    },
  };
}
