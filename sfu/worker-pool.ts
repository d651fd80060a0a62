/** Keeps the configured number of workers running: starts, watches, replaces. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { types } from 'mediasoup';
import type { Config } from '#config/index.ts';
import { MediaError } from './errors.ts';
import type { ListenAddress } from './listen.ts';
import { place } from './placement.ts';
import type { MediaLog } from './types.ts';
import { watchWorker } from './worker-watch.ts';
import { asCandidate, hasConsumersLeft, limitsOf, residentMemory, startWorker } from './worker-slot.ts';
import type { WorkerSlot } from './worker-slot.ts';

/** A worker that lived this long is replaced at once; one that dies sooner waits longer each time. */
const STABLE_MS = 2_000;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 30_000;

/** How long to wait before a worker is replaced, in ms: 0, or twice the delay before while they die young. */
export function restartDelay(livedMs: number, previousMs: number): number {
  if (livedMs >= STABLE_MS) return 0;
  return Math.min(Math.max(previousMs * 2, FIRST_DELAY_MS), LONGEST_DELAY_MS);
}

/** How long somebody who needs a worker waits for the one that is just starting, in ms. */
const START_PATIENCE_MS = 2_000;
/** How long a worker may take to end at shutdown, in ms. */
const STOP_PATIENCE_MS = 1_000;

export interface WorkerPool {
  /** Workers that died since the start, those that were killed for not answering too. */
  readonly deaths: number;
  /** Workers that are up. */
  slots(): WorkerSlot[];
  /**
   * The worker for the next room; the placement is counted from now on.
   * @throws {MediaError} `media_full`, `media_unavailable`
   */
  take(): Promise<WorkerSlot>;
  /** The least loaded worker whatever the limit. @throws {MediaError} `media_unavailable` */
  leastLoaded(): WorkerSlot;
  /** From now on a worker that ends is not replaced, because the process is about to end. */
  drain(): void;
  close(): Promise<void>;
}

class Pool implements WorkerPool {
  readonly #config: Config;
  readonly #log: MediaLog;
  readonly #addresses: readonly ListenAddress[];
  readonly #slots = new Map<number, WorkerSlot>();
  readonly #starting = new Set<Promise<void>>();
  readonly #stopWatching = new Map<number, () => void>();
  /** Delay of the last replacement per worker, in ms. */
  readonly #delays = new Map<number, number>();
  deaths = 0;
  /** Aborted by `drain`: nothing is started any more. */
  readonly #draining = new AbortController();

  constructor(config: Config, log: MediaLog, addresses: readonly ListenAddress[]) {
    this.#config = config;
    this.#log = log;
    this.#addresses = addresses;
  }

  slots(): WorkerSlot[] {
    return [...this.#slots.values()].filter(({ worker }) => !worker.closed);
  }

  async start(index: number): Promise<void> {
    const slot = await startWorker(this.#config, index, this.#addresses);
    if (this.#draining.signal.aborted || slot.worker.closed) {
      slot.worker.close();
      if (this.#draining.signal.aborted) return;
      throw new Error('the worker died while it started');
    }
    const { worker } = slot;
    this.#slots.set(index, slot);
    worker.observer.on('close', () => this.#gone(slot));
    this.#stopWatching.set(index, this.#watch(slot));
    this.#log.debug({ pid: worker.pid, index }, 'media worker started');
  }

  #watch(slot: WorkerSlot): () => void {
    const { pid } = slot.worker;
    return watchWorker(slot.worker, {
      intervalMs: this.#config.MEDIA_PROBE_INTERVAL_MS,
      timeoutMs: this.#config.MEDIA_PROBE_TIMEOUT_MS,
      measured: ({ cpu }) => {
        slot.measured = cpu;
        void residentMemory(pid).then((rss) => (slot.rss = rss));
      },
      silent: () => {
        this.#log.error({ pid }, 'media worker does not answer; killing it');
        // Its exit makes mediasoup tell of its death: the same way as for any other end.
        kill(slot.worker);
      },
    });
  }

  #gone(slot: WorkerSlot): void {
    const { worker, index } = slot;
    if (this.#slots.get(index) !== slot) return;
    this.#slots.delete(index);
    this.#stopWatching.get(index)?.();
    this.#stopWatching.delete(index);
    for (const probe of slot.probes) probe.close();
    if (this.#draining.signal.aborted || !worker.died) {
      for (const hosted of slot.hosted) hosted.workerStopped();
      return;
    }
    this.deaths++;
    const livedMs = performance.now() - slot.startedAt;
    this.#log.error({ pid: worker.pid, index, livedMs: Math.round(livedMs), rooms: slot.hosted.size }, 'media worker died; replacing it');
    this.#replace(index, restartDelay(livedMs, this.#delays.get(index) ?? 0));
    for (const hosted of slot.hosted) hosted.workerLost();
  }

  #replace(index: number, delayMs: number): void {
    this.#delays.set(index, delayMs);
    const attempt = async (): Promise<void> => {
      try {
        if (delayMs > 0) await sleep(delayMs, undefined, { signal: this.#draining.signal, ref: false });
        const start = this.start(index);
        this.#starting.add(start);
        await start.finally(() => this.#starting.delete(start));
      } catch (error) {
        if (this.#draining.signal.aborted) return;
        this.#log.error({ err: error, index }, 'media worker did not start; trying again');
        this.#replace(index, restartDelay(0, delayMs));
      }
    };
    void attempt();
  }

  async take(): Promise<WorkerSlot> {
    if (this.slots().length === 0 && this.#starting.size > 0) {
      const patience = sleep(START_PATIENCE_MS, undefined, { ref: false });
      await Promise.race([patience, Promise.any(this.#starting).catch(() => undefined)]);
    }
    const now = performance.now();
    const slots = this.slots();
    if (slots.length === 0) throw new MediaError('media_unavailable');
    const limits = limitsOf(this.#config);
    const open = slots.filter((slot) => hasConsumersLeft(slot, limits));
    const placed = place(
      open.map((slot) => asCandidate(slot, now)),
      limits.cores,
      now,
    );
    if (!placed) throw new MediaError('media_full');
    placed.slot.placedAt.push(now);
    return placed.slot;
  }

  leastLoaded(): WorkerSlot {
    const now = performance.now();
    const slots = this.slots();
    const placed = place(
      slots.map((slot) => asCandidate(slot, now)),
      Infinity,
      now,
    );
    if (!placed) throw new MediaError('media_unavailable');
    return placed.slot;
  }

  drain(): void {
    this.#draining.abort();
  }

  async close(): Promise<void> {
    this.drain();
    const workers = this.slots().map(({ worker }) => worker);
    await Promise.all([...workers.map(stopWorker), ...[...this.#starting].map((start) => start.catch(() => undefined))]);
    for (const stop of this.#stopWatching.values()) stop();
  }
}

function kill(worker: types.Worker): void {
  try {
    if (!worker.subprocessClosed) process.kill(worker.pid, 'SIGKILL');
  } catch {
    // It ended by itself a moment ago; the event is on its way.
  }
}

/** Closes a worker and waits until its process ended; kills one that does not. */
async function stopWorker(worker: types.Worker): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      kill(worker);
    }, STOP_PATIENCE_MS);
    worker.on('subprocessclose', () => {
      clearTimeout(timer);
      resolve();
    });
    worker.close();
  });
}

/**
 * Starts all workers.
 * @throws when one does not start; none is left running then
 */
export async function createWorkerPool(config: Config, log: MediaLog, addresses: readonly ListenAddress[]): Promise<WorkerPool> {
  const pool = new Pool(config, log, addresses);
  const started = await Promise.allSettled(Array.from({ length: config.MEDIA_WORKERS }, (_, index) => pool.start(index)));
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) {
    await pool.close();
    throw new Error('A media worker did not start', { cause: failed.reason });
  }
  return pool;
}
