/** Rooms: the public face. Everything that others may use of this folder, besides the protocol, errors and ports. */
import { randomUUID } from 'node:crypto';
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Config } from '#config/index.ts';
import type { MediaServer } from '#sfu/types.ts';
import type { Actor } from './actor.ts';
import { type ConsultationBehaviour, openConsultation, type OpenRoom } from './consultation-room.ts';
import type { IceServers } from './consultation-state.ts';
import type { Directory } from './directory.ts';
import { within } from './durable.ts';
import { RoomError } from './errors.ts';
import { createGateway, type Gateway, type GatewayCounters } from './gateway.ts';
import { createMemoryDirectory } from './memory-directory.ts';
import { createMemoryBusHub } from './memory-node-bus.ts';
import type { NodeBus } from './node-bus.ts';
import { createOwnership } from './ownership.ts';
import type { Authenticator, ChatStore, ConsultationPolicy, Logger } from './ports.ts';
import type { Notification, NotificationName, RoomView } from './protocol.ts';
import type { RoomMessage } from './room-messages.ts';
import { type AskOptions, createRouter, type Router } from './router.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import { createSocketChannel, createUserChannel } from './socket-channel.ts';
import { createSupervisor } from './supervisor.ts';

export type { IceServers } from './consultation-state.ts';
export type { OpenRoom } from './consultation-room.ts';
export type { Directory } from './directory.ts';
export type { NodeBus } from './node-bus.ts';
export type { SnapshotStore } from './snapshot-store.ts';

export interface RoomsOptions {
  config: Config;
  log: Logger;
  media: MediaServer;
  policy: ConsultationPolicy;
  chat: ChatStore;
  authenticator: Authenticator;
  snapshots: SnapshotStore;
  /** TURN servers with credentials for one user. */
  iceServers: (userId: string) => IceServers;
  /** Cluster parts; a single node brings its own. */
  directory?: Directory;
  bus?: NodeBus;
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
  /** The rooms that are open on this node. */
  list(): OpenRoom[];
  /** The state of a room with its lobby, or null when it is not open on this node. */
  inspect(consultationId: string): Promise<RoomView | null>;
  stats(): RoomsStats;
  /** Refuses new joins; what runs goes on. */
  drain(): void;
  /** Saves every room and breaks every connection so that clients come back by themselves. Idempotent. */
  close(): Promise<void>;
}

/** Life of a room's lease without renewal, in ms: how long a dead node's rooms wait for another. */
const LEASE_MS = 6_000;
/** A node alone has nobody to lose a room to; a process that was suspended must find its rooms as they were. */
const LEASE_ALONE_MS = 86_400_000;

/** Builds the room layer of one node. */
export function createRooms(options: RoomsOptions): Rooms {
  const { config, log, media, policy, chat, authenticator, snapshots, iceServers, onTurn } = options;
  const directory = options.directory ?? createMemoryDirectory();
  const bus = options.bus ?? createMemoryBusHub().join(randomUUID());
  const ownership = createOwnership({
    directory,
    nodeId: bus.nodeId,
    ttlMs: options.directory ? LEASE_MS : LEASE_ALONE_MS,
    log,
    onLost: (roomId) => supervisor.fence(roomId),
  });
  const supervisor = createSupervisor<RoomMessage>({
    open: (id, self) => {
      const channel = createSocketChannel(() => gateway.io, id);
      return openConsultation(id, self, { config, log, media, policy, chat, snapshots, channel, iceServers });
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
  const router = createRouter({ supervisor, directory, bus });
  const gateway = createGateway({ config, log, authenticator, media, policy, router, iceServers });
  let closing: Promise<void> | undefined;

  const close = async (): Promise<void> => {
    gateway.drain();
    await supervisor.close();
    await gateway.close();
    ownership.close();
    await bus.close();
    await directory.close();
  };

  const command = commander(router, config.ROOM_ASK_TIMEOUT_MS);

  return {
    attach: (server) => gateway.attach(server),
    endVisit: (consultationId, byMemberId, requestId = randomUUID()) => command(consultationId, { kind: 'end', byMemberId, requestId }),
    startVisit: (consultationId, requestId) => command(consultationId, { kind: 'start', requestId }),
    closeRoom: (consultationId, requestId) => closeRoom(command, consultationId, requestId),
    callIn: (consultationId, memberId, requestId) => command(consultationId, { kind: 'call', memberId, requestId }),
    notify: createUserChannel(() => gateway.io),
    list: () => [...supervisor.actors()].map(({ behaviour }) => (behaviour as ConsultationBehaviour).summary()),
    async inspect(consultationId) {
      const actor = await within(supervisor.find(consultationId), config.ROOM_ASK_TIMEOUT_MS, 'deadline');
      return actor ? ((await actor.mailbox.ask({ kind: 'inspect' }, config.ROOM_ASK_TIMEOUT_MS)) as RoomView) : null;
    },
    stats: () => statsOf([...supervisor.actors()], gateway),
    drain: () => gateway.drain(),
    close: () => (closing ??= close()),
  };
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
  const notOpen = new RoomError('not_found');
  const mayOpen = (): Promise<never> => Promise.reject(notOpen);
  await command(consultationId, { kind: 'close', requestId }, { mayOpen }).catch((error: unknown) => {
    if (error !== notOpen) throw error;
  });
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
