/** Workers: the public face. Everything that follows a change is done from here. */
import type { Config } from '#config/index.ts';
import type { Logger, Tracing } from '#rooms/ports.ts';
import type { Claimed, Outbox } from '#src/outbox/outbox.ts';
import { startClock } from './clock.ts';
import { createProcessors, type ProcessorServices } from './processors.ts';
import { openQueue } from './queue.ts';
import { startRelay } from './relay.ts';
import { type JobListener, type JobParts, runJob } from './run-job.ts';

export type { JobListener } from './run-job.ts';

export interface WorkersOptions {
  config: Pick<Config, 'REDIS_URL' | 'JOB_CONCURRENCY'>;
  outbox: Outbox;
  services: ProcessorServices;
  log: Logger;
  tracing?: Tracing | null;
  /** Told of each try of a job: done, failed, dead. */
  onJob?: JobListener;
}

export interface Workers {
  /** Resolves when nothing is due any more. */
  drained(): Promise<void>;
  /** Jobs in hand, on all nodes that share a Redis. @throws when that does not answer */
  active(): Promise<number>;
  /** Ends what is in hand and takes no more. Idempotent. */
  close(): Promise<void>;
}

/** Looks at the work of others, in a process that does no jobs itself. */
export function watchWorkers(redisUrl: string, log: Logger): Pick<Workers, 'active' | 'close'> {
  const queue = openQueue(redisUrl, null, 0, log);
  return { active: () => queue.active(), close: () => queue.close() };
}

/** Starts relay, clock and workers; with `REDIS_URL` jobs are spread over all processes, without it they are done here. */
export function startWorkers({ config, outbox, services, log, tracing = null, onJob }: WorkersOptions): Workers {
  const { REDIS_URL: redisUrl, JOB_CONCURRENCY: concurrency } = config;
  const jobs = startJobs({ processors: createProcessors(services), redisUrl, concurrency, outbox, log, tracing, onJob });
  const stopClock = startClock(outbox, log);
  return {
    ...jobs,
    close() {
      stopClock();
      return jobs.close();
    },
  };
}

export interface JobsOptions extends JobParts {
  /** As `REDIS_URL`; without it jobs are done here. */
  redisUrl: string | undefined;
  /** Jobs in hand at the same time. */
  concurrency: number;
}

/** The same without a clock, with processors of its own: what fault plays kill. */
export function startJobs({ redisUrl, concurrency, ...parts }: JobsOptions): Workers {
  const { outbox, log } = parts;
  const work = (row: Claimed): Promise<void> => runJob(row, parts);
  const queue = redisUrl ? openQueue(redisUrl, queued, concurrency, log) : null;
  const deliver = queue ? (row: Claimed) => queue.add(row).catch((error: unknown) => log.warn({ err: error }, 'job not queued')) : work;
  const relay = startRelay({ outbox, deliver, concurrency, log });
  let closing: Promise<void> | undefined;

  /** A row that the queue names. What was done meanwhile needs nothing more. */
  async function queued(id: string): Promise<void> {
    const row = await outbox.read(id).catch((error: unknown) => {
      log.warn({ err: error, job: id }, 'job not read');
      return null;
    });
    if (!row) return;
    await work(row);
    // The next of its aggregate could not be claimed before.
    if (row.aggregate !== null) relay.wake();
  }

  async function close(): Promise<void> {
    await relay.close();
    await queue?.close();
  }
  const active = async (): Promise<number> => (queue ? queue.active() : relay.active());
  return { drained: () => relay.drained(), active, close: () => (closing ??= close()) };
}
