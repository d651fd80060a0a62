/** What nodes tell each other and Redis loses, because one of them was cut off for a moment, is made up for. */
import type { RequestInput } from '#rooms/protocol.ts';
import { openRooms, type RoomNode, roomNodes } from '#tests/support/room-nodes.ts';
import { camera, receives } from '#tests/support/rtp.ts';
import { until } from '#tests/support/wait.ts';

const nodes = roomNodes();
const { suite, startTwo, meet } = nodes;

const transports = (): number => suite.media.workers().reduce((sum, worker) => sum + worker.transports, 0);

/** Holds the next look-up of somebody who comes in. `count` is how many there were from then on. */
function holdNextLook({ world: { policy } }: RoomNode): { begun: Promise<void>; goOn: () => void; count: () => number } {
  const authorize = policy.authorize.bind(policy);
  const [begun, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let looks = 0;
  policy.authorize = async (consultationId, identity) => {
    if (++looks === 1) {
      begun.resolve();
      await held.promise;
    }
    return authorize(consultationId, identity);
  };
  return { begun: begun.promise, goOn: held.resolve, count: () => looks };
}

test('a connection that is lost while its node cannot say so is told of later', async () => {
  const { there, doctor, patient } = await meet();
  there.network.cut();
  patient.client.socket.disconnect();
  await until('somebody to be told', () => there.rooms.stats().unsaid === 1);
  there.network.open();
  await doctor.client.next('peer:updated', ({ peer }) => peer.memberId === patient.memberId && !peer.connected);
  await until('it to be said', () => there.rooms.stats().unsaid === 0);
});

test('two rooms of one node that somebody was in are both told', async () => {
  // Rooms open in the region of whoever asks.
  const [here, there] = await startTwo({ REGION: 'east' });
  const visits = [here.world.visit({ lobby: false }), here.world.visit({ lobby: false })] as const;
  const doctors = [await suite.person(here, visits[0], 'practitioner'), await suite.person(here, visits[1], 'practitioner')] as const;
  const patient = await suite.person(there, visits[0], 'patient');
  visits[1].members.set(patient.memberId, visits[0].members.get(patient.memberId)!);
  for (const [index, { client }] of doctors.entries()) await client.enter(visits[index]!);
  await patient.client.enter(visits[0]);
  await patient.client.ok('room:leave', {});
  await patient.client.enter(visits[1]);
  expect(openRooms(here, there)).toEqual([2, 0]);
  patient.client.socket.disconnect();
  await doctors[1].client.next('peer:updated', ({ peer }) => peer.memberId === patient.memberId && !peer.connected);
});

test('that a session was revoked is told as well, also of a connection that was believed to be lost', async () => {
  const { there, visit, doctor, patient } = await meet();
  await patient.client.enter(visit, { rtpCapabilities: receives(suite.media) });
  there.network.cut();
  await doctor.client.next('peer:updated', ({ peer }) => peer.memberId === patient.memberId && !peer.connected);
  there.world.revoke(patient.sessionId);
  await until('somebody to be told', () => there.rooms.stats().unsaid === 1);
  expect(transports()).toBe(2);
  there.network.open();
  expect(await doctor.client.next('peer:left')).toMatchObject({ reason: 'session_revoked' });
  await until('the transports to close', () => transports() === 0);
});

test('whoever was let in while their node did not hear it comes in anew', async () => {
  const [here, there] = await startTwo();
  const visit = here.world.visit({ lobby: false });
  const doctor = await suite.person(here, visit, 'practitioner');
  const patient = await suite.person(there, visit, 'patient');
  await doctor.client.enter(visit);
  const look = holdNextLook(here);
  const joined = patient.client.joinCode(visit).catch(() => 'disconnected');
  await look.begun;
  there.network.cut();
  look.goOn();
  await doctor.client.next('peer:joined');
  there.network.open();
  // The owner answers when it is asked once more; that the socket stands in the room now was said once only.
  expect(await joined).not.toBe('ok');
  await patient.client.closed();
  const back = await there.connect(patient.token);
  await back.enter(visit, { deviceId: patient.client.deviceId });
  await doctor.client.ok('hand:raise', { raised: true });
  await back.next('peer:updated', ({ peer }) => peer.handRaisedAt !== null);
});

test('a way in that has lost its connection is not tried again: it would show out who has come back over another', async () => {
  const [here, there] = await startTwo();
  const visit = here.world.visit({ lobby: false });
  const doctor = await suite.person(here, visit, 'practitioner');
  const patient = await suite.person(there, visit, 'patient');
  await doctor.client.enter(visit);
  const look = holdNextLook(here);
  patient.client.joinCode(visit).catch(() => undefined);
  await look.begun;
  patient.client.socket.disconnect();
  const back = await there.connect(patient.token);
  await back.enter(visit, { deviceId: patient.client.deviceId });
  look.goOn();
  // Another try would be on its way before these.
  for (const raised of [true, false, true]) await back.ok('hand:raise', { raised });
  expect(look.count()).toBe(2);
  expect(back.socket.connected).toBe(true);
});

test('whoever did not hear what was told comes in anew, with the media that they have', async () => {
  const { here, there, visit, doctor, patient } = await meet();
  const rtpCapabilities = receives(suite.media);
  const { media } = await doctor.client.enter(visit, { rtpCapabilities });
  const before = await patient.client.enter(visit, { rtpCapabilities });
  const guest = await suite.person(here, visit, 'guest');
  there.network.cut();
  const picture = { transportId: media!.send!.id, ...camera() } as RequestInput<'producer:create'>;
  const { producerId } = await doctor.client.ok('producer:create', picture);
  await doctor.client.ok('hand:raise', { raised: true });
  await guest.client.enter(visit);
  there.network.open();
  await patient.client.closed();

  const back = await there.connect(patient.token);
  const held = { deviceId: patient.client.deviceId, mediaSessionId: before.media!.id };
  const after = await back.enter(visit, { rtpCapabilities, ...held });
  const { send, recv } = before.media!;
  expect(after.media).toMatchObject({ resumed: true, send: { id: send!.id }, recv: { id: recv.id }, consumers: [{ producerId }] });
  expect(after.room.peers.map(({ memberId }) => memberId)).toEqual([doctor, patient, guest].map(({ memberId }) => memberId));
  expect(after.room.peers[0]!.handRaisedAt).not.toBeNull();
  expect([doctor, guest].every(({ client }) => client.socket.connected)).toBe(true);
});

test('what an owner could not tell the people of other nodes they learn by coming in anew', async () => {
  // However long the way back takes: the room is not to be taken over meanwhile.
  const { here, there, visit, doctor, patient } = await meet({ ROOM_LEASE_MS: '20000' });
  here.network.cut();
  await doctor.client.ok('hand:raise', { raised: true });
  here.network.open();
  await patient.client.closed();
  expect(here.rooms.stats().unsent).toBeGreaterThan(0);
  const back = await there.connect(patient.token);
  const { room } = await back.enter(visit, { deviceId: patient.client.deviceId });
  expect(room.peers[0]!.handRaisedAt).not.toBeNull();
  expect(doctor.client.socket.connected).toBe(true);
});

test('an owner that was cut off for long counts those as gone who went meanwhile, although nobody could tell it', async () => {
  const { here, there, doctor, patient } = await meet();
  here.network.cut();
  // Sent on, since the owner is silent; they do not come back, and then there is no owner to tell.
  await patient.client.closed();
  await until('somebody to be told', () => there.rooms.stats().unsaid === 1);
  await until('its lease to run out', () => there.rooms.stats().unsaid === 0);
  here.network.open();
  await doctor.client.next('peer:updated', ({ peer }) => peer.memberId === patient.memberId && !peer.connected);
});

test('a node whose connection ended without its being told notices that it hears nothing', async () => {
  const { there, visit, doctor, patient } = await meet();
  there.network.swallowEnds();
  await nodes.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await doctor.client.ok('hand:raise', { raised: true });
  await patient.client.closed();
  const back = await there.connect(patient.token);
  const { room } = await back.enter(visit, { deviceId: patient.client.deviceId });
  expect(room.peers[0]!.handRaisedAt).not.toBeNull();
});
