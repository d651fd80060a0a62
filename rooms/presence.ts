/** Which nodes live: says so of this one, and notices those that fall silent. */
import type { Directory, NodeSign } from './directory.ts';
import type { Logger } from './ports.ts';

export interface PresenceOptions {
  directory: Directory;
  nodeId: string;
  /** Silence after which a node counts as gone, in ms; a quarter of it for one that does not listen on the bus either. */
  ttlMs: number;
  log: Logger;
  /** A node that was seen before has been silent for too long, or has left. */
  onGone: (nodeId: string) => void;
}

export interface Presence {
  /** The other nodes that live, as far as this one knows. */
  others(): string[];
  /** Whether this node has found another one gone and has not seen it since. */
  isGone(nodeId: string): boolean;
  /** Whether the directory is away, or a moment ago was so for long, or had forgotten this node. */
  isSettling(): boolean;
  /** Takes this node off the list: it ends in order, and nobody has to wait for its silence. */
  close(): Promise<void>;
}

/** Beats in the life of a node that says nothing more. */
export const BEATS = 8;
/** The connections of a process that ended are closed at once; one that lives makes new ones within this part of its life. */
const UNHEARD_SHARE = 0.25;
/** Part of the life of a node in which owners take their rooms back when the directory is there again: they try several times in it. */
const TURN_SHARE = 0.5;
/** Every lease outlives an absence of the directory of this part of its life: the last renewal before it was a third of it ago at most. */
const OUTLIVED_SHARE = 0.5;
/** Nodes remembered as gone. */
const MAX_GONE = 100;

interface Seen {
  beats: number;
  /** When that number was new, on this node's monotonic clock. */
  at: number;
}

export function createPresence({ directory, nodeId, ttlMs, log, onGone }: PresenceOptions): Presence {
  const seen = new Map<string, Seen>();
  const gone = new Set<string>();
  let own = 0;
  /** Until then a directory that was wiped has forgotten others who live. */
  let settledAt = 0;
  let away = false;
  /** When the last beat was sent that the directory has taken. Before the first nobody here knows how long it has been away. */
  let heardAt = Number.NEGATIVE_INFINITY;
  let turnUntil = 0;

  const lose = (node: string): void => {
    seen.delete(node);
    remember(gone, node);
    log.warn({ nodeId: node }, 'node is gone');
    onGone(node);
    void directory.leave(node).catch(() => undefined);
  };
  const look = (signs: readonly NodeSign[], sentAt: number): void => {
    const now = performance.now();
    const long = away && now - heardAt > ttlMs * OUTLIVED_SHARE;
    heardAt = sentAt;
    const byNode = new Map(signs.map((sign) => [sign.nodeId, sign]));
    const beats = byNode.get(nodeId)?.beats ?? 0;
    const forgotten = beats <= own;
    if (forgotten) settledAt = now + ttlMs;
    if (forgotten || long) turnUntil = now + ttlMs * TURN_SHARE;
    away = false;
    own = beats;
    for (const { nodeId: node, beats: number } of signs) {
      if (node === nodeId || seen.get(node)?.beats === number) continue;
      seen.set(node, { beats: number, at: now });
      gone.delete(node);
    }
    for (const [node, { at }] of seen) if (now - at >= patience(ttlMs, byNode.get(node), now < settledAt)) lose(node);
  };
  const beat = async (): Promise<void> => {
    const sentAt = performance.now();
    try {
      look(await directory.beat(nodeId), sentAt);
    } catch {
      // While the directory is away nobody can be seen. Whose fault it is, the renewal of the leases tells the log.
      away = true;
      for (const other of seen.values()) other.at = performance.now();
    }
  };

  void beat();
  const timer = setInterval(() => void beat(), ttlMs / BEATS);
  timer.unref();
  return {
    others: () => [...seen.keys()],
    isGone: (node) => gone.has(node),
    isSettling: () => away || performance.now() < turnUntil,
    async close() {
      clearInterval(timer);
      await directory.leave(nodeId).catch(() => undefined);
    },
  };
}

/** How long a node may be silent, ms. */
function patience(ttlMs: number, sign: NodeSign | undefined, settling: boolean): number {
  return sign?.listens || settling ? ttlMs : ttlMs * UNHEARD_SHARE;
}

function remember(gone: Set<string>, node: string): void {
  gone.add(node);
  const [oldest] = gone;
  if (gone.size > MAX_GONE && oldest !== undefined) gone.delete(oldest);
}
