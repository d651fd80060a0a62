/** Which node owns which room. A lease only says when an owner counts as gone; durable writes are fenced by the epoch of the database. */

export interface Lease {
  roomId: string;
  nodeId: string;
  /** Counts the claims of this room in this directory; renewing and releasing compare it, so a late owner changes nothing. */
  term: number;
}

/** A lease that its node has no longer. */
export interface Lost {
  lease: Lease;
  /** Who holds the room now; null: nobody, it ran out. */
  owner: Lease | null;
}

export type Claim = { claimed: true; lease: Lease } | { claimed: false; owner: Lease };

/** What the directory knows of a node. */
export interface NodeSign {
  nodeId: string;
  /** Another number after each beat: who sees the same one for too long, on a monotonic clock of their own, has a silent node. */
  beats: number;
  /** Whether it listens on the bus. The connections of a process that has ended are closed at once. */
  listens: boolean;
}

/**
 * Compare-and-set register of leases, and list of the nodes that live. No clock of a node counts, but that of the directory does: where
 * it is the time of day of another machine (Redis lets keys expire by it), a jump ahead there ends all leases at once. The first owner who
 * finds out has the others wait (`reclaim`); whoever asks for a room before that, within a third of a lease, may get it, under the next epoch.
 */
export interface Directory {
  /**
   * Takes a room that nobody holds (any more). A room held by the same node is held already: `claimed: false`.
   * @throws {RoomError} `storage_unavailable` while it is the turn of those who held rooms before the directory forgot them
   */
  claim(roomId: string, nodeId: string, ttlMs: number): Promise<Claim>;
  /**
   * The same for whoever had the room until now and whose lease is gone.
   * @param early although time was left on it: other owners have lost theirs too, and it is their turn for half the life of a lease
   */
  reclaim(lease: Lease, ttlMs: number, early: boolean): Promise<Claim>;
  /** Extends leases, all in one round trip. @returns those that ran out or whose room somebody else holds */
  renew(leases: readonly Lease[], ttlMs: number): Promise<Lost[]>;
  /** Gives a room up; does nothing when the lease is not the current one. */
  release(lease: Lease): Promise<void>;
  /** Says that this node lives. @returns the nodes on the list, this one among them */
  beat(nodeId: string): Promise<NodeSign[]>;
  /** Takes a node off the list: it ends in order, or others have found it silent. One that lives is back with its next beat. */
  leave(nodeId: string): Promise<void>;
  /** Who holds the room now, or null. */
  lookup(roomId: string): Promise<Lease | null>;
}
