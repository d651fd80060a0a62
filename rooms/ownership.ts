/** Keeps the leases of the rooms that live on this node. */
import type { Directory, Lease } from './directory.ts';
import { RoomError } from './errors.ts';
import type { Logger } from './ports.ts';

/** Another node holds the room. */
export class OwnedElsewhere extends RoomError {
  readonly nodeId: string;

  constructor(nodeId: string) {
    super('room_moved');
    this.nodeId = nodeId;
  }
}

export interface OwnershipOptions {
  directory: Directory;
  nodeId: string;
  /** Life of a lease without renewal; renewed every third of it. */
  ttlMs: number;
  log: Logger;
  /** The lease is gone: somebody else may own the room by now. */
  onLost: (roomId: string) => void;
}

export interface Ownership {
  /** @throws {OwnedElsewhere} */
  take(roomId: string): Promise<void>;
  give(roomId: string): Promise<void>;
  close(): void;
}

/** Takes, renews and gives back leases for one node. */
export function createOwnership({ directory, nodeId, ttlMs, log, onLost }: OwnershipOptions): Ownership {
  const leases = new Map<string, Lease>();

  const lose = (roomId: string): void => {
    leases.delete(roomId);
    onLost(roomId);
  };

  const renew = async (roomId: string, lease: Lease): Promise<void> => {
    try {
      const kept = await directory.renew(lease, ttlMs);
      if (!kept && leases.get(roomId) === lease) lose(roomId);
    } catch (error) {
      // A directory that is away takes no room from anybody: nobody else can claim, and the database fences late writes.
      log.warn({ err: error, roomId }, 'lease not renewed');
    }
  };

  const timer = setInterval(() => {
    for (const [roomId, lease] of leases) void renew(roomId, lease);
  }, ttlMs / 3);
  timer.unref();

  return {
    async take(roomId) {
      const claim = await directory.claim(roomId, nodeId, ttlMs);
      if (!claim.claimed) throw new OwnedElsewhere(claim.owner.nodeId);
      leases.set(roomId, claim.lease);
    },
    async give(roomId) {
      const lease = leases.get(roomId);
      leases.delete(roomId);
      if (lease) await directory.release(lease);
    },
    close: () => clearInterval(timer),
  };
}
