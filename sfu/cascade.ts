/** Finds a further router for a room that has outgrown those it is on: on another worker of this node, else on another node. */
import type { Config } from '#config/index.ts';
import { createEdgeHost } from './edge-host.ts';
import { leastLoaded } from './least-loaded.ts';
import { openLocalEdge } from './local-edge.ts';
import type { LocalEdge } from './local-edge.ts';
import { answered } from './node-messages.ts';
import type { NodeMessage, ToHome } from './node-messages.ts';
import { LOCAL_PIPES } from './pipe.ts';
import type { PipeSettings } from './pipe.ts';
import { PipeOutlet } from './pipe-outlet.ts';
import { createRemoteEdges } from './remote-edges.ts';
import type { EdgeRequest } from './remote-edges.ts';
import type { RoomEdge } from './room-edge.ts';
import type { Offers } from './track.ts';
import type { MediaLog, MediaNodes } from './types.ts';
import type { WorkerPool } from './worker-pool.ts';

export interface CascadeOptions {
  config: Config;
  log: MediaLog;
  pool: WorkerPool;
  /** The way to other nodes; a node alone has none. */
  nodes: MediaNodes | undefined;
  /** How pipes to other nodes are made. */
  settings: PipeSettings;
}

export interface Cascade {
  /** @returns undefined when there is no place that can bear it */
  openEdge(request: EdgeRequest): Promise<RoomEdge | undefined>;
  nodeGone(nodeId: string): void;
  /** Sends everybody away who receives here for another node. */
  close(): Promise<void>;
}

export function createCascade(options: CascadeOptions): Cascade {
  const { nodes } = options;
  const remote = nodes && createRemote({ ...options, nodes });
  return {
    openEdge: async (request) => (await openHere(options, request)) ?? (await remote?.open(request)),
    nodeGone: (nodeId) => remote?.nodeGone(nodeId),
    close: async () => remote?.close(),
  };
}

/** Opens an edge on the least loaded worker of this node that can bear it. */
async function openHere({ pool, config, log }: CascadeOptions, request: EdgeRequest): Promise<RoomEdge | undefined> {
  const { owner, used, offers } = request;
  const slot = leastLoaded(pool, config, request);
  if (!slot) return undefined;
  const { roomId, home, emit } = owner;
  const settings = LOCAL_PIPES;
  const upstream = new PipeOutlet(home, settings);
  const closed = (): void => {
    used.delete(slot.index);
    upstream.close();
    owner.gone(edge);
  };
  used.add(slot.index);
  let edge: LocalEdge;
  try {
    edge = await openLocalEdge({ ...{ roomId, config, log, slot, emit, upstream, settings, closed } });
  } catch (error) {
    used.delete(slot.index);
    log.warn({ err: error, roomId, worker: slot.index }, 'could not open a room on one more worker');
    return undefined;
  }
  offer(edge, offers);
  log.info({ roomId, worker: slot.index, pid: slot.worker.pid }, 'a large room goes on on one more worker');
  return edge;
}

function offer(edge: RoomEdge, { tracks, dataTracks }: Offers): void {
  for (const track of tracks) edge.addTrack(track);
  for (const track of dataTracks) edge.addDataTrack(track);
}

/** Edges on other nodes of rooms that are here, and the other way round. */
function createRemote(options: CascadeOptions & { nodes: MediaNodes }) {
  const { nodes } = options;
  const host = createEdgeHost(options);
  const edges = createRemoteEdges(options);
  nodes.serve((received, from) => {
    const message = received as NodeMessage;
    return answered(isToHome(message) ? edges.answer(message, from) : host.answer(message, from));
  });
  return {
    open: (request: EdgeRequest) => edges.open(request),
    nodeGone(nodeId: string): void {
      host.nodeGone(nodeId);
      edges.nodeGone(nodeId);
    },
    async close(): Promise<void> {
      edges.close();
      await host.close();
    },
  };
}

const toHome: readonly string[] = ['connect', 'pull', 'pull-data', 'home-news', 'alive'] satisfies ToHome['kind'][];

const isToHome = (message: NodeMessage): message is ToHome => toHome.includes(message.kind);
