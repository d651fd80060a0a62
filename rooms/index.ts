/** Rooms: the public face. Everything that others may use of this folder, besides the protocol, errors and ports. */
import { randomUUID } from 'node:crypto';
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Config } from '#config/index.ts';
import type { MediaServer } from '#sfu/types.ts';
import type { Actor } from './actor.ts';
import type { RecordingParts } from './recording.ts';
import { type ConsultationBehaviour, openConsultation, type OpenRoom } from './consultation-room.ts';
import type { IceServers } from './consultation-state.ts';
import { RoomError } from './errors.ts';
import { createGateway, type Gateway, type GatewayCounters } from './gateway.ts';
import type { Cluster } from './cluster.ts';
import { createMemoryDirectory } from './memory-directory.ts';
import { createMemoryBusHub } from './memory-node-bus.ts';
import { createOwnership } from './ownership.ts';
import { createPresence } from './presence.ts';
import type { Authenticator, ChatStore, ConsultationPolicy, Logger } from './ports.ts';
import type { Notification, NotificationName, RoomView } from './protocol.ts';
import type { RoomMessage } from './room-messages.ts';
import { type AskOptions, createRouter, type Router } from './router.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import { createSocketChannel, createUserChannel } from './socket-channel.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';
import { channelName } from './session.ts';
import type { Directory } from './directory.ts';

export type { IceServers } from './consultation-state.ts';
export type { OpenRoom } from './consultation-room.ts';
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
  cluster?: Pick<Cluster, 'directory' | 'bus' | 'adapter'> | undefined;
  /** Timing of each turn of an actor, in ms: for the metrics. */
  onTurn?: (kind: string, waitedMs: number, ranMs: number) => void;
}

export interface RoomsStats {
  rooms: number;
  peers: number;
  lobby: number;
  sockets: number;
  /** Messages waiting in the fullest mailbox. */
  mailboxDepth: number;
  messages: Readonly<GatewayCounters>;
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
  list(): Promise<OpenRoom[]>;
  /**
   * The state of a room with its lobby, or null when it is not open anywhere.
   * @throws {RoomError} `deadline`, `room_busy`, `room_moved`, `storage_unavailable`, `shutting_down`
   */
  inspect(consultationId: string): Promise<RoomView | null>;
  stats(): RoomsStats;
  /** Refuses new joins; what runs goes on. */
  drain(): void;
  /** Saves every room and breaks every connection so that clients come back by themselves. Idempotent. */
  close(): Promise<void>;
}

/** A node alone has nobody to lose a room to; a process that was suspended must find its rooms as they were. */
const LEASE_ALONE_MS = 86_400_000;

/** The parts of one node's room layer, which know each other. */
function createParts(options: RoomsOptions) {
  const { config, log, media, policy, chat, authenticator, snapshots, iceServers, onTurn } = options;
  const { cluster, recording } = options;
  const { directory, bus } = cluster ?? { directory: createMemoryDirectory(), bus: createMemoryBusHub().join(randomUUID()) };
  const { nodeId } = bus;
  const ownership = createOwnership({
    directory,
    nodeId,
    ttlMs: cluster ? config.ROOM_LEASE_MS : LEASE_ALONE_MS,
    log,
    onLost: (roomId) => supervisor.fence(roomId),
    isGone: (node) => presence?.isGone(node) ?? false,
  });
  const supervisor = createSupervisor<RoomMessage>({
    open: (id, self) => {
      const channel = createSocketChannel(() => gateway, id, cluster !== undefined);
      return openConsultation(id, self, { config, log, media, policy, chat, snapshots, channel, iceServers, recording });
    },
    ownership,
    log,
    capacity: config.ROOM_MAILBOX_SIZE,
    describe: (message) => ({ kind: message.kind, ...('requestId' in message && { requestId: message.requestId }) }),
    ...(onTurn && {
      onTimed: (message: RoomMessage, waited: number, ran: number) =>
        onTurn(message.kind === 'request' ? message.name : message.kind, waited, ran),
    }),
  });
  const summaries = (): OpenRoom[] => [...supervisor.actors()].map(({ behaviour }) => (behaviour as ConsultationBehaviour).summary());
  const router = createRouter({ supervisor, directory, bus, summaries });
  const gateway = createGateway({ config, log, authenticator, media, policy, router, iceServers, nodeId, adapter: cluster?.adapter });
  const nodeGone = (gone: string): void => {
    for (const { mailbox } of supervisor.actors()) mailbox.tell({ kind: 'node-gone', nodeId: gone }, true);
    recycleOrphans({ directory, supervisor, gateway }, gone).catch((error: unknown) => log.warn({ err: error }, 'orphans not sent on'));
  };
  const presence = cluster && createPresence({ directory, nodeId, ttlMs: config.ROOM_LEASE_MS, log, onGone: nodeGone });
  const close = async (): Promise<void> => {
    gateway.drain();
    await supervisor.close();
    await presence?.close();
    await gateway.close();
    ownership.close();
    await bus.close();
  };
  return { supervisor, router, gateway, presence, close };
}

/** Builds the room layer of one node. */
export function createRooms(options: RoomsOptions): Rooms {
  const { supervisor, router, gateway, presence, close } = createParts(options);
  const deadlineMs = options.config.ROOM_ASK_TIMEOUT_MS;
  const command = commander(router, deadlineMs);
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
    stats: () => statsOf([...supervisor.actors()], gateway),
    drain: () => gateway.drain(),
    close: () => (closing ??= close()),
  };
}

/** Sends on who is connected here, in a room that a node had which is gone: they come back, and whoever they meet opens the room. */
async function recycleOrphans(
  { directory, supervisor, gateway }: { directory: Directory; supervisor: Supervisor<RoomMessage>; gateway: Gateway },
  gone: string,
): Promise<void> {
  for (const consultationId of gateway.visits()) {
    if (supervisor.peek(consultationId)) continue;
    const owner = await directory.lookup(consultationId);
    if (!owner || owner.nodeId === gone) gateway.recycle([channelName.room(consultationId), channelName.lobby(consultationId)]);
  }
}

type Command = Extract<RoomMessage, { kind: 'end' | 'start' | 'close' | 'call' }>;

/** Sends commands that come from outside of the rooms to the actor of a room. @param options.mayOpen as the router's */
function commander(router: Router<RoomMessage>, deadlineMs: number) {
  return async (consultationId: string, message: Command, options: Pick<AskOptions, 'mayOpen'> = {}): Promise<void> => {
    const { requestId } = message;
    const ask = (): Promise<unknown> => router.ask(consultationId, message, { deadlineMs, requestId, ...options });
    // A room that is just closing for want of people says that it moved; it opens again.
    await ask().catch((error: unknown) => (error instanceof RoomError && error.code === 'room_moved' ? ask() : Promise.reject(error)));
  };
}

/** Closes a room without opening it for that. */
async function closeRoom(command: ReturnType<typeof commander>, consultationId: string, requestId: string): Promise<void> {
  await unlessClosed((mayOpen) => command(consultationId, { kind: 'close', requestId }, { mayOpen }));
}

/** Asks a room without opening it for that. @returns null when it is not open */
async function unlessClosed<T>(ask: (mayOpen: () => Promise<never>) => Promise<T>): Promise<T | null> {
  const notOpen = new RoomError('not_found');
  try {
    return await ask(() => Promise.reject(notOpen));
  } catch (error) {
    if (error === notOpen) return null;
    throw error;
  }
}

function statsOf(actors: Actor<RoomMessage>[], { sockets, counters }: Gateway): RoomsStats {
  const behaviours = actors.map((actor) => actor.behaviour as ConsultationBehaviour);
  return {
    rooms: actors.length,
    peers: behaviours.reduce((sum, { peers }) => sum + peers, 0),
    lobby: behaviours.reduce((sum, { lobby }) => sum + lobby, 0),
    sockets,
    mailboxDepth: Math.max(0, ...actors.map((actor) => actor.mailbox.depth)),
    messages: { ...counters },
  };
}
