/** A node as a whole: what it says of itself, whether it takes rooms, and what its operators want of it. */
import { hostname } from 'node:os';
import type { Config } from '#config/index.ts';
import type { MediaServer } from '#sfu/types.ts';
import type { Cluster } from './cluster.ts';
import { RoomError } from './errors.ts';
import type { Gateway } from './gateway.ts';
import { createHandOver, type HandOver } from './hand-over.ts';
import { createNodeReporter, type NodeReport, type NodeStatus } from './node-board.ts';
import type { NodeBus } from './node-bus.ts';
import { createPlacement, type Placement } from './placement.ts';
import type { Logger } from './ports.ts';
import { PROTOCOL_VERSION } from './protocol-version.ts';
import type { NodeOrder } from './router.ts';
import type { Supervisor } from './supervisor.ts';

export interface NodeOptions<M> {
  config: Config;
  log: Logger;
  media: Pick<MediaServer, 'workers' | 'healthy'>;
  bus: NodeBus;
  supervisor: Supervisor<M>;
  /** The rooms that are open here. */
  rooms: () => readonly { peers: number; openedAt: number; workerPid: number | null }[];
  gateway: () => Gateway;
  board: Cluster['board'] | undefined;
  /** Names of the other nodes that live. */
  living: () => readonly string[];
  /** Breaks the connections of a room's people, wherever they are. */
  recycle: (roomId: string) => void;
}

export interface RoomNode {
  readonly placement: Placement;
  readonly draining: boolean;
  status(): NodeStatus;
  /** The other nodes that live, as they last said. */
  others(): NodeReport[];
  /** Tells the others what has changed; first of all that this node is there. Never rejects. */
  report(): Promise<void>;
  /**
   * Opens no more rooms, hands the open ones over to other nodes and sends everybody on who is connected here; alone, it keeps what it has.
   * Resolves at the latest after half of `SHUTDOWN_TIMEOUT_MS`; never rejects. Idempotent.
   */
  drain(): Promise<void>;
  /** Takes rooms again, and keeps those that are not on their way yet. */
  undrain(): Promise<void>;
  /** @throws {RoomError} `room_moved`, `not_found` when a room is not here, or the node that it should go to takes none */
  obey(order: NodeOrder): Promise<{ owner: string | null } | null>;
  close(): Promise<void>;
}

/** How long people take to come with their devices, in ms; a room that has none by then is one for words. */
const WAITING_MS = 30_000;
/** Reports in the life of a lease. */
const REPORTS = 3;

function statusOf<M>({ config, media, bus, supervisor, rooms, gateway }: NodeOptions<M>, startedAt: number, draining: boolean): NodeStatus {
  const open = rooms();
  const recent = Date.now() - WAITING_MS;
  return {
    nodeId: bus.nodeId,
    name: config.NODE_NAME ?? hostname(),
    region: config.REGION ?? null,
    roles: config.ROLES,
    protocol: PROTOCOL_VERSION,
    startedAt,
    draining,
    takesRooms: config.ROLES.includes('rooms') && !draining && media.healthy(),
    rooms: supervisor.size,
    waiting: supervisor.size - open.length + open.filter(({ openedAt, workerPid }) => workerPid === null && openedAt > recent).length,
    peers: open.reduce((sum, { peers }) => sum + peers, 0),
    sockets: gateway().sockets,
    workers: media.workers(),
  };
}

export function createNode<M>(options: NodeOptions<M>): RoomNode {
  const { config, log, bus, supervisor, gateway, board, living, recycle } = options;
  const { nodeId } = bus;
  const startedAt = Date.now();
  let draining: Promise<void> | null = null;
  /** Ends the drain that is under way. */
  let takeBack = new AbortController();

  const status = (): NodeStatus => statusOf(options, startedAt, draining !== null);
  const reporter = board && createNodeReporter({ board, nodeId, living, own: status, everyMs: config.ROOM_LEASE_MS / REPORTS, log });
  const report = async (): Promise<void> => reporter?.report();
  const others = (): NodeReport[] => reporter?.others() ?? [];
  const placement = createPlacement({ own: status, others, limit: config.MEDIA_WORKER_CPU_LIMIT });
  const open = (): string[] => supervisor.ids();
  const handOver = createHandOver({ bus, placement, log, open, release: (roomId) => supervisor.release(roomId), recycle });

  const leave = async (signal: AbortSignal): Promise<void> => {
    await report();
    if (signal.aborted || !others().some(({ takesRooms }) => takesRooms)) return;
    log.info({ rooms: supervisor.size }, 'handing rooms over');
    await handOver.all(config.SHUTDOWN_TIMEOUT_MS / 2, signal);
    if (signal.aborted) return;
    // Those too whose rooms are elsewhere: the balancer brings them to a node that stays.
    gateway().recycle();
  };
  const drain = (): Promise<void> => {
    const { signal } = takeBack;
    return (draining ??= Promise.resolve()
      .then(() => leave(signal))
      .catch((error: unknown) => log.error({ err: error }, 'not drained')));
  };
  const undrain = async (): Promise<void> => {
    takeBack.abort();
    [takeBack, draining] = [new AbortController(), null];
    await report();
  };
  const obey: RoomNode['obey'] = async (order) => {
    if (order.action === 'move') return move({ supervisor, handOver, others, nodeId }, order.roomId, order.to);
    if (order.action === 'undrain') await undrain();
    // Takes its time: whoever wants to know looks at the node.
    else if (order.action === 'drain') void drain();
    // Of a node with a newer version.
    else throw new RoomError('unknown_event');
    return null;
  };

  return {
    placement,
    status,
    others,
    report,
    drain,
    undrain,
    get draining() {
      return draining !== null;
    },
    obey,
    close: async () => reporter?.close(),
  };
}

interface MoveParts {
  supervisor: { find(roomId: string): Promise<unknown> };
  handOver: HandOver;
  others: () => NodeReport[];
  nodeId: string;
}

async function move(
  { supervisor, handOver, others, nodeId }: MoveParts,
  roomId: string,
  to: string | null,
): Promise<{ owner: string | null }> {
  if (!(await supervisor.find(roomId))) throw new RoomError('room_moved');
  if (to === nodeId) return { owner: nodeId };
  const takers = others().filter(({ takesRooms }) => takesRooms);
  if (to === null ? takers.length === 0 : !takers.some((node) => node.nodeId === to)) throw new RoomError('not_found');
  return { owner: await handOver.room(roomId, to ?? undefined) };
}
