/** Finds a further worker for a room that has outgrown those it is on. */
import type { Config } from '#config/index.ts';
import { openLocalEdge } from './local-edge.ts';
import type { LocalEdge } from './local-edge.ts';
import { LOCAL_PIPES } from './pipe.ts';
import { PipeOutlet } from './pipe-outlet.ts';
import { expectedLoad } from './placement.ts';
import type { Cost, RoomEdge } from './room-edge.ts';
import type { EdgeOwner } from './room-media.ts';
import type { MediaLog } from './types.ts';
import type { WorkerPool } from './worker-pool.ts';
import { asCandidate, canBear, limitsOf } from './worker-slot.ts';

interface Parts {
  pool: WorkerPool;
  config: Config;
  log: MediaLog;
}

interface Wanted {
  owner: EdgeOwner;
  /** Indexes of the workers that the room is on; kept up to date. */
  used: Set<number>;
  cost: Cost;
  share: number;
}

/** Opens an edge on the least loaded worker that can bear it. @returns undefined when there is none */
export async function openEdge({ pool, config, log }: Parts, { owner, used, cost, share }: Wanted): Promise<RoomEdge | undefined> {
  const limits = limitsOf(config, share);
  const now = performance.now();
  const [slot] = pool
    .slots()
    .filter((each) => !used.has(each.index) && canBear(each, cost, limits))
    .toSorted((a, b) => expectedLoad(asCandidate(a, now), now) - expectedLoad(asCandidate(b, now), now));
  if (!slot) return undefined;
  const { roomId, home, emit } = owner;
  const settings = LOCAL_PIPES;
  const upstream = new PipeOutlet(home, settings, `edge ${slot.index}`);
  const gone = (): void => {
    used.delete(slot.index);
    upstream.close();
    owner.gone(edge);
  };
  used.add(slot.index);
  let edge: LocalEdge;
  try {
    edge = await openLocalEdge({ ...{ roomId, config, log, slot, emit, upstream, settings, gone } });
  } catch (error) {
    used.delete(slot.index);
    log.warn({ err: error, roomId, worker: slot.index }, 'could not open a room on one more worker');
    return undefined;
  }
  log.info({ roomId, worker: slot.index, pid: slot.worker.pid }, 'a large room goes on on one more worker');
  return edge;
}
