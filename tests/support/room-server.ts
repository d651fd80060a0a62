/** A whole room layer on a free port, with real media and in-memory ports, and Socket.IO clients for it. */
import { randomUUID } from 'node:crypto';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Config, loadConfig } from '#config/index.ts';
import { createRooms, type Rooms, type RoomsOptions } from '#rooms/index.ts';
import { createMemorySnapshotStore } from '#rooms/memory-snapshot-store.ts';
import {
  type Ack,
  type InLobby,
  type InRoom,
  type Notification,
  type NotificationName,
  notifications,
  PROTOCOL_VERSION,
  type Reply,
  type RequestInput,
  type RequestName,
} from '#rooms/protocol.ts';
import type { SnapshotStore } from '#rooms/snapshot-store.ts';
import type { MediaServer } from '#sfu/types.ts';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { createMemoryLog, createMemoryWorld, type MemoryVisit, type MemoryWorld } from './memory-ports.ts';
import { until } from './wait.ts';

/** Settings of tests: short where a test waits, long where it must not happen by itself. */
const TEST_SETTINGS = { NODE_ENV: 'test', MEDIA_WORKERS: '1', LOG_LEVEL: 'silent', SOCKET_PING_MS: '5000', SOCKET_PING_TIMEOUT_MS: '5000' };

export function testConfig(settings: Record<string, string> = {}): Config {
  return loadConfig({ ...TEST_SETTINGS, ...settings });
}

export interface RoomServer {
  rooms: Rooms;
  world: MemoryWorld;
  log: ReturnType<typeof createMemoryLog>;
  snapshots: SnapshotStore;
  port: number;
  /** Opens a socket; rejects with the `connect_error`. */
  connect(token: string, options?: Partial<ManagerOptions & SocketOptions>): Promise<RoomClient>;
  /** Stops the server; its clients are left to themselves. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the room layer. World, snapshots and port may be those of an earlier one: that is a restart of the process. */
export async function startRoomServer(
  media: MediaServer,
  settings: Record<string, string> = {},
  earlier: Partial<Pick<RoomServer, 'world' | 'snapshots' | 'port'>> & Pick<Partial<RoomsOptions>, 'cluster' | 'recording'> = {},
): Promise<RoomServer> {
  const { world = createMemoryWorld(), snapshots = createMemorySnapshotStore() } = earlier;
  const log = createMemoryLog();
  const iceServers = (userId: string): { urls: string[]; username: string }[] => [{ urls: ['turn:127.0.0.1:3478'], username: userId }];
  const rooms = createRooms({
    config: testConfig(settings),
    log,
    media,
    ...world,
    snapshots,
    iceServers,
    cluster: earlier.cluster,
    recording: earlier.recording,
  });
  const http = createServer();
  rooms.attach(http);
  await listen(http, earlier.port ?? 0);
  const { port } = http.address() as AddressInfo;
  const clients: RoomClient[] = [];
  const stop = async (): Promise<void> => {
    await rooms.close();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  };
  return {
    rooms,
    world,
    log,
    snapshots,
    port,
    async connect(token, options) {
      const client = await openClient(port, token, options);
      clients.push(client);
      return client;
    },
    stop,
    async close() {
      for (const client of clients) client.socket.disconnect();
      await stop();
    },
  };
}

function listen(server: HttpServer, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

type JoinInput = RequestInput<'room:join'>;

export interface RoomClient {
  socket: Socket;
  /** Everything that the server sent by itself, in order. */
  heard: { name: NotificationName; payload: unknown }[];
  /** Sends a request and gives its answer as it came. */
  call<N extends RequestName>(name: N, payload: RequestInput<N>): Promise<Ack<N>>;
  /** Sends a request that must succeed. */
  ok<N extends RequestName>(name: N, payload: RequestInput<N>): Promise<Reply<N>>;
  /** Sends a request that must fail; gives the code. */
  code<N extends RequestName>(name: N, payload: RequestInput<N>): Promise<string>;
  /** Joins from a device of its own, text only unless capabilities are given. */
  join(visit: MemoryVisit, input?: Partial<JoinInput>): Promise<InLobby | InRoom>;
  /** Joins and is inside, or fails. */
  enter(visit: MemoryVisit, input?: Partial<JoinInput>): Promise<InRoom>;
  joinCode(visit: MemoryVisit, input?: Partial<JoinInput>): Promise<string>;
  /** The next notification of this name that fits, also one that has come already; each is given once. */
  next<N extends NotificationName>(name: N, fits?: (payload: Notification<N>) => boolean): Promise<Notification<N>>;
  /** Waits until the socket is closed; gives Socket.IO's reason. */
  closed(): Promise<string>;
  deviceId: string;
}

const WAIT_MS = 5_000;

/** Opens a client; every notification is checked against the protocol's schema. */
export async function openClient(port: number, token: string, options: Partial<ManagerOptions & SocketOptions> = {}): Promise<RoomClient> {
  const auth = { token, protocol: PROTOCOL_VERSION };
  const socket: Socket = io(`http://127.0.0.1:${port}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth,
    ...options,
  });
  const heard: RoomClient['heard'] = [];
  const faults: string[] = [];
  let reason: string | undefined;
  socket.onAny((name: NotificationName, payload: unknown) => {
    const parsed = notifications[name].payload.safeParse(payload);
    if (!parsed.success) faults.push(`${name}: ${parsed.error.message}`);
    heard.push({ name, payload });
  });
  socket.on('disconnect', (why) => {
    reason = why;
  });
  await new Promise<void>((resolve, reject) => {
    const refused = (error: Error): void => {
      socket.disconnect();
      reject(error);
    };
    socket.once('connect_error', refused);
    socket.once('connect', () => {
      socket.off('connect_error', refused);
      resolve();
    });
  });
  const taken = new Set<object>();
  const deviceId = randomUUID();

  const call: RoomClient['call'] = (name, payload) => socket.timeout(WAIT_MS + 3_000).emitWithAck(name, payload);
  const ok: RoomClient['ok'] = async (name, payload) => {
    const answer = await call(name, payload);
    if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(answer.error)}`);
    if (faults.length > 0) throw new Error(faults.join('\n'));
    return answer.data;
  };
  const code: RoomClient['code'] = async (name, payload) => {
    const answer = await call(name, payload);
    return answer.ok ? 'ok' : answer.error.code;
  };
  const joinInput = (visit: MemoryVisit, input: Partial<JoinInput> = {}): JoinInput => {
    return { consultationId: visit.consultationId, deviceId, rtpCapabilities: null, mediaSessionId: null, chatAfterSeq: 0, ...input };
  };
  return {
    socket,
    heard,
    call,
    ok,
    code,
    deviceId,
    join: (visit, input) => ok('room:join', joinInput(visit, input)),
    async enter(visit, input) {
      const answer = await ok('room:join', joinInput(visit, input));
      if (answer.phase !== 'room') throw new Error('in the lobby');
      return answer;
    },
    joinCode: (visit, input) => code('room:join', joinInput(visit, input)),
    async next<N extends NotificationName>(name: N, fits: (payload: Notification<N>) => boolean = () => true) {
      const find = () => heard.find((entry) => entry.name === name && !taken.has(entry) && fits(entry.payload as Notification<N>));
      const found = await until(`${name} among what was heard`, find, WAIT_MS, 5);
      taken.add(found);
      if (faults.length > 0) throw new Error(faults.join('\n'));
      return found.payload as Notification<N>;
    },
    async closed() {
      await until('disconnect', () => reason !== undefined);
      return reason!;
    },
  };
}
