/** Room layers that are nodes of one cluster: one world behind them, a real Redis between them, and to that a network that can break for each. */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { joinCluster } from '#rooms/index.ts';
import { connectRedis } from '#src/redis.ts';
import { type Gate, startGate } from './gate.ts';
import { createMemoryLog, type MemoryVisit } from './memory-ports.ts';
import { type RedisServer, startRedis } from './redis.ts';
import type { RoomServer } from './room-server.ts';
import { type Person, type RoomSuite, roomSuite } from './room-suite.ts';
import { until } from './wait.ts';

/** Short, yet longer than this process may stand still while the machine has other work: a lease that runs out is somebody's. */
export const LEASE_MS = 2_000;

/** A node with a network of its own to Redis and the others; its people stay connected to it, whatever becomes of that. */
export interface RoomNode extends RoomServer {
  network: Gate;
}

export interface RoomNodes {
  readonly suite: RoomSuite;
  readonly redis: RedisServer;
  /** A connection of its own. */
  readonly admin: Redis;
  /** @param earlier a node of the same cluster */
  start(earlier?: Pick<RoomServer, 'world' | 'snapshots'>, settings?: Record<string, string>): Promise<RoomNode>;
  /** `settings` are those of the second one. */
  startTwo(settings?: Record<string, string>, settingsOfFirst?: Record<string, string>): Promise<[RoomNode, RoomNode]>;
  /** Two people in one room, which is the first one's node's. @param settings of both nodes */
  meet(
    settings?: Record<string, string>,
  ): Promise<{ here: RoomNode; there: RoomNode; visit: MemoryVisit; doctor: Person; patient: Person }>;
}

/** Registers the hooks; call it at the top of a test file. */
export function roomNodes(): RoomNodes {
  const suite = roomSuite();
  let redis: RedisServer;
  let admin: Redis;
  beforeAll(async () => {
    redis = await startRedis();
    admin = new Redis(redis.url);
    admin.on('error', () => undefined);
  });
  afterAll(async () => {
    admin.disconnect();
    await redis.stop();
  });
  const opened: { close(): Promise<void> }[] = [];
  // After the suite has closed the rooms.
  afterEach(async () => {
    for (const part of opened.splice(0).toReversed()) await part.close();
    // Whose turn it is to take rooms back is nothing to the next test.
    await admin.flushall();
  });

  const start: RoomNodes['start'] = async (earlier, settings = {}) => {
    const network = await startGate(Number(new URL(redis.url).port));
    const log = createMemoryLog();
    const pub = connectRedis(`redis://127.0.0.1:${network.port}`, log);
    const cluster = await joinCluster(pub, randomUUID(), log);
    opened.push(network, { close: async () => pub.disconnect() }, cluster);
    const shared = earlier && { world: earlier.world, snapshots: earlier.snapshots };
    const server = await suite.start({ ROOM_LEASE_MS: String(LEASE_MS), ...settings }, { ...shared, cluster });
    return { ...server, network };
  };
  const startTwo: RoomNodes['startTwo'] = async (settings = {}, settingsOfFirst = {}) => {
    const one = await start(undefined, settingsOfFirst);
    return [one, await start(one, settings)];
  };
  return {
    suite,
    get redis() {
      return redis;
    },
    get admin() {
      return admin;
    },
    start,
    startTwo,
    async meet(settings = {}) {
      const [here, there] = await startTwo(settings, settings);
      const visit = here.world.visit({ lobby: false });
      const doctor = await suite.person(here, visit, 'practitioner');
      const patient = await suite.person(there, visit, 'patient');
      await doctor.client.enter(visit);
      await patient.client.enter(visit);
      return { here, there, visit, doctor, patient };
    },
  };
}

/** Until each knows what the others say of themselves. */
export const acquainted = (...nodes: RoomNode[]): Promise<unknown> =>
  until('nodes to know each other', () => nodes.every(({ rooms }) => rooms.nodes().others.length === nodes.length - 1));

/** How many rooms each node has open. */
export const openRooms = (...nodes: RoomServer[]): number[] => nodes.map(({ rooms }) => rooms.stats().rooms);
