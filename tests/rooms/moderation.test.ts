import { setTimeout as sleep } from 'node:timers/promises';
import type { RoomSnapshot } from '#rooms/room-snapshot.ts';
import { roomSuite } from '#tests/support/room-suite.ts';
import { until } from '#tests/support/wait.ts';
import { microphone, receives } from '#tests/support/rtp.ts';

const suite = roomSuite();

describe('permissions', () => {
  test('requests for practitioners are forbidden to everybody else', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const guest = await suite.person(server, visit, 'guest');
    const { self } = await guest.client.enter(visit);
    const { client } = guest;
    const { peerId } = self;
    expect(await client.code('room:lock', { locked: true })).toBe('forbidden');
    expect(await client.code('room:end', {})).toBe('forbidden');
    expect(await client.code('lobby:admit', { peerId })).toBe('forbidden');
    expect(await client.code('lobby:admit-all', {})).toBe('forbidden');
    expect(await client.code('lobby:decline', { peerId })).toBe('forbidden');
    expect(await client.code('peer:kick', { peerId })).toBe('forbidden');
    expect(await client.code('peer:send-back', { peerId })).toBe('forbidden');
    expect(await client.code('peer:mute', { peerId, source: 'camera' })).toBe('forbidden');
    expect(await client.code('hand:lower', { peerId })).toBe('forbidden');
  });

  test('requests before a join give not_joined, from the lobby in_lobby', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const patient = await suite.person(server, visit, 'patient');
    expect(await patient.client.code('chat:history', { afterSeq: 0 })).toBe('not_joined');
    expect(await patient.client.code('room:leave', {})).toBe('not_joined');
    await patient.client.join(visit);
    expect(await patient.client.code('chat:history', { afterSeq: 0 })).toBe('in_lobby');
    expect(await patient.client.code('hand:raise', { raised: true })).toBe('in_lobby');
    expect(await patient.client.code('consumer:resume', { consumerIds: ['x'] })).toBe('in_lobby');
    expect(await patient.client.code('room:leave', {})).toBe('ok');
  });

  test('an observer has no send transport and may not produce, but may write', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const observer = await suite.person(server, visit, 'observer');
    const { media } = await observer.client.enter(visit, { rtpCapabilities: receives(suite.media) });
    expect(media!.send).toBeNull();
    expect(await observer.client.code('producer:create', { transportId: media!.recv.id, ...microphone() })).toBe('forbidden');
    expect(await observer.client.code('producer:close', { producerId: 'p' })).toBe('forbidden');
    expect(await observer.client.ok('chat:send', { clientMessageId: 'm', text: 'hello' })).toMatchObject({ seq: 1 });
  });

  test('room:join of a stranger is forbidden, of an unknown visit not_found', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const other = server.world.visit();
    const stranger = await suite.person(server, other, 'patient');
    expect(await stranger.client.joinCode(visit)).toBe('forbidden');
    expect(await stranger.client.joinCode({ ...visit, consultationId: 'nowhere' })).toBe('not_found');
    expect(await stranger.client.joinCode(other)).toBe('ok');
    expect(await stranger.client.joinCode(visit)).toBe('already_joined');
  });
});

describe('moderation', () => {
  test('hand:raise and hand:lower are seen by all and kept over a reconnect', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    await doctor.client.enter(visit);
    const { self } = await patient.client.enter(visit);
    await patient.client.ok('hand:raise', { raised: true });
    const { peer } = await doctor.client.next('peer:updated', (update) => update.peer.handRaisedAt !== null);
    expect(peer.id).toBe(self.peerId);
    patient.client.socket.disconnect();
    await doctor.client.next('peer:updated', (update) => !update.peer.connected);
    const back = await server.connect(patient.token);
    const again = await back.enter(visit, { deviceId: patient.client.deviceId });
    expect(again.room.peers.find(({ id }) => id === self.peerId)?.handRaisedAt).toBe(peer.handRaisedAt);
    await doctor.client.ok('hand:lower', { peerId: self.peerId });
    await back.next('peer:updated', (update) => update.peer.id === self.peerId && update.peer.handRaisedAt === null);
  });

  test('peer:mute pauses the producers of that source; the person may unmute', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    await doctor.client.enter(visit);
    const { self, media } = await patient.client.enter(visit, { rtpCapabilities: receives(suite.media) });
    const { producerId } = await patient.client.ok('producer:create', { transportId: media!.send!.id, ...microphone() });
    await doctor.client.ok('peer:mute', { peerId: self.peerId, source: 'camera' });
    await doctor.client.ok('peer:mute', { peerId: self.peerId, source: 'microphone' });
    expect(await patient.client.next('producer:muted')).toEqual({ producerId, source: 'microphone' });
    await doctor.client.next('peer:updated', ({ peer }) => peer.producers[0]?.paused === true);
    await patient.client.ok('producer:resume', { producerId });
    await doctor.client.next('peer:updated', ({ peer }) => peer.producers[0]?.paused === false);
  });

  test('peer:kick withdraws access first, then shows all devices out; the same token does not return', async () => {
    const server = await suite.start({ ROOM_SECOND_DEVICE: 'allow' });
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const guest = await suite.person(server, visit, 'guest');
    const phone = await server.connect(guest.token);
    await doctor.client.enter(visit);
    const { self } = await guest.client.enter(visit);
    await phone.enter(visit);
    await doctor.client.ok('peer:kick', { peerId: self.peerId });
    expect(server.world.writes).toContain(`removed:${guest.memberId}`);
    for (const client of [guest.client, phone]) {
      expect(await client.next('room:closed')).toEqual({ reason: 'kicked' });
      expect(await client.joinCode(visit)).toBe('removed');
      expect(await client.code('chat:history', { afterSeq: 0 })).toBe('not_joined');
    }
    await doctor.client.next('peer:left', ({ peerId, reason }) => peerId === self.peerId && reason === 'kicked');
    const again = await server.connect(guest.token);
    expect(await again.joinCode(visit)).toBe('removed');
    expect((await server.rooms.inspect(visit.consultationId))?.peers).toHaveLength(1);
  });

  test('peer:kick and peer:send-back of a practitioner are forbidden', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const doctor = await suite.person(server, visit, 'practitioner');
    const { self } = await doctor.client.enter(visit);
    expect(await doctor.client.code('peer:kick', { peerId: self.peerId })).toBe('forbidden');
    expect(await doctor.client.code('peer:send-back', { peerId: self.peerId })).toBe('forbidden');
    expect(await doctor.client.code('peer:kick', { peerId: 'nobody' })).toBe('not_found');
  });

  test('a kick that cannot be recorded leaves the person where they are', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const guest = await suite.person(server, visit, 'guest');
    await doctor.client.enter(visit);
    const { self } = await guest.client.enter(visit);
    server.world.hooks.beforeWrite = () => {
      throw new Error('database gone');
    };
    expect(await doctor.client.code('peer:kick', { peerId: self.peerId })).toBe('storage_unavailable');
    expect((await server.rooms.inspect(visit.consultationId))?.peers).toHaveLength(2);
  });

  test('room:end records the end, tells room and lobby, and stops the room', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    const observer = await suite.person(server, visit, 'observer');
    await doctor.client.enter(visit);
    await patient.client.join(visit);
    await observer.client.enter(visit);
    await doctor.client.ok('room:end', {});
    expect(server.world.writes).toContain(`ended:${doctor.memberId}`);
    for (const { client } of [doctor, patient, observer]) expect(await client.next('room:closed')).toEqual({ reason: 'ended' });
    expect(await patient.client.joinCode(visit)).toBe('visit_ended');
    expect(server.rooms.stats().rooms).toBe(0);
    await until('the snapshot to go', async () => (await server.snapshots.load(visit.consultationId)) === null);
  });

  test('closeRoom() shows everybody out and the visit goes on: who was let in waits again; a room that is not open stays so', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    const guest = await suite.person(server, visit, 'guest');
    await doctor.client.enter(visit);
    await patient.client.join(visit);
    await doctor.client.ok('lobby:admit-all', {});
    await patient.client.next('room:admitted');
    const { self } = await guest.client.join(visit);
    const kept = async (): Promise<RoomSnapshot> => (await server.snapshots.load(visit.consultationId))?.data as RoomSnapshot;
    await until('the guest to be saved', async () => (await kept()).seats.some(({ peerId }) => peerId === self.peerId));
    // Longer than a save is put off: the room is calm, and nothing of it waits to be saved.
    await sleep(150);
    await server.rooms.closeRoom(visit.consultationId, 'req');
    for (const { client } of [doctor, patient, guest]) expect(await client.next('room:closed')).toEqual({ reason: 'closed' });
    expect(await doctor.client.code('chat:send', { clientMessageId: 'a', text: 'a' })).toBe('not_joined');
    expect(server.rooms.stats()).toMatchObject({ rooms: 0, peers: 0, lobby: 0 });
    await server.rooms.closeRoom(visit.consultationId, 'req');
    expect(server.rooms.stats().rooms).toBe(0);
    await until('nobody to be kept', async () => (await kept()).seats.length === 0);
    expect((await kept()).admitted).toEqual([]);
    expect(visit.endedAt).toBeNull();
    expect(await patient.client.join(visit)).toMatchObject({ phase: 'lobby' });
    expect((await doctor.client.enter(visit)).room.startedAt).toBe(visit.startedAt);
  });

  test('endVisit() ends an open room and one that nobody has opened; twice is visit_ended', async () => {
    const server = await suite.start();
    const open = server.world.visit();
    const doctor = await suite.person(server, open, 'practitioner');
    await doctor.client.enter(open);
    await server.rooms.endVisit(open.consultationId, doctor.memberId);
    expect(await doctor.client.next('room:closed')).toEqual({ reason: 'ended' });
    await expect(server.rooms.endVisit(open.consultationId, doctor.memberId)).rejects.toMatchObject({ code: 'visit_ended' });
    const closed = server.world.visit();
    await server.rooms.endVisit(closed.consultationId, 'somebody');
    expect(closed.endedAt).not.toBeNull();
    expect(server.rooms.stats().rooms).toBe(0);
    await expect(server.rooms.endVisit('nowhere', null)).rejects.toMatchObject({ code: 'not_found' });
  });
});
