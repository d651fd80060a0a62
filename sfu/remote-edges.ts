/** What rooms of this node have on other nodes. */
import { MediaError } from './errors.ts';
import type { ToHome } from './node-messages.ts';
import type { PipeSettings } from './pipe.ts';
import { RemoteEdge } from './remote-edge.ts';
import type { Cost, RoomEdge } from './room-edge.ts';
import type { EdgeOwner } from './room-media.ts';
import type { Offers } from './track.ts';
import type { MediaLog, MediaNodes } from './types.ts';

/** A node that cannot be reached is not asked again for this long, one that is full for that long, in ms. */
const UNREACHABLE_MS = 60_000;
const FULL_MS = 500;
/** A node that is silent for this long about the edges that it has of rooms here is gone, in ms; it should speak four times meanwhile. */
const SILENCE_MS = 20_000;
const WATCH_MS = 5_000;

export interface EdgeRequest {
  owner: EdgeOwner;
  /** Indexes of the workers of this node that the room is on; kept up to date. */
  used: Set<number>;
  offers: Offers;
  cost: Cost;
  share: number;
}

export interface RemoteEdges {
  /** Opens an edge on the first node that can bear it. */
  open(request: EdgeRequest): Promise<RoomEdge | undefined>;
  /** Another node asks or tells something of an edge that it has. @throws {MediaError} */
  answer(message: ToHome, from: string): Promise<unknown>;
  nodeGone(nodeId: string): void;
  close(): void;
}

export function createRemoteEdges(options: { nodes: MediaNodes; log: MediaLog; settings: PipeSettings }): RemoteEdges {
  const { nodes, log, settings } = options;
  const edges = new Map<string, RemoteEdge>();
  /** Until when a node is not asked; `performance.now()`. */
  const passed = new Map<string, number>();
  let watch: NodeJS.Timeout | undefined;

  const gone = (edge: RemoteEdge, owner: EdgeOwner): void => {
    edges.delete(edge.id);
    owner.gone(edge);
    if (edges.size > 0) return;
    clearInterval(watch);
    watch = undefined;
  };
  const look = (): void => {
    for (const edge of [...edges.values()]) if (edge.silentMs > SILENCE_MS) edge.lost();
  };
  const openOn = async (nodeId: string, { owner, offers, cost, share }: EdgeRequest): Promise<RoomEdge | undefined> => {
    const edge = new RemoteEdge({ ...{ nodes, nodeId, owner, settings }, gone: (closed) => gone(closed, owner) });
    edges.set(edge.id, edge);
    watch ??= setInterval(look, WATCH_MS).unref();
    const { roomId } = owner;
    try {
      await edge.open(offers, cost, share);
      log.info({ roomId, nodeId }, 'a large room goes on on one more node');
      return edge;
    } catch (error) {
      const full = error instanceof MediaError && error.code === 'media_full';
      passed.set(nodeId, performance.now() + (full ? FULL_MS : UNREACHABLE_MS));
      if (!full) log.warn({ err: error, roomId, nodeId }, 'a large room could not go on on another node: it stays on this one');
      return undefined;
    }
  };

  return {
    async open(request) {
      for (const nodeId of nodes.others()) {
        if ((passed.get(nodeId) ?? 0) > performance.now()) continue;
        const edge = await openOn(nodeId, request);
        if (edge) return edge;
      }
      return undefined;
    },
    async answer(message, from) {
      if (message.kind !== 'alive') {
        const edge = edges.get(message.edgeId);
        if (edge?.nodeId !== from) throw new MediaError('closed');
        return await edge.answer(message);
      }
      const known = message.edgeIds.flatMap((id) => edges.get(id) ?? []).filter(({ nodeId }) => nodeId === from);
      for (const edge of known) edge.heard();
      return known.map(({ id }) => id);
    },
    nodeGone(nodeId) {
      passed.delete(nodeId);
      for (const edge of [...edges.values()]) if (edge.nodeId === nodeId) edge.lost();
    },
    close: () => clearInterval(watch),
  };
}
