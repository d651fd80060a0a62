/** Two nodes with one world behind them, on a real Redis. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { joinCluster } from '#rooms/index.ts';
import { connectRedis } from '#src/redis.ts';
import { Redis } from 'ioredis';
import { type Gate, startGate } from '#tests/support/gate.ts';
import { createMemoryLog } from '#tests/support/memory-ports.ts';
import { type RedisServer, startRedis } from '#tests/support/redis.ts';
import type { RoomServer } from '#tests/support/room-server.ts';
import { roomSuite } from '#tests/support/room-suite.ts';
import { until } from '#tests/support/wait.ts';

/** Short, yet longer than this process may stand still while the machine has other work: a lease that runs out is somebody's. */
const LEASE_MS = 2_000;

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

/** A node with a network of its own to Redis and the others; its people stay connected to it, whatever becomes of that. */
interface Node extends RoomServer {
  network: Gate;
}

const opened: { close(): Promise<void> }[] = [];
// After the suite has closed the rooms.
afterEach(async () => {
  for (const part of opened.splice(0).toReversed()) await part.close();
});

async function startNode(earlier?: Pick<RoomServer, 'world' | 'snapshots'>, settings: Record<string, string> = {}): Promise<Node> {
  const network = await startGate(Number(new URL(redis.url).port));
  const log = createMemoryLog();
  const pub = connectRedis(`redis://127.0.0.1:${network.port}`, log);
  const cluster = await joinCluster(pub, randomUUID(), log);
  opened.push(network, { close: async () => pub.disconnect() }, cluster);
  const shared = earlier && { world: earlier.world, snapshots: earlier.snapshots };
  const server = await suite.start({ ROOM_LEASE_MS: String(LEASE_MS), ...settings }, { ...shared, cluster });
  return { ...server, network };
}

async function startTwo(settings: Record<string, string> = {}): Promise<[Node, Node]> {
  const one = await startNode();
  return [one, await startNode(one, settings)];
}

/** Until each knows what the others say of themselves. */
const acquainted = (...nodes: Node[]) =>
  until('nodes to know each other', () => nodes.every(({ rooms }) => rooms.nodes().others.length === nodes.length - 1));

/** Two people in one room, which is the first one's node's. */
async function meet() {
  const [here, there] = await startTwo();
  const visit = here.world.visit({ lobby: false });
  const doctor = await suite.person(here, visit, 'practitioner');
  const patient = await suite.person(there, visit, 'patient');
  await doctor.client.enter(visit);
  await patient.client.enter(visit);
  return { here, there, visit, doctor, patient };
}

/** How many rooms each node has open. */
const openRooms = (...nodes: RoomServer[]): number[] => nodes.map(({ rooms }) => rooms.stats().rooms);

describe('two nodes', () => {
  test('people on two nodes meet in one room: lobby, chat, hands, leaving', async () => {
    const [here, there] = await startTwo();
    const visit = here.world.visit();
    const doctor = await suite.person(here, visit, 'practitioner');
    const patient = await suite.person(there, visit, 'patient');
    await doctor.client.enter(visit);
    const { self } = await patient.client.join(visit);
    await doctor.client.next('lobby:updated', ({ lobby }) => lobby.length === 1);
    await doctor.client.ok('lobby:admit', { peerId: self.peerId });
    expect((await patient.client.next('room:admitted')).room.peers).toHaveLength(2);
    expect(openRooms(here, there)).toEqual([1, 0]);
    for (const { rooms } of [here, there]) {
      expect(await rooms.list()).toMatchObject([{ consultationId: visit.consultationId, peers: 2 }]);
      expect((await rooms.inspect(visit.consultationId))?.peers).toHaveLength(2);
      expect(await rooms.inspect(randomUUID())).toBeNull();
    }

    // At once after being let in: the socket stands in the room by the time that its page has heard of it.
    await patient.client.ok('chat:send', { text: '听得到吗', clientMessageId: randomUUID() });
    expect((await doctor.client.next('chat:posted')).messages[0]!.text).toBe('听得到吗');
    await doctor.client.ok('chat:send', { text: '听得到', clientMessageId: randomUUID() });
    await patient.client.next('chat:posted', ({ messages }) => messages[0]!.text === '听得到');
    await patient.client.ok('hand:raise', { raised: true });
    await doctor.client.next('peer:updated', ({ peer }) => peer.handRaisedAt !== null);

    patient.client.socket.disconnect();
    await doctor.client.next('peer:updated', ({ peer }) => peer.memberId === patient.memberId && !peer.connected);
    const again = await suite.person(there, visit, 'patient');
    await again.client.join(visit);
    await doctor.client.ok('room:leave', {});
    await here.rooms.endVisit(visit.consultationId, null);
    expect((await again.client.next('room:closed')).reason).toBe('ended');
  });

  test('first joins on both nodes at the same moment make one owner', async () => {
    const [here, there] = await startTwo();
    for (let round = 1; round <= 20; round++) {
      const visit = here.world.visit({ lobby: false });
      const people = [await suite.person(here, visit, 'practitioner'), await suite.person(there, visit, 'patient')];
      await Promise.all(people.map(({ client }) => client.enter(visit)));
      expect(openRooms(here, there).reduce((sum, count) => sum + count)).toBe(round);
      expect(visit.epoch).toBe(1);
      expect((await here.rooms.inspect(visit.consultationId))?.peers).toHaveLength(2);
    }
  });

  test('a node that falls silent takes its people with it, and nobody else', async () => {
    const { there, visit, doctor, patient } = await meet();
    there.network.cut();
    await doctor.client.next('peer:updated', ({ peer }) => peer.memberId === patient.memberId && !peer.connected);
    expect(doctor.client.socket.connected).toBe(true);

    // Back again, it has people who believe that they are in the room.
    there.network.open();
    const ask = () => patient.client.call('hand:raise', { raised: true }).catch(() => undefined);
    await until(
      'them to be sent on',
      async () => {
        void ask();
        return !patient.client.socket.connected;
      },
      10_000,
      200,
    );
    const back = await there.connect(patient.token);
    await back.enter(visit, { deviceId: patient.client.deviceId });
    await doctor.client.next('peer:updated', ({ peer }) => peer.memberId === patient.memberId && peer.connected);
  });

  test('the rooms of a node that falls silent go on elsewhere, and what it still tries to write is refused', async () => {
    const { here, there, visit, doctor, patient } = await meet();
    await doctor.client.ok('chat:send', { text: '第一', clientMessageId: randomUUID() });
    await patient.client.next('chat:posted');
    here.network.cut();
    await patient.client.closed();
    const back = await there.connect(patient.token);
    const { chat } = await back.enter(visit, { deviceId: patient.client.deviceId });
    expect(chat.messages.map(({ text }) => text)).toEqual(['第一']);
    expect([...openRooms(there), visit.epoch]).toEqual([1, 2]);
    expect(await doctor.client.code('chat:send', { text: '第二', clientMessageId: randomUUID() })).toMatch(/^(stale_epoch|room_moved)$/);
    await until('the former owner to stop', () => openRooms(here)[0] === 0);
    expect(visit.messages.map(({ text }) => text)).toEqual(['第一']);
  });

  test('rooms are spread over two nodes, whoever is asked; a job worker opens none', async () => {
    const [here, there] = await startTwo();
    await acquainted(here, there);
    for (let room = 1; room <= 4; room++) {
      const visit = here.world.visit({ lobby: false });
      const { client } = await suite.person(here, visit, 'practitioner');
      await client.enter(visit);
      expect(visit.epoch).toBe(1);
      expect((await here.rooms.list()).map(({ nodeId }) => nodeId)).toHaveLength(room);
    }
    // What a node says of itself may be a moment old: not always two and two.
    expect(Math.min(...openRooms(here, there))).toBeGreaterThan(0);

    const worker = await startNode(here, { ROLES: 'jobs', DATABASE_URL: 'mysql://somewhere', REDIS_URL: redis.url });
    await acquainted(here, there, worker);
    const visit = here.world.visit({ lobby: false });
    await worker.rooms.callIn(visit.consultationId, randomUUID(), randomUUID());
    const open = openRooms(here, there, worker);
    expect([open.reduce((sum, rooms) => sum + rooms), open[2]]).toEqual([5, 0]);
  });

  test('a room is placed in the region of whoever is asked, and elsewhere when its nodes drain', async () => {
    const [here, there] = await startTwo({ REGION: 'east' });
    await acquainted(here, there);
    const open = async (asked: Node): Promise<void> => {
      const visit = here.world.visit({ lobby: false });
      await (await suite.person(asked, visit, 'practitioner')).client.enter(visit);
    };
    for (let room = 0; room < 3; room++) await open(there);
    expect(openRooms(here, there)).toEqual([0, 3]);
    await there.rooms.drain();
    expect(openRooms(here, there)).toEqual([3, 0]);
    await open(there);
    expect(openRooms(here, there)).toEqual([4, 0]);
    await there.rooms.order(there.rooms.nodes().self.nodeId, { action: 'undrain' });
    await open(there);
    expect(openRooms(here, there)).toEqual([4, 1]);
  });

  test('a node that stops in order hands its rooms over: seats, lobby, chat and hands are there before anybody comes back', async () => {
    const { here, there, visit, doctor, patient } = await meet();
    await acquainted(here, there);
    await patient.client.ok('chat:send', { text: '第一', clientMessageId: randomUUID() });
    await patient.client.ok('hand:raise', { raised: true });
    await doctor.client.ok('room:lock', { locked: true });
    const guest = await suite.person(there, visit, 'guest');
    await guest.client.join(visit);
    const before = await there.rooms.inspect(visit.consultationId);
    expect([before?.peers.length, before?.lobby.length]).toEqual([2, 1]);

    const sentOn = Promise.all([doctor, patient, guest].map(({ client }) => client.closed()));
    await here.stop();
    await sentOn;
    expect([...openRooms(there), visit.epoch]).toEqual([1, 2]);
    const after = await there.rooms.inspect(visit.consultationId);
    const gone = (list: readonly { id: string; connected: boolean }[] = []) => list.map((one) => ({ ...one, connected: false }));
    expect([after?.locked, after?.peers, after?.lobby]).toEqual([true, gone(before?.peers), gone(before?.lobby)]);
    const back = await there.connect(patient.token);
    const { self, chat } = await back.enter(visit, { deviceId: patient.client.deviceId });
    expect(before?.peers.map(({ id }) => id)).toContain(self.peerId);
    expect(chat.messages.map(({ text }) => text)).toEqual(['第一']);
  });

  test('operators move a room; the node that has it stays', async () => {
    const { here, there, visit, patient } = await meet();
    await acquainted(here, there);
    const [one, other] = [here, there].map(({ rooms }) => rooms.nodes().self.nodeId) as [string, string];
    const move = (node: string, to: string | null) => there.rooms.order(node, { action: 'move', roomId: visit.consultationId, to });
    await expect(move(other, null)).rejects.toMatchObject({ code: 'room_moved' });
    await expect(move(one, 'nobody')).rejects.toMatchObject({ code: 'not_found' });
    expect(await move(one, other)).toEqual({ owner: other });
    await patient.client.closed();
    expect([...openRooms(here, there), visit.epoch]).toEqual([0, 1, 2]);
    expect(await there.rooms.list()).toMatchObject([{ nodeId: other, epoch: 2, peers: 2, tracks: 0, mailboxDepth: 0, workerPid: null }]);
  });

  test('without Redis a node stops in order all the same', async () => {
    const { here, there, visit, doctor } = await meet();
    await acquainted(here, there);
    here.network.cut();
    const sentOn = doctor.client.closed();
    await here.stop();
    await sentOn;
    const back = await until('the room to open elsewhere', async () => {
      const client = await there.connect(doctor.token);
      return client.enter(visit, { deviceId: doctor.client.deviceId }).catch(() => client.socket.disconnect() && null);
    });
    expect(back.room.peers).toHaveLength(2);
    expect(visit.epoch).toBe(2);
  });

  test('a wiped Redis, and one that is away, cost running rooms nothing', async () => {
    const { visit, doctor, patient } = await meet();
    await admin.flushall();
    // From the other node, which finds nobody's lease and must leave the room to its owner.
    await until('the owner to be found again', () => patient.client.call('hand:raise', { raised: true }).then(({ ok }) => ok), 10_000, 10);
    await until('the lease to be taken again', async () => (await admin.keys('wenzhen:room-lease:*')).length === 1);
    await patient.client.ok('chat:send', { text: '还在', clientMessageId: randomUUID() });
    await doctor.client.next('chat:posted');

    const outages = [
      { begin: () => redis.kill(), end: () => redis.resume() },
      { begin: async () => void process.kill(redis.pid, 'SIGSTOP'), end: async () => void process.kill(redis.pid, 'SIGCONT') },
    ];
    for (const [round, { begin, end }] of outages.entries()) {
      await begin();
      await sleep(LEASE_MS * 1.5);
      await doctor.client.ok('chat:send', { text: `没有它 ${round}`, clientMessageId: randomUUID() });
      await end();
      // At once, and from the other node again.
      await until('the owner to be found', () => patient.client.call('hand:raise', { raised: round > 0 }).then(({ ok }) => ok), 10_000, 10);
      await patient.client.ok('chat:send', { text: `回来了 ${round}`, clientMessageId: randomUUID() });
      await doctor.client.next('chat:posted', ({ messages }) => messages[0]!.text === `回来了 ${round}`);
    }
    expect(visit.epoch).toBe(1);
    expect([doctor, patient].every(({ client }) => client.socket.connected)).toBe(true);
  });
});
