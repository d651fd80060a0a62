/** Directory of a single node, and the reference for other implementations. */
import type { Directory, Lease } from './directory.ts';

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

  return {
    claim: async (roomId, nodeId, ttlMs) => {
      const owner = current(roomId);
      if (owner) return { claimed: false, owner: { ...owner.lease } };
      const lease = { roomId, nodeId, term: ++terms };
      entries.set(roomId, { lease, expiresAt: now() + ttlMs });
      return { claimed: true, lease: { ...lease } };
    },
    renew: async (leases, ttlMs) =>
      leases.filter((lease) => {
        const entry = held(lease);
        if (entry) entry.expiresAt = now() + ttlMs;
        return !entry;
      }),
    release: async (lease) => {
      if (held(lease)) entries.delete(lease.roomId);
    },
    beat: async (nodeId, ttlMs) => {
      nodes.set(nodeId, now() + ttlMs);
      for (const [name, until] of nodes) if (until <= now()) nodes.delete(name);
      return [...nodes.keys()];
    },
    leave: async (nodeId) => void nodes.delete(nodeId),
    lookup: async (roomId) => {
      const entry = current(roomId);
      return entry ? { ...entry.lease } : null;
    },
  };
}
