/** Which node owns which room. A lease only says when an owner counts as gone; durable writes are fenced by the epoch of the database. */

export interface Lease {
  roomId: string;
  nodeId: string;
  /** Counts the claims of this room in this directory; renewing and releasing compare it, so a late owner changes nothing. */
  term: number;
}

export type Claim = { claimed: true; lease: Lease } | { claimed: false; owner: Lease };

/** Compare-and-set register of leases, and list of the nodes that live. Time is monotonic: a wall clock that jumps ends no lease. */
export interface Directory {
  /** Takes a room that nobody holds (any more). A room held by the same node is held already: `claimed: false`. */
  claim(roomId: string, nodeId: string, ttlMs: number): Promise<Claim>;
  /** Extends leases, all in one round trip. @returns those that ran out or whose room somebody else holds */
  renew(leases: readonly Lease[], ttlMs: number): Promise<Lease[]>;
  /** Gives a room up; does nothing when the lease is not the current one. */
  release(lease: Lease): Promise<void>;
  /** Says that this node lives, for `ttlMs`. @returns the nodes that live, this one among them */
  beat(nodeId: string, ttlMs: number): Promise<string[]>;
  /** Takes a node off the list at once. */
  leave(nodeId: string): Promise<void>;
  /** Who holds the room now, or null. */
  lookup(roomId: string): Promise<Lease | null>;
}
