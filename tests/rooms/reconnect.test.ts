import { createMemorySnapshotStore } from '#rooms/memory-snapshot-store.ts';
import { roomSuite } from '#tests/support/room-suite.ts';
import { receives } from '#tests/support/rtp.ts';
import { until } from '#tests/support/wait.ts';

const suite = roomSuite();

describe('reconnect', () => {
  test('a broken connection keeps the seat; coming back in time resumes seat, media session and chat', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    await doctor.client.enter(visit);
    const rtpCapabilities = receives(suite.media);
    const first = await patient.client.enter(visit, { rtpCapabilities });
    expect(first.media!.resumed).toBe(false);
    await patient.client.ok('chat:send', { clientMessageId: 'one', text: 'before' });
    patient.client.socket.disconnect();
    await doctor.client.next('peer:updated', ({ peer }) => peer.id === first.self.peerId && !peer.connected);
    await doctor.client.ok('chat:send', { clientMessageId: 'two', text: 'meanwhile' });
    const back = await server.connect(patient.token);
    const again = await back.enter(visit, {
      deviceId: patient.client.deviceId,
      rtpCapabilities,
      mediaSessionId: first.media!.id,
      chatAfterSeq: 1,
    });
    expect(again.self.peerId).toBe(first.self.peerId);
    expect(again.media).toMatchObject({
      id: first.media!.id,
      resumed: true,
      send: { id: first.media!.send!.id },
      recv: { id: first.media!.recv.id },
    });
    expect(again.chat.messages.map(({ text }) => text)).toEqual(['meanwhile']);
    await doctor.client.next('peer:updated', ({ peer }) => peer.id === first.self.peerId && peer.connected);
    expect(doctor.client.heard.some(({ name }) => name === 'peer:left')).toBe(false);
  });

  test('a page reload gets fresh transports for the same seat', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const patient = await suite.person(server, visit, 'patient');
    const rtpCapabilities = receives(suite.media);
    const first = await patient.client.enter(visit, { rtpCapabilities });
    const reloaded = await server.connect(patient.token);
    const again = await reloaded.enter(visit, { deviceId: patient.client.deviceId, rtpCapabilities });
    expect(again.self.peerId).toBe(first.self.peerId);
    expect(again.media!.resumed).toBe(false);
    expect(again.media!.recv.id).not.toBe(first.media!.recv.id);
    expect(await patient.client.next('room:closed')).toEqual({ reason: 'replaced' });
    patient.client.socket.disconnect();
    expect(await reloaded.code('chat:history', { afterSeq: 0 })).toBe('ok');
    expect(suite.media.workers().reduce((sum, worker) => sum + worker.transports, 0)).toBe(2);
  });

  test('room:join again on the same socket answers with the current state', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const patient = await suite.person(server, visit, 'patient');
    const rtpCapabilities = receives(suite.media);
    const first = await patient.client.enter(visit, { rtpCapabilities });
    const again = await patient.client.enter(visit, { rtpCapabilities, mediaSessionId: first.media!.id });
    expect(again.self).toEqual(first.self);
    expect(again.media!.resumed).toBe(true);
    expect(again.room.peers).toHaveLength(1);
    expect(await patient.client.joinCode(visit, { deviceId: 'another' })).toBe('already_joined');
  });

  test('a seat that nobody comes back to is given up after the grace period', async () => {
    const server = await suite.start({ ROOM_GRACE_MS: '150' });
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    await doctor.client.enter(visit);
    const { self } = await patient.client.enter(visit);
    patient.client.socket.disconnect();
    expect(await doctor.client.next('peer:left')).toEqual({ peerId: self.peerId, reason: 'left' });
    await doctor.client.next('room:updated', ({ attendance }) => attendance.patient === 'left');
  });

  test('an empty room closes itself and its router; the visit goes on', async () => {
    const server = await suite.start({ ROOM_EMPTY_MS: '100' });
    const visit = server.world.visit();
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    await doctor.client.enter(visit, { rtpCapabilities: receives(suite.media) });
    const { self } = await patient.client.join(visit);
    await doctor.client.ok('lobby:admit', { peerId: self.peerId });
    await patient.client.ok('room:leave', {});
    await doctor.client.ok('room:leave', {});
    await until('the room to close', () => server.rooms.stats().rooms === 0);
    expect(suite.media.workers().reduce((sum, worker) => sum + worker.rooms, 0)).toBe(0);
    expect(await server.rooms.inspect(visit.consultationId)).toBeNull();
    expect(visit.endedAt).toBeNull();
    // Opened again from its snapshot: who was let in before is not asked to wait.
    expect((await patient.client.join(visit)).phase).toBe('room');
  });

  test('a restart of the process: seats, admissions, lock and hands are as before', async () => {
    const before = await suite.start();
    const { world, snapshots } = before;
    const visit = world.visit();
    const doctor = await suite.person(before, visit, 'practitioner');
    const patient = await suite.person(before, visit, 'patient');
    const guest = await suite.person(before, visit, 'guest');
    await doctor.client.enter(visit);
    const { self } = await patient.client.join(visit);
    await doctor.client.ok('lobby:admit', { peerId: self.peerId });
    await patient.client.ok('hand:raise', { raised: true });
    await patient.client.ok('chat:send', { clientMessageId: 'm1', text: 'first' });
    await doctor.client.ok('room:lock', { locked: true });
    await guest.client.join(visit);
    await before.rooms.close();
    const after = await suite.start({}, { world, snapshots });
    const patientBack = await after.connect(patient.token);
    const room = await patientBack.enter(visit, { deviceId: patient.client.deviceId });
    expect(room.self.peerId).toBe(self.peerId);
    expect(room.room).toMatchObject({ locked: true, startedAt: visit.startedAt });
    expect(room.room.peers.find(({ id }) => id === self.peerId)?.handRaisedAt).not.toBeNull();
    expect(room.chat.messages.map(({ text }) => text)).toEqual(['first']);
    expect(await patientBack.ok('chat:send', { clientMessageId: 'm1', text: 'first' })).toMatchObject({ seq: 1 });
    expect(await patientBack.ok('chat:send', { clientMessageId: 'm2', text: 'second' })).toMatchObject({ seq: 2 });
    const doctorBack = await after.connect(doctor.token);
    const doctorRoom = await doctorBack.enter(visit, { deviceId: doctor.client.deviceId });
    expect(doctorRoom.room.lobby.map(({ memberId }) => memberId)).toEqual([guest.memberId]);
    expect(visit.epoch).toBe(2);
  });

  test('a crash without goodbye: what changed is in the snapshot within moments', async () => {
    const snapshots = createMemorySnapshotStore();
    const server = await suite.start({}, { snapshots });
    const visit = server.world.visit();
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    await doctor.client.enter(visit);
    const { self } = await patient.client.join(visit);
    await doctor.client.ok('lobby:admit', { peerId: self.peerId });
    await until('the snapshot', async () =>
      JSON.stringify((await snapshots.load(visit.consultationId))?.data ?? null).includes(
        `"admitted":["${doctor.memberId}","${patient.memberId}"]`,
      ),
    );
  });

  test('clients of a server that restarts reconnect by themselves', async () => {
    const before = await suite.start();
    const { world, snapshots, port } = before;
    const visit = world.visit({ lobby: false });
    const { token } = world.member(visit, 'patient');
    const client = await before.connect(token, { reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 50 });
    await client.enter(visit);
    await before.stop();
    expect(await client.closed()).toBe('transport close');
    expect(client.heard.some(({ name }) => name === 'room:closed')).toBe(false);
    await suite.start({}, { world, snapshots, port });
    await until('the connection', () => client.socket.connected);
    expect((await client.join(visit)).phase).toBe('room');
  });
});

describe('second device', () => {
  test('replace: the new device takes over, the old one is told', async () => {
    const server = await suite.start({ ROOM_SECOND_DEVICE: 'replace', ROOM_MAX_PEERS: '1' });
    const visit = server.world.visit({ lobby: false });
    const patient = await suite.person(server, visit, 'patient');
    const phone = await server.connect(patient.token);
    await patient.client.enter(visit);
    expect((await phone.enter(visit)).room.peers).toHaveLength(1);
    expect(await patient.client.next('room:closed')).toEqual({ reason: 'replaced' });
    expect(await patient.client.code('chat:history', { afterSeq: 0 })).toBe('not_joined');
  });

  test('allow: both are inside as one person', async () => {
    const server = await suite.start({ ROOM_SECOND_DEVICE: 'allow' });
    const visit = server.world.visit({ lobby: false });
    const patient = await suite.person(server, visit, 'patient');
    await patient.client.enter(visit);
    for (const count of [2, 3, 4]) {
      const { room } = await (await server.connect(patient.token)).enter(visit);
      expect(room.peers).toHaveLength(count);
      expect(new Set(room.peers.map(({ memberId }) => memberId)).size).toBe(1);
    }
    expect(await (await server.connect(patient.token)).joinCode(visit)).toBe('limit_reached');
  });

  test('refuse: the second device gets second_device while the first one is connected', async () => {
    const server = await suite.start({ ROOM_SECOND_DEVICE: 'refuse' });
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    await doctor.client.enter(visit);
    await patient.client.enter(visit);
    const phone = await server.connect(patient.token);
    expect(await phone.joinCode(visit)).toBe('second_device');
    patient.client.socket.disconnect();
    await doctor.client.next('peer:updated', ({ peer }) => !peer.connected);
    expect((await phone.enter(visit)).room.peers).toHaveLength(2);
  });
});
