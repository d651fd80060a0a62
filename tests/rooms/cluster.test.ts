/** Two nodes with one world behind them, on a real Redis. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { acquainted, LEASE_MS, openRooms, type RoomNode, roomNodes } from '#tests/support/room-nodes.ts';
import { until } from '#tests/support/wait.ts';

const nodes = roomNodes();
const { suite, startTwo, meet } = nodes;

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

    const worker = await nodes.start(here, { ROLES: 'jobs', DATABASE_URL: 'mysql://somewhere', REDIS_URL: nodes.redis.url });
    await acquainted(here, there, worker);
    const visit = here.world.visit({ lobby: false });
    await worker.rooms.callIn(visit.consultationId, randomUUID(), randomUUID());
    const open = openRooms(here, there, worker);
    expect([open.reduce((sum, rooms) => sum + rooms), open[2]]).toEqual([5, 0]);
  });

  test('a room is placed in the region of whoever is asked, and elsewhere when its nodes drain', async () => {
    const [here, there] = await startTwo({ REGION: 'east' });
    await acquainted(here, there);
    const open = async (asked: RoomNode): Promise<void> => {
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

  test('a wiped Redis, and one that is away or stands still, cost running rooms nothing', async () => {
    const { here, there, visit, doctor, patient } = await meet();
    const { redis, admin } = nodes;
    await admin.flushall();
    // From the other node, which finds nobody's lease and must leave the room to its owner.
    await until('the owner to be found again', () => patient.client.call('hand:raise', { raised: true }).then(({ ok }) => ok), 10_000, 10);
    await until('the lease to be taken again', async () => (await admin.keys('wenzhen:room-lease:*')).length === 1);
    await patient.client.ok('chat:send', { text: '还在', clientMessageId: randomUUID() });
    await doctor.client.next('chat:posted');

    const talk = async (text: string) => {
      await client.ok('chat:send', { text, clientMessageId: randomUUID() });
      await doctor.client.next('chat:posted', ({ messages }) => messages[0]!.text === text);
    };
    let { client } = patient;
    await redis.kill();
    await doctor.client.ok('hand:raise', { raised: true });
    await sleep(LEASE_MS * 1.5);
    await doctor.client.ok('chat:send', { text: '没有它', clientMessageId: randomUUID() });
    await redis.resume();
    // What was told meanwhile is lost: people of other nodes come in anew.
    await client.closed();
    // Each node sends them on once, at its own time.
    const noticed = ({ log }: RoomNode): boolean => log.entries.some(({ message }) => message.includes('may not have heard'));
    await until('both nodes to notice', () => [here, there].every(noticed));
    const { room } = await until('them to come back', async () => {
      client = await there.connect(patient.token);
      return client.enter(visit, { deviceId: patient.client.deviceId }).catch(() => client.socket.disconnect() && null);
    });
    expect(room.peers.every(({ handRaisedAt }) => handRaisedAt !== null)).toBe(true);
    await talk('回来了');

    process.kill(redis.pid, 'SIGSTOP');
    await doctor.client.ok('hand:raise', { raised: false });
    await sleep(LEASE_MS * 1.5);
    await doctor.client.ok('chat:send', { text: '它不动', clientMessageId: randomUUID() });
    process.kill(redis.pid, 'SIGCONT');
    // At once, and from the other node: what was told meanwhile is late.
    await until('the owner to be found', () => client.call('hand:raise', { raised: false }).then(({ ok }) => ok), 10_000, 10);
    await client.next('peer:updated', ({ peer }) => peer.memberId === doctor.memberId && peer.handRaisedAt === null);
    await talk('又回来了');
    expect(client.socket.connected).toBe(true);
    expect(visit.epoch).toBe(1);
    expect(doctor.client.socket.connected).toBe(true);
  });
});
