/** Rooms: the public face. Everything that others may use of this folder, besides the protocol, errors and ports. */
import { randomUUID } from 'node:crypto';
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Config } from '#config/index.ts';
import type { MediaServer } from '#sfu/types.ts';
import type { Actor } from './actor.ts';
import { type Alarms, createAlarms } from './alarms.ts';
import type { RecordingParts } from './recording.ts';
import { type ConsultationBehaviour, openConsultation, type RoomSummary } from './consultation-room.ts';
import type { IceServers } from './consultation-state.ts';
import { type BusListener, createFigures, type Figures, timeBus } from './figures.ts';
import { createGateway, type Gateway } from './gateway.ts';
import type { Cluster } from './cluster.ts';
import type { Directory } from './directory.ts';
import { receivers } from './media-nodes.ts';
import { meetAnew } from './meet-anew.ts';
import { createMemoryDirectory } from './memory-directory.ts';
import { createMemoryBusHub } from './memory-node-bus.ts';
import { createOwnership, type Ownership } from './ownership.ts';
import { createNode } from './node.ts';
import type { NodeBus } from './node-bus.ts';
import type { NodeReport, NodeStatus } from './node-board.ts';
import { createOrphans } from './orphans.ts';
import { BEATS, createPresence } from './presence.ts';
import type { Authenticator, ChatStore, ConsultationPolicy, Logger, SpanAttributes, Tracing } from './ports.ts';
import type { Notification, NotificationName, RoomView } from './protocol.ts';
import { receivedMessage } from './received.ts';
import { closeRoom, createCommands, unlessClosed } from './room-commands.ts';
import type { RoomMessage } from './room-messages.ts';
import { createRouter, type NodeOrder } from './router.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import { createSocketChannel, createUserChannel } from './socket-channel.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';
import { type RoomsStats, statsOf } from './stats.ts';
import { traceBus, traceTurns } from './tracing.ts';

export type { IceServers } from './consultation-state.ts';
export type { OpenRoom } from './consultation-room.ts';
export type { NodeReport, NodeStatus } from './node-board.ts';
export type { Cluster } from './cluster.ts';
export { joinCluster } from './cluster.ts';
export type { SnapshotStore } from './snapshot-store.ts';

export interface RoomsOptions {
  config: Config;
  log: Logger;
  media: MediaServer;
  policy: ConsultationPolicy;
  chat: ChatStore;
  authenticator: Authenticator;
  snapshots: SnapshotStore;
  /** Without it nothing can be recorded. */
  recording?: RecordingParts | undefined;
  /** TURN servers with credentials for one user. */
  iceServers: (userId: string) => IceServers;
  /** The way to other nodes; a node alone brings its own parts. Closed by its owner, after the rooms. */
  cluster?: (Pick<Cluster, 'directory' | 'bus' | 'board' | 'adapter'> & Partial<Pick<Cluster, 'media' | 'losses'>>) | undefined;
  tracing?: Tracing | null;
  /** Timing of each turn of an actor, in ms: for the metrics. */
  onTurn?: (kind: string, waitedMs: number, ranMs: number) => void;
  /** Timing of each request to another node. */
  onBusRequest?: BusListener;
}

export interface Rooms {
  /** Serves sockets on this HTTP server, which stays its owner's to close. */
  attach(server: HttpServer | HttpsServer): void;
  /**
   * Ends a visit through its actor, which is opened when needed.
   * @param requestId shows up in the room's log lines
   * @throws {RoomError} `not_found`, `visit_ended`, `storage_unavailable`, `deadline`, `room_busy`, `room_moved`, `shutting_down`
   */
  endVisit(consultationId: string, byMemberId: string | null, requestId?: string): Promise<void>;
  /**
   * Records that a visit has begun, with or without people in its room; nothing when it had before.
   * @throws {RoomError} as `endVisit` does
   */
  startVisit(consultationId: string, requestId: string): Promise<void>;
  /**
   * Shows everybody out of a room and frees what it holds; nothing when it is not open. The visit goes on.
   * @throws {RoomError} `deadline`, `room_busy`, `room_moved`, `shutting_down`
   */
  closeRoom(consultationId: string, requestId: string): Promise<void>;
  /**
   * Lets a member in, now or when they come; opens the room when needed.
   * @throws {RoomError} as `endVisit` does
   */
  callIn(consultationId: string, memberId: string, requestId: string): Promise<void>;
  /** Reaches every page that a signed-in user has open; who has none is not told. */
  notify<N extends NotificationName>(userId: string, name: N, payload: Notification<N>): void;
  /** The rooms that are open, on this node and on the others. */
  list(): Promise<RoomFigures[]>;
  /** This node, and the others that live as they last said. */
  nodes(): { self: NodeStatus; others: NodeReport[] };
  /**
   * Has a node drain, take rooms again, or move one of its rooms.
   * @returns who has the room now, after a move: null when nobody opened it at once
   * @throws {RoomError} `room_moved`, `not_found` when a room is not there, or the node that it should go to takes none; `deadline`, `shutting_down`
   */
  order(nodeId: string, order: NodeOrder): Promise<{ owner: string | null } | null>;
  /**
   * The state of a room with its lobby, or null when it is not open anywhere.
   * @throws {RoomError} `deadline`, `room_busy`, `room_moved`, `storage_unavailable`, `shutting_down`
   */
  inspect(consultationId: string): Promise<RoomView | null>;
  stats(): RoomsStats;
  /** Opens no more rooms and hands the open ones over to other nodes; see `RoomNode.drain`. */
  drain(): Promise<void>;
  /** The same before the process ends: takes no more sockets either, which would be sent on once more. */
  leave(): Promise<void>;
  /** Whether it does, or has. */
  readonly draining: boolean;
  /** Saves every room and breaks every connection so that clients come back by themselves. Idempotent. */
  close(): Promise<void>;
}

/** An open room as operators see it. */
export interface RoomFigures extends RoomSummary {
  nodeId: string;
  /** Messages that wait in its mailbox. */
  mailboxDepth: number;
}

/** A node alone has nobody to lose a room to; a process that was suspended must find its rooms as they were. */
const LEASE_ALONE_MS = 86_400_000;

const figuresOf = ({ behaviour, mailbox }: Actor<RoomMessage>, nodeId: string): RoomFigures => ({
  ...(behaviour as ConsultationBehaviour).summary(),
  nodeId,
  mailboxDepth: mailbox.depth,
});

/** What the rooms of a node have together. */
interface Shared {
  figures: Figures;
  alarms: Alarms;
}

function superviseRooms(
  options: RoomsOptions,
  ownership: Ownership,
  gateway: () => Gateway,
  { figures, alarms }: Shared,
): Supervisor<RoomMessage> {
  const { config, log, media, policy, chat, snapshots, iceServers, recording, tracing, cluster, onTurn } = options;
  return createSupervisor<RoomMessage>({
    async open(id, self, requestId) {
      const channel = createSocketChannel(gateway, id, cluster?.adapter !== undefined);
      const ways = { config, log, media, policy, chat, snapshots, channel, alarms, iceServers, recording, tracing, requestId };
      const room = await openConsultation(id, self, ways);
      // Whoever stands in it is of a former owner, and sits in no seat: they come back and take theirs.
      channel.recycle();
      if (tracing) traceTurns(tracing, room, (message) => describeTurn(id, room.epoch, message));
      return room;
    },
    ownership,
    log,
    figures,
    capacity: config.ROOM_MAILBOX_SIZE,
    describe: (message) => ({ kind: message.kind, ...('requestId' in message && { requestId: message.requestId }) }),
    ...(onTurn && {
      onTimed: (message: RoomMessage, waited: number, ran: number) => onTurn(nameOf(message), waited, ran),
    }),
  });
}

/** The bus as this node uses it: timed and traced. */
function busOf({ cluster, tracing, onBusRequest }: RoomsOptions): NodeBus {
  const plain = cluster?.bus ?? createMemoryBusHub().join(randomUUID());
  const timed = onBusRequest ? timeBus(plain, onBusRequest) : plain;
  return tracing ? traceBus(tracing, timed, kindOfRequest) : timed;
}

/** The parts of one node's room layer, which know each other. */
function createParts(options: RoomsOptions) {
  const { config, log, media, policy, authenticator, iceServers, cluster, tracing } = options;
  const directory = cluster?.directory ?? createMemoryDirectory();
  const bus = busOf(options);
  const { nodeId } = bus;
  const figures = createFigures();
  const alarms = createAlarms();
  const ownership = createOwnership({
    directory,
    nodeId,
    ttlMs: cluster ? config.ROOM_LEASE_MS : LEASE_ALONE_MS,
    log,
    figures,
    onLost: (roomId): void => supervisor.fence(roomId),
    isGone: (node) => presence?.isGone(node) ?? false,
    isSettling: () => presence?.isSettling() ?? false,
  });
  const supervisor = superviseRooms(options, ownership, () => gateway, { figures, alarms });
  const summaries = (): RoomFigures[] => [...supervisor.actors()].map((actor) => figuresOf(actor, nodeId));
  const node = createNode({
    ...{ config, log, media, bus, supervisor, board: cluster?.board },
    rooms: () => [...supervisor.actors()].map(({ behaviour }) => behaviour as ConsultationBehaviour),
    gateway: () => gateway,
    living: () => presence?.others() ?? [],
    recycle: (id) => createSocketChannel(() => gateway, id, cluster?.adapter !== undefined).recycle(),
  });
  const { placement, obey } = node;
  const router = createRouter({
    ...{ supervisor, directory, bus, placement, summaries, obey, tracing, log },
    receive: receivedMessage,
  });
  const gateway: Gateway = createGateway({
    ...{ config, log, authenticator, media, policy, router, iceServers, nodeId, figures, tracing },
    adapter: cluster?.adapter,
  });
  const { presence, orphans } = watchOthers(options, { directory, nodeId, supervisor, gateway, figures });
  void node.report();
  cluster?.media?.follow(() => receivers(node.others(), config.REGION ?? null));
  const close = async (): Promise<void> => {
    await node.drain();
    gateway.drain();
    await supervisor.close();
    await node.close();
    await presence?.close();
    orphans.close();
    await gateway.close();
    ownership.close();
    alarms.close();
    await bus.close();
  };
  return { supervisor, router, gateway, presence, node, figures, close };
}

interface WatchingParts {
  directory: Directory;
  nodeId: string;
  supervisor: Supervisor<RoomMessage>;
  gateway: Gateway;
  figures: Figures;
}

/** What follows when other nodes fall silent, or did not hear this one for a moment. */
function watchOthers({ config, log, media, cluster }: RoomsOptions, { directory, nodeId, supervisor, gateway, figures }: WatchingParts) {
  const orphans = createOrphans({
    ...{ directory, gateway, log, pauseMs: config.ROOM_LEASE_MS / BEATS },
    open: (roomId) => supervisor.peek(roomId) !== undefined,
  });
  const onGone = (gone: string): void => {
    figures.nodesGone++;
    media.nodeGone(gone);
    for (const { mailbox } of supervisor.actors()) mailbox.tell({ kind: 'node-gone', nodeId: gone }, true);
    void orphans.sendOn(gone);
  };
  cluster?.losses?.follow(() => meetAnew({ supervisor, gateway, log }, nodeId));
  return { orphans, presence: cluster && createPresence({ directory, nodeId, ttlMs: config.ROOM_LEASE_MS, log, onGone }) };
}

/** What a message is, for metrics and traces: one of few. */
const nameOf = (message: RoomMessage): string => (message.kind === 'request' ? message.name : message.kind);

function describeTurn(roomId: string, epoch: number, message: RoomMessage): { name: string; attributes: SpanAttributes } {
  const requestId = 'requestId' in message ? { 'wenzhen.request_id': message.requestId } : {};
  return { name: `room ${nameOf(message)}`, attributes: { 'wenzhen.room_id': roomId, 'wenzhen.epoch': epoch, ...requestId } };
}

/** Kind of a request between nodes; `router.ts` and others make them. */
function kindOfRequest(message: unknown): string {
  const { mode } = message as { mode?: unknown };
  return typeof mode === 'string' ? mode.slice(0, 32) : 'request';
}

/** Builds the room layer of one node. */
export function createRooms(options: RoomsOptions): Rooms {
  const { supervisor, router, gateway, presence, node, figures, close } = createParts(options);
  const deadlineMs = options.config.ROOM_ASK_TIMEOUT_MS;
  const command = createCommands(router, deadlineMs);
  let closing: Promise<void> | undefined;

  return {
    attach: (server) => gateway.attach(server),
    endVisit: (consultationId, byMemberId, requestId = randomUUID()) => command(consultationId, { kind: 'end', byMemberId, requestId }),
    startVisit: (consultationId, requestId) => command(consultationId, { kind: 'start', requestId }),
    closeRoom: (consultationId, requestId) => closeRoom(command, consultationId, requestId),
    callIn: (consultationId, memberId, requestId) => command(consultationId, { kind: 'call', memberId, requestId }),
    notify: createUserChannel(() => gateway.io),
    list: () => router.list(presence?.others() ?? []),
    inspect: (consultationId) =>
      unlessClosed((mayOpen) => {
        const asked = { deadlineMs, requestId: randomUUID(), mayOpen };
        return router.ask(consultationId, { kind: 'inspect' }, asked) as Promise<RoomView>;
      }),
    stats: () => ({
      ...statsOf([...supervisor.actors()], gateway),
      figures,
      nodes: 1 + (presence?.others().length ?? 0),
      unsent: options.cluster?.losses?.unsent ?? 0,
    }),
    nodes: () => ({ self: node.status(), others: node.others() }),
    order: (nodeId, order) => router.order(nodeId, order) as Promise<{ owner: string | null } | null>,
    drain: () => node.drain(),
    leave: () => {
      gateway.leave();
      return node.drain();
    },
    get draining() {
      return node.draining;
    },
    close: () => (closing ??= close()),
  };
}
