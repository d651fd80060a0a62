import type { RoomClient } from '#tests/support/room-server.ts';
import { roomSuite } from '#tests/support/room-suite.ts';
import { receives } from '#tests/support/rtp.ts';
import { until } from '#tests/support/wait.ts';

const suite = roomSuite();
const never = new Promise<never>(() => undefined);

describe('a database that does not answer', () => {
  test('a join that is being looked up holds nobody up, and ends with storage_unavailable', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    await doctor.client.enter(visit, { rtpCapabilities: receives(suite.media) });
    const { authorize } = server.world.policy;
    server.world.policy.authorize = () => never;
    let settled = false;
    const joining = patient.client.joinCode(visit).finally(() => (settled = true));
    await until('the join', () => server.rooms.stats().messages.received === 2);
    await doctor.client.ok('chat:send', { clientMessageId: 'm', text: 'still here' });
    await doctor.client.ok('media:audio-only', { audioOnly: true });
    expect(settled).toBe(false);
    expect(await joining).toBe('storage_unavailable');
    server.world.policy.authorize = authorize;
    await patient.client.enter(visit);
  });

  test('what holds the turn ends with storage_unavailable, then the room goes on', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    await doctor.client.enter(visit);
    server.world.hooks.beforeWrite = (name) => (name.startsWith('locked') ? never : undefined);
    const [locked, chat] = await Promise.all([
      doctor.client.code('room:lock', { locked: true }),
      doctor.client.code('chat:send', { clientMessageId: 'm', text: 'x' }),
    ]);
    expect([locked, chat]).toEqual(['storage_unavailable', 'ok']);
    expect((await server.rooms.inspect(visit.consultationId))?.locked).toBe(false);
  });

  test('endVisit() of a room that cannot be opened is rejected', async () => {
    const server = await suite.start({ ROOM_ASK_TIMEOUT_MS: '200' });
    const visit = server.world.visit();
    server.world.policy.open = () => never;
    await expect(server.rooms.endVisit(visit.consultationId, null)).rejects.toMatchObject({ code: 'deadline' });
  });

  test('close() does not wait for a snapshot for ever', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    server.snapshots.save = () => never;
    await doctor.client.enter(visit);
    await server.rooms.close();
    expect(await doctor.client.closed()).toBe('transport close');
  });

  test('somebody whose socket goes while they are looked up does not come in afterwards', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    await doctor.client.enter(visit);
    const { authorize } = server.world.policy;
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    server.world.policy.authorize = async (id, identity) => {
      await held;
      return authorize(id, identity);
    };
    patient.client.socket.emit('room:join', {
      consultationId: visit.consultationId,
      deviceId: 'd',
      rtpCapabilities: null,
      mediaSessionId: null,
      chatAfterSeq: 0,
    });
    await until('the join', () => server.rooms.stats().messages.received === 2);
    patient.client.socket.disconnect();
    await until('the disconnect', () => server.rooms.stats().sockets === 1);
    release();
    await doctor.client.ok('chat:history', { afterSeq: 0 });
    expect((await server.rooms.inspect(visit.consultationId))?.peers).toHaveLength(1);
  });

  test('somebody removed while they are looked up is removed', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const guest = await suite.person(server, visit, 'guest');
    await doctor.client.enter(visit);
    const { self } = await guest.client.enter(visit);
    const second = await server.connect(guest.token);
    const { authorize } = server.world.policy;
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    server.world.policy.authorize = async (id, identity) => {
      const access = await authorize(id, identity);
      await held;
      return access;
    };
    const joining = second.joinCode(visit);
    await until('the join', () => server.rooms.stats().messages.received === 3);
    await doctor.client.ok('peer:kick', { peerId: self.peerId });
    release();
    expect(await joining).toBe('removed');
  });

  test('a chat that cannot be read refuses the rejoin and leaves the living transports alone', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const patient = await suite.person(server, visit, 'patient');
    const author = { memberId: patient.memberId, name: 'patient', role: 'patient' as const };
    visit.messages = Array.from({ length: 500 }, (_, index) => ({
      ...{ seq: index + 1, clientMessageId: `m${index}`, text: 'x', sentAt: 1 },
      ...author,
    }));
    const rtpCapabilities = receives(suite.media);
    const first = await patient.client.enter(visit, { rtpCapabilities, chatAfterSeq: 500 });
    const { after } = server.world.chat;
    server.world.chat.after = async () => {
      throw new Error('away');
    };
    const mediaSessionId = first.media!.id;
    expect(await patient.client.joinCode(visit, { rtpCapabilities, mediaSessionId, chatAfterSeq: 0 })).toBe('storage_unavailable');
    server.world.chat.after = after;
    const again = await patient.client.enter(visit, { rtpCapabilities, mediaSessionId, chatAfterSeq: 0 });
    expect(again.media).toMatchObject({ id: mediaSessionId, resumed: true });
    expect(again.chat.messages).toHaveLength(200);
  });

  test('an end that was recorded before its answer got lost is told when it is asked for again', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    await doctor.client.enter(visit);
    visit.endedAt = Date.now();
    expect(await doctor.client.code('room:end', {})).toBe('ok');
    expect(await doctor.client.next('room:closed')).toEqual({ reason: 'ended' });
  });

  test('endVisit() passes its request id on to the log of the room', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    server.world.hooks.beforeWrite = () => {
      throw new Error('away');
    };
    await expect(server.rooms.endVisit(visit.consultationId, 'doctor', 'req-1')).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(server.log.entries.find(({ message }) => message === 'storage failed')?.fields).toMatchObject({ requestId: 'req-1' });
  });
});

/** What makes a room write, by what it writes; somebody waits in the lobby. @returns the code of the answer */
const writes: Record<string, (doctor: RoomClient, peerId: string) => Promise<string>> = {
  locked: (doctor) => doctor.code('room:lock', { locked: true }),
  removed: (doctor, peerId) => doctor.code('peer:kick', { peerId }),
  ended: (doctor) => doctor.code('room:end', {}),
  append: (doctor) => doctor.code('chat:send', { clientMessageId: 'm', text: 'x' }),
  // When both are there, the room records by itself that the visit has begun.
  started: (doctor, peerId) => doctor.code('lobby:admit', { peerId }).then(() => 'stale_epoch'),
};

describe('an owner of before', () => {
  test.each(Object.keys(writes))('that writes "%s" is refused and quits at once, without another write', async (name) => {
    const server = await suite.start();
    const visit = server.world.visit();
    const [doctor, patient] = [await suite.person(server, visit, 'practitioner'), await suite.person(server, visit, 'patient')];
    await doctor.client.enter(visit);
    const { self } = await patient.client.join(visit);
    // Somebody else has the room from now on.
    visit.epoch++;
    expect(await writes[name]?.(doctor.client, self.peerId)).toBe('stale_epoch');
    await doctor.client.closed();
    expect(server.rooms.stats().rooms).toBe(0);
    expect(server.world.writes).toEqual([]);
  });

  test('that saves a snapshot quits, and leaves the newer one as it is', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    await doctor.client.enter(visit);
    const newer = { epoch: visit.epoch + 1, data: {} };
    await server.snapshots.save(visit.consultationId, newer);
    await doctor.client.ok('hand:raise', { raised: true });
    await doctor.client.closed();
    expect([server.rooms.stats().rooms, await server.snapshots.load(visit.consultationId)]).toEqual([0, newer]);
  });
});
