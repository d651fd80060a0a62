/** Directory of a single node, and the reference for other implementations. */
import type { Claim, Directory, Lease } from './directory.ts';

interface Entry {
  lease: Lease;
  expiresAt: number;
}

/** @param now monotonic clock in ms */
export function createMemoryDirectory(now: () => number = () => performance.now()): Directory {
  const entries = new Map<string, Entry>();
  const nodes = new Map<string, number>();
  let terms = 0;

  const current = (roomId: string): Entry | undefined => {
    const entry = entries.get(roomId);
    if (entry && entry.expiresAt <= now()) entries.delete(roomId);
    return entries.get(roomId);
  };
  const held = (lease: Lease): Entry | undefined => {
    const entry = current(lease.roomId);
    return entry && entry.lease.term === lease.term && entry.lease.nodeId === lease.nodeId ? entry : undefined;
  };
  const ownerOf = (roomId: string): Lease | null => {
    const entry = current(roomId);
    return entry ? { ...entry.lease } : null;
  };

  const claim = async (roomId: string, nodeId: string, ttlMs: number): Promise<Claim> => {
    const owner = current(roomId);
    if (owner) return { claimed: false, owner: { ...owner.lease } };
    const lease = { roomId, nodeId, term: ++terms };
    entries.set(roomId, { lease, expiresAt: now() + ttlMs });
    return { claimed: true, lease: { ...lease } };
  };

  return {
    claim,
    reclaim: ({ roomId, nodeId }, ttlMs) => claim(roomId, nodeId, ttlMs),
    renew: async (leases, ttlMs) =>
      leases.flatMap((lease) => {
        const entry = held(lease);
        if (!entry) return { lease, owner: ownerOf(lease.roomId) };
        entry.expiresAt = now() + ttlMs;
        return [];
      }),
    release: async (lease) => {
      if (held(lease)) entries.delete(lease.roomId);
    },
    beat: async (nodeId) => {
      nodes.set(nodeId, (nodes.get(nodeId) ?? 0) + 1);
      return [...nodes].map(([name, beats]) => ({ nodeId: name, beats, listens: true }));
    },
    leave: async (nodeId) => void nodes.delete(nodeId),
    lookup: async (roomId) => ownerOf(roomId),
  };
}
