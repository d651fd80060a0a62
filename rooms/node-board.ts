/**
 * What each node says of itself: its load for whoever places a room, its figures for operators. Whether a node lives is not read
 * from here but from its signs of life (`presence.ts`): a node that stands still has said something, too.
 */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Logger } from './ports.ts';

const worker = z.object({
  pid: z.number(),
  /** Share of a core, just-placed work counted in. */
  load: z.number(),
  rooms: z.number(),
  /** bytes */
  rss: z.number(),
  transports: z.number(),
  producers: z.number(),
  consumers: z.number(),
});

/** Nodes of other versions may say more, which is dropped. */
const nodeStatus = z.object({
  nodeId: z.string(),
  /** What operators call it. */
  name: z.string(),
  region: z.string().nullable(),
  roles: z.array(z.string()),
  protocol: z.string(),
  /** ms since 1970 */
  startedAt: z.number(),
  draining: z.boolean(),
  /** It has media that answers, and neither drains nor ends. */
  takesRooms: z.boolean(),
  rooms: z.number(),
  /** Of these, opened a moment ago and without media: their people are still to come. */
  waiting: z.number(),
  peers: z.number(),
  sockets: z.number(),
  workers: z.array(worker),
});
export type NodeStatus = z.infer<typeof nodeStatus>;

/** What was read of a node. */
export interface NodeReport extends NodeStatus {
  /** When it had said something new, on the reader's monotonic clock. */
  seenAt: number;
}

/** Where nodes put up what they say. */
export interface NodeBoard {
  /** @param text another one each time. @returns what all nodes have put up last, by node */
  put(nodeId: string, text: string): Promise<Record<string, string>>;
  remove(nodeId: string): Promise<void>;
}

const STATUSES = 'wenzhen:node-statuses';

/** @param redis fails commands at once while it is not connected; stays its owner's to close */
export function createRedisNodeBoard(redis: Redis): NodeBoard {
  return {
    async put(nodeId, text) {
      await redis.hset(STATUSES, nodeId, text);
      return redis.hgetall(STATUSES);
    },
    remove: async (nodeId) => void (await redis.hdel(STATUSES, nodeId)),
  };
}

export interface NodeReporterOptions {
  board: NodeBoard;
  nodeId: string;
  /** Names of the other nodes that live. */
  living: () => readonly string[];
  own: () => NodeStatus;
  everyMs: number;
  log: Pick<Logger, 'debug'>;
}

export interface NodeReporter {
  /** The other nodes that live and have said something. */
  others(): NodeReport[];
  /** Says at once what has changed. Never rejects: the next turn makes up for it. */
  report(): Promise<void>;
  /** Takes this node off the board. */
  close(): Promise<void>;
}

/** Puts up what this node says of itself, and reads what the others say; `report()` begins it. */
export function createNodeReporter({ board, nodeId, living, own, everyMs, log }: NodeReporterOptions): NodeReporter {
  const read = new Map<string, { text: string; report: NodeReport }>();
  let times = 0;

  const take = (other: string, text: string): void => {
    if (other === nodeId || read.get(other)?.text === text) return;
    const parsed = nodeStatus.safeParse(JSON.parse(text));
    if (parsed.success) read.set(other, { text, report: { ...parsed.data, seenAt: performance.now() } });
  };
  const report = async (): Promise<void> => {
    try {
      const texts = await board.put(nodeId, JSON.stringify({ ...own(), times: ++times }));
      for (const [other, text] of Object.entries(texts)) take(other, text);
      for (const other of read.keys()) if (!(other in texts)) read.delete(other);
      await removeDead(Object.keys(texts));
    } catch (error) {
      log.debug({ err: error }, 'figures of this node not told');
    }
  };
  /** One that lives, and is only not known yet, comes back with its next report. */
  const removeDead = async (names: readonly string[]): Promise<void> => {
    const alive = new Set([nodeId, ...living()]);
    const old = performance.now() - everyMs * 10;
    for (const name of names) {
      const said = read.get(name)?.report.seenAt ?? 0;
      if (!alive.has(name) && said < old) await board.remove(name);
    }
  };

  const timer = setInterval(() => void report(), everyMs);
  timer.unref();
  return {
    others() {
      const alive = new Set(living());
      return [...read.values()].flatMap(({ report: one }) => (alive.has(one.nodeId) ? [one] : []));
    },
    report,
    async close() {
      clearInterval(timer);
      await board.remove(nodeId).catch(() => undefined);
    },
  };
}
