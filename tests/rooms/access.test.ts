/**
 * Who may send which event: every event of the protocol as everybody that can be in a visit, and as those who are not. What is
 * meant stands here and not in the protocol; an event without a line fails.
 */
import { type RequestInput, type RequestName, requests, type Role } from '#rooms/protocol.ts';
import type { MemoryVisit } from '#tests/support/memory-ports.ts';
import type { RoomClient } from '#tests/support/room-server.ts';
import { roomSuite } from '#tests/support/room-suite.ts';
import { microphone, receives } from '#tests/support/rtp.ts';

const suite = roomSuite();
const SETTINGS = { RATE_SOCKET_PER_SECOND: '100000', RATE_CHAT_PER_10_SECONDS: '100000', RATE_JOIN_PER_10_SECONDS: '100000' };

const roles = ['practitioner', 'patient', 'guest', 'observer'] as const satisfies Role[];
const everyone: readonly Role[] = roles;
const practitioner: readonly Role[] = ['practitioner'];
const publishers: readonly Role[] = ['practitioner', 'patient', 'guest'];

/** Who may, and from where on: as soon as the socket is open, in the lobby, or inside only. */
const declared: Readonly<Record<RequestName, { from: 'socket' | 'lobby' | 'room'; roles: readonly Role[] }>> = {
  'session:renew': { from: 'socket', roles: everyone },
  'room:join': { from: 'socket', roles: everyone },
  'probe:open': { from: 'socket', roles: everyone },
  'probe:connect': { from: 'socket', roles: everyone },
  'room:leave': { from: 'lobby', roles: everyone },
  'room:lock': { from: 'room', roles: practitioner },
  'room:end': { from: 'room', roles: practitioner },
  'lobby:admit': { from: 'room', roles: practitioner },
  'lobby:admit-all': { from: 'room', roles: practitioner },
  'lobby:decline': { from: 'room', roles: practitioner },
  'peer:send-back': { from: 'room', roles: practitioner },
  'peer:kick': { from: 'room', roles: practitioner },
  'peer:mute': { from: 'room', roles: practitioner },
  'hand:raise': { from: 'room', roles: everyone },
  'hand:lower': { from: 'room', roles: practitioner },
  'transport:connect': { from: 'room', roles: everyone },
  'transport:restart-ice': { from: 'room', roles: everyone },
  'producer:create': { from: 'room', roles: publishers },
  'producer:close': { from: 'room', roles: publishers },
  'producer:pause': { from: 'room', roles: publishers },
  'producer:resume': { from: 'room', roles: publishers },
  'consumer:resume': { from: 'room', roles: everyone },
  'consumer:pause': { from: 'room', roles: everyone },
  'consumer:display': { from: 'room', roles: everyone },
  'data-producer:create': { from: 'room', roles: publishers },
  'media:audio-only': { from: 'room', roles: everyone },
  'media:hold-camera': { from: 'room', roles: publishers },
  'chat:send': { from: 'room', roles: everyone },
  'chat:history': { from: 'room', roles: everyone },
  'recording:ask': { from: 'room', roles: practitioner },
  'recording:consent': { from: 'room', roles: everyone },
  'recording:withdraw': { from: 'room', roles: everyone },
  'recording:stop': { from: 'room', roles: practitioner },
};

/** One good payload for each event; ids are of nothing, unless the caller is in the room with media. */
function payloads(visit: MemoryVisit, { peerId = 'nobody', transportId = 'none' }: { peerId?: string; transportId?: string } = {}) {
  const peer = { peerId };
  const dtlsParameters = {
    role: 'client' as const,
    fingerprints: [{ algorithm: 'sha-256' as const, value: Array(32).fill('AB').join(':') }],
  };
  const sctpStreamParameters = { streamId: 1, ordered: true };
  return {
    'session:renew': { token: 'of another session' },
    'room:join': {
      ...{ consultationId: visit.consultationId, deviceId: 'd', rtpCapabilities: receives(suite.media), mediaSessionId: null },
      ...{ chatAfterSeq: 0, audioOnly: false, cameraHeld: false },
    },
    'room:lock': { locked: false },
    'lobby:admit': peer,
    'lobby:admit-all': {},
    'lobby:decline': peer,
    'peer:send-back': peer,
    'peer:kick': peer,
    'peer:mute': { ...peer, source: 'camera' as const },
    'hand:raise': { raised: true },
    'hand:lower': peer,
    'transport:connect': { transportId, dtlsParameters },
    'transport:restart-ice': { transportId },
    'producer:create': { transportId, ...microphone(), paused: false },
    'producer:close': { producerId: 'p' },
    'producer:pause': { producerId: 'p' },
    'producer:resume': { producerId: 'p' },
    'consumer:resume': { consumerIds: ['c'] },
    'consumer:pause': { consumerIds: ['c'] },
    'consumer:display': { displays: [{ consumerId: 'c', width: 320, height: 240 }] },
    'data-producer:create': { transportId, sctpStreamParameters, label: 'l', protocol: '' },
    'media:audio-only': { audioOnly: true },
    'media:hold-camera': { held: true },
    'chat:send': { clientMessageId: 'm', text: 'hello' },
    'chat:history': { afterSeq: 0, limit: 10 },
    'recording:ask': {},
    'recording:consent': { recordingId: 'r', consent: true },
    'recording:withdraw': { recordingId: 'r' },
    'recording:stop': { recordingId: 'r' },
    'probe:open': { path: 'udp' as const },
    'probe:connect': { transportId, dtlsParameters },
    // Last: they end what the others need.
    'room:leave': {},
    'room:end': {},
  } satisfies { [N in RequestName]: RequestInput<N> };
}

const refusals = new Set(['not_joined', 'in_lobby', 'forbidden']);

/** Whether each event is let through, or with which of the refusals it is not. */
async function ask(client: RoomClient, all: ReturnType<typeof payloads>, skipped: readonly RequestName[] = []) {
  const found: Partial<Record<RequestName, string>> = {};
  for (const name of Object.keys(all) as RequestName[]) {
    if (skipped.includes(name)) continue;
    const code = await client.code(name, all[name]);
    found[name] = refusals.has(code) ? code : 'let through';
  }
  return found;
}

const expected = (verdict: (name: RequestName) => string, skipped: readonly RequestName[] = []) =>
  Object.fromEntries(
    (Object.keys(declared) as RequestName[]).filter((name) => !skipped.includes(name)).map((name) => [name, verdict(name)]),
  );

/** Their verdict depends on more than where the sender stands; they have tests of their own. */
const OTHERWISE: readonly RequestName[] = ['session:renew', 'room:join'];

test('every event is declared', () => {
  expect(Object.keys(declared).toSorted()).toEqual(Object.keys(requests).toSorted());
});

test.each(roles)('a %s outside, in the lobby and in the room may send what is declared', async (role) => {
  const server = await suite.start(SETTINGS);
  const visit = server.world.visit({ lobby: true });
  const person = await suite.person(server, visit, role);
  const outside = expected((name) => (declared[name].from === 'socket' ? 'let through' : 'not_joined'), OTHERWISE);
  expect(await ask(person.client, payloads(visit), OTHERWISE)).toEqual(outside);

  const answer = await person.client.join(visit, { rtpCapabilities: receives(suite.media) });
  if (answer.phase === 'lobby') {
    const waiting = expected((name) => (declared[name].from === 'room' ? 'in_lobby' : 'let through'), [...OTHERWISE, 'room:leave']);
    expect(await ask(person.client, payloads(visit), [...OTHERWISE, 'room:leave'])).toEqual(waiting);
    const doctor = await suite.person(server, visit, 'practitioner');
    await doctor.client.enter(visit);
    await doctor.client.ok('lobby:admit', { peerId: answer.self.peerId });
    await person.client.next('room:admitted');
  } else {
    expect(['practitioner', 'observer']).toContain(role);
  }
  // Whoever has left may do no more than those outside: the end comes alone.
  const skipped: RequestName[] = [...OTHERWISE, 'room:leave', 'room:end'];
  const inside = expected((name) => (declared[name].roles.includes(role) ? 'let through' : 'forbidden'), skipped);
  expect(await ask(person.client, payloads(visit), skipped)).toEqual(inside);
  expect(await person.client.code('room:end', {})).toBe(declared['room:end'].roles.includes(role) ? 'ok' : 'forbidden');
});

test.each(roles)('a %s of one visit does nothing in another, whichever ids they name', async (role) => {
  const server = await suite.start(SETTINGS);
  const [own, other] = [server.world.visit({ lobby: false }), server.world.visit({ lobby: false })];
  const theirs = await suite.person(server, other, 'patient');
  const there = await theirs.client.enter(other, { rtpCapabilities: receives(suite.media) });
  const person = await suite.person(server, own, role);
  expect(await person.client.joinCode(other)).toBe('forbidden');
  await person.client.enter(own, { rtpCapabilities: receives(suite.media) });
  const before = JSON.stringify(await server.rooms.inspect(other.consultationId));
  const ids = { peerId: there.self.peerId, transportId: there.media!.send!.id };
  const named = ['lobby:admit', 'lobby:decline', 'peer:send-back', 'peer:kick', 'peer:mute', 'hand:lower'] as const;
  const media = ['transport:connect', 'transport:restart-ice', 'producer:create', 'data-producer:create'] as const;
  const all = payloads(own, ids);
  for (const name of [...named, ...media]) {
    const code = await person.client.code(name, all[name]);
    expect([name, code]).toEqual([name, declared[name].roles.includes(role) ? 'not_found' : 'forbidden']);
  }
  expect(JSON.stringify(await server.rooms.inspect(other.consultationId))).toBe(before);
});
