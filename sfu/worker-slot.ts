/** One running worker with its ports and what the pool knows about it. */
import { readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { createWorker } from 'mediasoup';
import type { types } from 'mediasoup';
import type { Config } from '#config/index.ts';
import { listenInfos } from './listen.ts';
import type { ListenAddress } from './listen.ts';
import { expectedLoad, GROWTH_MS, mayGrow, ROOM_PEERS, SETTLE_MS, TRACK_COST } from './placement.ts';
import type { Candidate, Growth } from './placement.ts';
import type { Cost } from './room-edge.ts';
import type { Probe, WorkerStatus } from './types.ts';

/** A router on a worker with everything on it: the home of a room, or one more of its edges. */
export interface Hosted {
  readonly counts: { transports: number; producers: number; consumers: number };
  /** Consumers as they will be when everybody has what there is to receive. */
  readonly expectedConsumers: number;
  /** People who are here while there is nothing to receive yet. */
  readonly idlePeers: number;
  close(): void;
  /** The worker is gone and the router with it. */
  workerLost(): void;
  /** The worker was stopped, together with the process: there is nothing to rebuild. */
  workerStopped(): void;
}

/** How much a worker may be asked to do. */
export interface Limits {
  /** Share of a core, 0 to 1. */
  cores: number;
  consumers: number;
  /** Whether a part is kept for what may come; else it is there to be used. */
  reserved: boolean;
}

export interface WorkerSlot {
  readonly index: number;
  readonly worker: types.Worker;
  readonly webRtcServer: types.WebRtcServer;
  readonly hosted: Set<Hosted>;
  readonly probes: Set<Probe>;
  probesOpening: number;
  readonly startedAt: number;
  /** Share of a core over the last probe interval. */
  measured: number;
  /** When rooms were placed here lately. */
  placedAt: number[];
  /** By what its rooms have grown lately. */
  grown: Growth[];
  /** Resident memory in bytes. */
  rss: number;
}

/**
 * Starts a worker with one UDP and one TCP port on each address.
 * @throws when the binary does not start or a port is taken; then nothing is left running
 */
export async function startWorker(config: Config, index: number, addresses: readonly ListenAddress[]): Promise<WorkerSlot> {
  const worker = await createWorker({ logLevel: config.MEDIA_LOG_LEVEL });
  leaveSignals(worker);
  putFirst(worker);
  try {
    const port = config.MEDIA_PORT === 0 ? 0 : config.MEDIA_PORT + index;
    const webRtcServer = await worker.createWebRtcServer({ listenInfos: listenInfos(addresses, port) });
    const now = performance.now();
    return {
      index,
      worker,
      webRtcServer,
      hosted: new Set(),
      probes: new Set(),
      probesOpening: 0,
      startedAt: now,
      measured: 0,
      placedAt: [],
      grown: [],
      rss: 0,
    };
  } catch (error) {
    worker.close();
    throw error;
  }
}

/** Niceness of workers. */
const PRIORITY = -10;

/**
 * Forwarding a packet takes a few microseconds and cannot wait for its turn: on two busy cores a worker was seen waiting 190 ms while others
 * computed. Only root, or who was given a limit for it (`ulimit -e`), may be preferred; for everybody else all stays as it is.
 */
function putFirst({ pid }: types.Worker): void {
  try {
    setPriority(pid, PRIORITY);
  } catch {
    // Not allowed here.
  }
}

/**
 * Each mediasoup `Worker` closes itself at SIGINT and SIGTERM, before anybody in the room could be told. The server ends
 * its workers itself, last; a worker whose parent is gone ends by itself.
 */
function leaveSignals(worker: types.Worker): void {
  const { onSignal } = worker as types.Worker & { onSignal?: NodeJS.SignalsListener };
  if (!onSignal) throw new TypeError('mediasoup has no Worker.onSignal any more: look at how it handles signals now');
  process.removeListener('SIGINT', onSignal);
  process.removeListener('SIGTERM', onSignal);
}

/** What workers may be asked to do. @param share of it, 0 to 1 */
export function limitsOf(config: Config, share = 1): Limits {
  const { MEDIA_WORKER_CPU_LIMIT: cores, MEDIA_WORKER_MAX_CONSUMERS: consumers = Infinity } = config;
  return { cores: cores * share, consumers: consumers * share, reserved: share < 1 };
}

/** The slot as `place()` wants it. What shows up in the measurement by now is forgotten. */
export function asCandidate(slot: WorkerSlot, now: number): Candidate & { slot: WorkerSlot } {
  slot.placedAt = slot.placedAt.filter((at) => now - at < SETTLE_MS);
  slot.grown = slot.grown.filter(({ at }) => now - at < GROWTH_MS);
  return { slot, measured: slot.measured, placedAt: slot.placedAt, grown: slot.grown, rooms: slot.hosted.size };
}

/** The same, with what rooms that wait for their speaker are about to cost. */
function asCandidateSoon(slot: WorkerSlot, now: number): Candidate {
  const waiting = sum(slot, ({ idlePeers }) => Math.max(0, idlePeers - ROOM_PEERS)) * TRACK_COST.video;
  const candidate = asCandidate(slot, now);
  return { ...candidate, measured: candidate.measured + waiting };
}

function sum(slot: WorkerSlot, of: (hosted: Hosted) => number): number {
  let total = 0;
  for (const hosted of slot.hosted) total += of(hosted);
  return total;
}

/** Whether a worker has consumers left to give. */
export const hasConsumersLeft = (slot: WorkerSlot, { consumers }: Limits, more = 1): boolean =>
  sum(slot, ({ expectedConsumers }) => expectedConsumers) + more <= consumers;

/** Whether a worker can bear so much more. */
export function canBear(slot: WorkerSlot, { cores, consumers }: Cost, limits: Limits): boolean {
  const now = performance.now();
  if (limits.reserved && !mayGrow(asCandidateSoon(slot, now), cores, limits.cores, now)) return false;
  if (cores > 0 && !mayGrow(asCandidate(slot, now), cores, limits.cores, now)) return false;
  return consumers === 0 || hasConsumersLeft(slot, limits, consumers);
}

/**
 * Counts what a room is about to add.
 * @param who whom it is for
 * @returns false when the worker cannot bear it
 */
export function admit(slot: WorkerSlot, who: string, cost: Cost, limits: Limits): boolean {
  if (!canBear(slot, cost, limits)) return false;
  if (cost.cores > 0) slot.grown.push({ at: performance.now(), cores: cost.cores, who });
  return true;
}

/** They left again. */
export function forget(slot: WorkerSlot, who: string): void {
  slot.grown = slot.grown.filter((growth) => growth.who !== who);
}

export function statusOf(slot: WorkerSlot, now: number): WorkerStatus {
  const status = {
    pid: slot.worker.pid,
    load: expectedLoad(asCandidate(slot, now), now),
    rooms: slot.hosted.size,
    rss: slot.rss,
    transports: slot.probes.size,
    producers: 0,
    consumers: 0,
  };
  for (const { counts } of slot.hosted) {
    status.transports += counts.transports;
    status.producers += counts.producers;
    status.consumers += counts.consumers;
  }
  return status;
}

/** Resident memory of a process in bytes; 0 where there is no /proc, or it just ended. */
export async function residentMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  return kilobytes ? Number(kilobytes) * 1_024 : 0;
}
