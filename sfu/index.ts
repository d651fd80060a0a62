/** Public face of the media server. */
import { networkInterfaces } from 'node:os';
import { setLogEventListeners, workerBin } from 'mediasoup';
import type { Config } from '#config/index.ts';
import { createCascade } from './cascade.ts';
import type { Cascade } from './cascade.ts';
import { mediaCodecs, routerRtpCapabilities } from './codecs.ts';
import { MediaError } from './errors.ts';
import { answer } from './faults.ts';
import { listenAddresses, pipeListen } from './listen.ts';
import { openProbeMedia } from './probe-media.ts';
import type { ProbePath } from './probe-media.ts';
import type { PeerMediaImpl } from './peer-media.ts';
import { createRoomMedia, RoomMediaImpl } from './room-media.ts';
import type { MediaLog, MediaNodes, MediaServer, Probe, RoomMedia } from './types.ts';
import { watchUplinks } from './uplink.ts';
import { createWorkerPool } from './worker-pool.ts';
import type { WorkerPool } from './worker-pool.ts';
import { admit, forget, limitsOf, statusOf } from './worker-slot.ts';
import type { WorkerSlot } from './worker-slot.ts';
import { workerInfo } from './worker-info.ts';

export { MediaError } from './errors.ts';
export { createRecorder } from './recorder.ts';
export { createNoMedia } from './no-media.ts';
export { iceServers } from './turn.ts';
export type * from './types.ts';

/** Network tests at the same time on one worker. */
const PROBES_PER_WORKER = 50;
/** How many workers may die under one `openRoom` before it gives up. */
const OPEN_ATTEMPTS = 3;

/**
 * Starts the workers and says in the log what they are.
 * @param options.nodes the way to the media of other nodes, on which large rooms may go on
 * @throws when a worker does not start: no binary, or a media port that is taken
 */
export async function createMediaServer(options: { config: Config; log: MediaLog; nodes?: MediaNodes | undefined }): Promise<MediaServer> {
  const { config, log, nodes } = options;
  let closing: Promise<void> | undefined;
  let draining = false;
  setLogEventListeners({
    onwarn: (namespace, text) => log.warn({ namespace }, text),
    // A worker that is told to end complains about the pipe that we closed.
    onerror: (namespace, text, error) => log[draining ? 'debug' : 'error']({ namespace, ...(error ? { err: error } : {}) }, text),
  });
  const interfaces = networkInterfaces();
  const addresses = listenAddresses({
    listen: config.MEDIA_LISTEN,
    announced: config.MEDIA_ANNOUNCED_ADDRESS,
    host: config.HOST,
    interfaces,
  });
  const pool = await createWorkerPool(config, log, addresses);
  const listen = pipeListen({ address: config.MEDIA_PIPE_ADDRESS, ports: config.MEDIA_PIPE_PORTS, media: addresses, interfaces });
  const cascade = createCascade({ config, log, pool, nodes, settings: { listen, remote: true } });
  const { version, origin, srtp } = await workerInfo(workerBin);
  log.info({ workers: config.MEDIA_WORKERS, version, origin, srtp, addresses, port: config.MEDIA_PORT }, 'media workers are up');

  // One for all rooms: timers of their own would wake this process hundreds of times a second.
  const stopWatching = watchUplinks(() => peersOf(pool));
  const drain = (): void => {
    draining = true;
    pool.drain();
  };

  return {
    routerRtpCapabilities,
    openRoom: (roomId) => openRoom({ pool, cascade, config, log }, roomId),
    openProbe: (path) => openProbe(pool, path),
    workers: () => pool.slots().map((slot) => statusOf(slot, performance.now())),
    deaths: () => pool.deaths,
    healthy: () => pool.slots().length > 0,
    nodeGone: (nodeId) => cascade.nodeGone(nodeId),
    drain,
    close() {
      drain();
      stopWatching();
      return (closing ??= closeAll(pool, cascade));
    },
  };
}

function* peersOf(pool: WorkerPool): Generator<PeerMediaImpl> {
  for (const { hosted } of pool.slots()) for (const each of hosted) if (each instanceof RoomMediaImpl) yield* each.peers;
}

async function openRoom(parts: Parts, roomId: string): Promise<RoomMedia> {
  for (let attempt = 1; ; attempt += 1) {
    const slot = await parts.pool.take();
    try {
      return await openRoomOn(parts, slot, roomId);
    } catch (error) {
      const died = error instanceof MediaError && slot.worker.closed;
      if (!died || attempt === OPEN_ATTEMPTS) throw error;
    }
  }
}

interface Parts {
  pool: WorkerPool;
  cascade: Cascade;
  config: Config;
  log: MediaLog;
}

async function openRoomOn(parts: Parts, slot: WorkerSlot, roomId: string): Promise<RoomMedia> {
  const { config, log } = parts;
  const { worker, webRtcServer, hosted } = slot;
  const router = await answer(worker.createRouter({ mediaCodecs }), () => worker.closed);
  const nameOf = (who: string): string => `${roomId} ${who}`;
  const used = new Set([slot.index]);
  const room = createRoomMedia({
    ...{ roomId, config, log, router, webRtcServer },
    workerPid: worker.pid,
    admit: (who, cost, share) => admit(slot, nameOf(who), cost, limitsOf(config, share)),
    forget: (who) => forget(slot, nameOf(who)),
    openEdge: (owner, offers, cost, share) => parts.cascade.openEdge({ owner, used, offers, cost, share }),
    closed: (closed) => hosted.delete(closed),
  });
  // Died between the answer and here: nobody would tell this room.
  if (worker.closed) throw new MediaError('media_unavailable');
  hosted.add(room);
  return room;
}

async function openProbe(pool: WorkerPool, path: ProbePath): Promise<Probe> {
  const slot = pool.leastLoaded();
  if (slot.probes.size + slot.probesOpening >= PROBES_PER_WORKER) throw new MediaError('media_full');
  slot.probesOpening += 1;
  try {
    const probe = await openProbeMedia(slot.worker, slot.webRtcServer, path, (closed) => slot.probes.delete(closed));
    slot.probes.add(probe);
    return probe;
  } finally {
    slot.probesOpening -= 1;
  }
}

async function closeAll(pool: WorkerPool, cascade: Cascade): Promise<void> {
  await cascade.close();
  for (const { hosted, probes } of pool.slots()) {
    for (const each of hosted) each.close();
    for (const probe of probes) probe.close();
  }
  await pool.close();
}
