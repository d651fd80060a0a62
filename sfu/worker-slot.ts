/** One running worker with its ports and what the pool knows about it. */
import { readFile } from 'node:fs/promises';
import { createWorker } from 'mediasoup';
import type { types } from 'mediasoup';
import type { Config } from '#config/index.ts';
import { MediaError } from './errors.ts';
import { listenInfos } from './listen.ts';
import type { ListenAddress } from './listen.ts';
import { expectedLoad, GROWTH_MS, mayGrow, SETTLE_MS } from './placement.ts';
import type { Candidate, Growth } from './placement.ts';
import type { RoomMediaImpl } from './room-media.ts';
import type { Probe, WorkerStatus } from './types.ts';

export interface WorkerSlot {
  readonly index: number;
  readonly worker: types.Worker;
  readonly webRtcServer: types.WebRtcServer;
  readonly roomMedia: Set<RoomMediaImpl>;
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
  try {
    const port = config.MEDIA_PORT === 0 ? 0 : config.MEDIA_PORT + index;
    const webRtcServer = await worker.createWebRtcServer({ listenInfos: listenInfos(addresses, port) });
    const now = performance.now();
    return {
      index,
      worker,
      webRtcServer,
      roomMedia: new Set(),
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

/** The slot as `place()` wants it. What shows up in the measurement by now is forgotten. */
export function asCandidate(slot: WorkerSlot, now: number): Candidate & { slot: WorkerSlot } {
  slot.placedAt = slot.placedAt.filter((at) => now - at < SETTLE_MS);
  slot.grown = slot.grown.filter(({ at }) => now - at < GROWTH_MS);
  return { slot, measured: slot.measured, placedAt: slot.placedAt, grown: slot.grown, rooms: slot.roomMedia.size };
}

/**
 * Counts what tracks that a room is about to add will cost, in cores. A room stays on its worker, so one that outgrows it can only be told to stop.
 * @throws {MediaError} `media_full` when the worker has no room for them
 */
export function growBy(slot: WorkerSlot, who: string, cores: number, limit: number): void {
  const at = performance.now();
  if (cores === 0) return;
  if (!mayGrow(asCandidate(slot, at), cores, limit, at)) throw new MediaError('media_full');
  slot.grown.push({ at, cores, who });
}

/** They left again. */
export function shrink(slot: WorkerSlot, who: string): void {
  slot.grown = slot.grown.filter((growth) => growth.who !== who);
}

export function statusOf(slot: WorkerSlot, now: number): WorkerStatus {
  const status = {
    pid: slot.worker.pid,
    load: expectedLoad(asCandidate(slot, now), now),
    rooms: slot.roomMedia.size,
    rss: slot.rss,
    transports: slot.probes.size,
    producers: 0,
    consumers: 0,
  };
  for (const room of slot.roomMedia) {
    const counts = room.counts;
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
