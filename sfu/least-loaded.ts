/** Which worker of this node takes one more router of a room. */
import type { Config } from '#config/index.ts';
import { expectedLoad } from './placement.ts';
import type { Cost } from './room-edge.ts';
import type { WorkerPool } from './worker-pool.ts';
import { asCandidate, canBear, limitsOf } from './worker-slot.ts';
import type { WorkerSlot } from './worker-slot.ts';

/** @param wanted `used` are the indexes of the workers that the room is on. @returns undefined when none can bear it */
export function leastLoaded(
  pool: WorkerPool,
  config: Config,
  { used, cost, share }: { used: ReadonlySet<number>; cost: Cost; share: number },
): WorkerSlot | undefined {
  const limits = limitsOf(config, share);
  const now = performance.now();
  const load = (slot: WorkerSlot): number => expectedLoad(asCandidate(slot, now), now);
  return pool
    .slots()
    .filter((slot) => !used.has(slot.index) && canBear(slot, cost, limits))
    .toSorted((a, b) => load(a) - load(b))[0];
}
