/** Which nodes live: says so of this one, and notices those that fall silent. */
import type { Directory } from './directory.ts';
import type { Logger } from './ports.ts';

export interface PresenceOptions {
  directory: Directory;
  nodeId: string;
  /** Silence after which a node counts as gone, in ms; this one beats every third of it. */
  ttlMs: number;
  log: Logger;
  /** A node that was seen before has been silent for too long. */
  onGone: (nodeId: string) => void;
}

export interface Presence {
  /** The other nodes that live, as far as this one knows. */
  others(): string[];
  /** Takes this node off the list: it ends in order, and nobody has to wait for its silence. */
  close(): Promise<void>;
}

export function createPresence({ directory, nodeId, ttlMs, log, onGone }: PresenceOptions): Presence {
  /** When each other node was last seen, on this node's monotonic clock. */
  const seen = new Map<string, number>();

  const look = (alive: readonly string[]): void => {
    const now = performance.now();
    for (const node of alive) if (node !== nodeId) seen.set(node, now);
    for (const [node, at] of seen) {
      // A single missing beat says little: a Redis that was wiped has forgotten everybody.
      if (now - at < ttlMs / 2) continue;
      seen.delete(node);
      log.warn({ nodeId: node }, 'node is gone');
      onGone(node);
    }
  };
  const beat = async (): Promise<void> => {
    try {
      look(await directory.beat(nodeId, ttlMs));
    } catch {
      // While the directory is away nobody can be seen. Whose fault it is, the renewal of the leases tells the log.
      const now = performance.now();
      for (const node of seen.keys()) seen.set(node, now);
    }
  };

  void beat();
  const timer = setInterval(() => void beat(), ttlMs / 3);
  timer.unref();
  return {
    others: () => [...seen.keys()],
    async close() {
      clearInterval(timer);
      await directory.leave(nodeId).catch(() => undefined);
    },
  };
}
