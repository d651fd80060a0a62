/** What another minor version sends: pages and nodes of before and of after this one. */
import { randomUUID } from 'node:crypto';
import type { RoomsOptions } from '#rooms/index.ts';
import { createMemoryDirectory } from '#rooms/memory-directory.ts';
import { createMemoryBusHub } from '#rooms/memory-node-bus.ts';
import { PROTOCOL_VERSION } from '#rooms/protocol.ts';
import type { RoomServer } from '#tests/support/room-server.ts';
import { type Person, roomSuite } from '#tests/support/room-suite.ts';
import type { MemoryVisit } from '#tests/support/memory-ports.ts';

const suite = roomSuite();

async function startWithOther(): Promise<{ server: RoomServer; ask: (message: unknown) => Promise<unknown> }> {
  const hub = createMemoryBusHub();
  const [bus, other] = [hub.join('owner'), hub.join('other')];
  const cluster = { bus, directory: createMemoryDirectory() } as unknown as RoomsOptions['cluster'];
  const server = await suite.start({}, { cluster });
  const ask = (message: unknown) => other.request('owner', message, { deadlineMs: 2_000, requestId: randomUUID() });
  return { server, ask };
}

/** One person in a room that is open on this node. */
async function oneInside(server: RoomServer): Promise<{ visit: MemoryVisit; doctor: Person }> {
  const visit = server.world.visit({ lobby: false });
  const doctor = await suite.person(server, visit, 'practitioner');
  await doctor.client.enter(visit);
  return { visit, doctor };
}

test('a request that only a newer node knows is refused by its name, and the room is none the worse', async () => {
  const { server, ask } = await startWithOther();
  const { visit, doctor } = await oneInside(server);
  const toRoom = (message: object) => ask({ mode: 'ask', roomId: visit.consultationId, message, deadlineMs: 1_000 });
  await expect(ask({ mode: 'juggle', rooms: [] })).rejects.toMatchObject({ code: 'unknown_event' });
  await expect(ask({ mode: 'order', order: { action: 'explode' } })).rejects.toMatchObject({ code: 'unknown_event' });
  for (let round = 0; round < 6; round++) {
    await expect(toRoom({ kind: 'dance' })).rejects.toMatchObject({ code: 'unknown_event' });
    await expect(toRoom({ kind: 'turn' })).rejects.toMatchObject({ code: 'unknown_event' });
    const request = { kind: 'request', connectionId: 'other/1', name: 'peer:dance', payload: {}, requestId: '1' };
    await expect(toRoom(request)).rejects.toMatchObject({ code: 'unknown_event' });
  }
  await doctor.client.ok('hand:raise', { raised: true });
  expect(server.rooms.stats().figures.stopped.size).toBe(0);
  await server.rooms.closeRoom(visit.consultationId, 'done');
});

test('fields of a newer node are left out, and what an older one leaves out gets its default', async () => {
  const { server, ask } = await startWithOther();
  const { visit } = await oneInside(server);
  const identity = await server.world.authenticator.authenticate(server.world.member(visit, 'patient').token);
  const payload = { consultationId: visit.consultationId, deviceId: 'phone', rtpCapabilities: null, mediaSessionId: null, chatAfterSeq: 0 };
  const join = {
    kind: 'join',
    connectionId: 'other/2',
    identity,
    requestId: '2',
    mood: 'good',
    payload: { ...payload, theme: { dark: true } },
  };
  const answer = await ask({
    mode: 'ask',
    roomId: visit.consultationId,
    message: join,
    deadlineMs: 1_000,
    hops: 1,
    trace: 'of a later kind',
  });
  expect(answer).toMatchObject({ phase: 'room', room: { peers: [{}, { audioOnly: false, cameraHeld: false }] } });
  const wrong = { ...join, payload: { ...payload, chatAfterSeq: 'many', theme: 1 } };
  await expect(ask({ mode: 'ask', roomId: visit.consultationId, message: wrong, deadlineMs: 1_000 })).rejects.toMatchObject({
    code: 'invalid_payload',
  });
  await server.rooms.closeRoom(visit.consultationId, 'done');
});

test('fields of a newer page are left out; of a page of this version they are a mistake', async () => {
  const server = await suite.start();
  const visit = server.world.visit({ lobby: false });
  const { token } = server.world.member(visit, 'practitioner');
  const [major, minor] = PROTOCOL_VERSION.split('.').map(Number);
  const newer = await server.connect(token, { auth: { token, protocol: `${major}.${(minor ?? 0) + 1}` } });
  await newer.enter(visit);
  const later = { raised: true, gesture: 'wave' } as { raised: true };
  expect(await newer.code('hand:raise', later)).toBe('ok');
  expect(await newer.code('hand:raise', { raised: 'yes', gesture: 'wave' } as never)).toBe('invalid_payload');
  const { token: another } = server.world.member(visit, 'patient');
  const same = await server.connect(another);
  await same.enter(visit);
  expect(await same.code('hand:raise', later)).toBe('invalid_payload');
});
