import jwt from 'jsonwebtoken';
import { PROTOCOL_VERSION } from '#rooms/protocol-version.ts';
import { type MemoryVisit } from '#tests/support/memory-ports.ts';
import { openClient, type RoomServer } from '#tests/support/room-server.ts';
import { roomSuite } from '#tests/support/room-suite.ts';
import { receives } from '#tests/support/rtp.ts';
import { until } from '#tests/support/wait.ts';

const suite = roomSuite();

const refusal = (server: RoomServer, token: string, options = {}): Promise<unknown> =>
  server.connect(token, options).then(
    () => 'connected',
    (error: { data?: { code: string }; message: string }) => error.data?.code ?? error.message,
  );

describe('handshake', () => {
  test('tokens that are absent, made up, expired or unsigned are unauthenticated', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const { memberId } = server.world.member(visit, 'patient');
    const expired = server.world.token(memberId, { ttlMs: -1 });
    const unsigned = jwt.sign({ sub: memberId }, '', { algorithm: 'none' });
    const foreign = jwt.sign({ sub: memberId }, 'another secret of somebody else, long enough');
    for (const token of ['made up', expired.token, unsigned, foreign, 'x'.repeat(5_000)])
      expect(await refusal(server, token)).toBe('unauthenticated');
    expect(await refusal(server, '', { auth: {} })).toBe('unauthenticated');
    expect(await refusal(server, '', { auth: { token: { $ne: 1 }, protocol: PROTOCOL_VERSION } })).toBe('unauthenticated');
  });

  test('another major version of the protocol is protocol_mismatch, another minor one is fine', async () => {
    const server = await suite.start();
    const { token } = server.world.member(server.world.visit(), 'patient');
    expect(await refusal(server, token, { auth: { token, protocol: '0.9' } })).toBe('protocol_mismatch');
    expect(await refusal(server, token, { auth: { token, protocol: '2.0' } })).toBe('protocol_mismatch');
    expect(await refusal(server, token, { auth: { token, protocol: '1.99' } })).toBe('connected');
  });

  test('a page of a foreign origin is refused, of the same host or a listed one accepted', async () => {
    const server = await suite.start({ CORS_ORIGINS: 'https://clinic.example' });
    const { token } = server.world.member(server.world.visit(), 'patient');
    const from = (origin: string) => refusal(server, token, { extraHeaders: { origin } });
    expect(await from('https://evil.example')).not.toBe('connected');
    expect(await from('null')).not.toBe('connected');
    expect(await from('https://clinic.example')).toBe('connected');
    expect(await from(`http://127.0.0.1:${server.port}`)).toBe('connected');
  });

  test('long polling is not served', async () => {
    const server = await suite.start();
    const answer = await fetch(`http://127.0.0.1:${server.port}/socket.io/?EIO=4&transport=polling`);
    expect(answer.status).toBe(400);
  });
});

describe('notify()', () => {
  test('reaches every page of one person, wherever they are, and nobody else', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    const guest = await suite.person(server, visit, 'guest');
    await doctor.client.enter(visit);
    const second = await server.connect(doctor.token);
    const { userId } = (await server.world.authenticator.authenticate(doctor.token)) as { userId: string };
    server.rooms.notify(userId, 'notification:unread', { unread: 3 });
    expect(await doctor.client.next('notification:unread')).toEqual({ unread: 3 });
    expect(await second.next('notification:unread')).toEqual({ unread: 3 });
    // Their answers come after what should not have come.
    await Promise.all([patient, guest].map(({ client }) => client.code('room:leave', {})));
    for (const { client } of [patient, guest]) expect(client.heard.filter(({ name }) => name === 'notification:unread')).toEqual([]);
  });
});

describe('sessions', () => {
  test('a revoked session ends at once: room:closed, socket closed, seat given up, no return', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    await doctor.client.enter(visit);
    const { self } = await patient.client.enter(visit, { rtpCapabilities: receives(suite.media) });
    server.world.revoke(patient.sessionId);
    expect(await patient.client.next('room:closed')).toEqual({ reason: 'session_revoked' });
    expect(await patient.client.closed()).toBe('io server disconnect');
    expect(await doctor.client.next('peer:left')).toEqual({ peerId: self.peerId, reason: 'session_revoked' });
    expect(await refusal(server, patient.token)).toBe('session_revoked');
    await until('transports to close', () => suite.media.workers().reduce((sum, worker) => sum + worker.transports, 0) === 0);
  });

  test('a revocation that was not pushed acts at the next message', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const patient = await suite.person(server, visit, 'patient');
    await patient.client.enter(visit);
    const { authenticator } = server.world;
    const before = authenticator.isRevoked;
    authenticator.isRevoked = (sessionId) => sessionId === patient.sessionId || before(sessionId);
    expect(await patient.client.code('chat:send', { clientMessageId: 'm', text: 'x' })).toBe('session_revoked');
    expect(await patient.client.closed()).toBe('io server disconnect');
    expect(visit.messages).toEqual([]);
  });

  test('a token that expires while connected ends the session', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const { memberId } = server.world.member(visit, 'patient');
    const client = await server.connect(server.world.token(memberId, { ttlMs: 400 }).token);
    await client.join(visit);
    expect(await client.next('room:closed')).toEqual({ reason: 'session_revoked' });
    expect(await client.closed()).toBe('io server disconnect');
  });
});

describe('session:renew', () => {
  test('keeps the socket over the end of its first token; without it the socket ends', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const { memberId } = server.world.member(visit, 'patient');
    const first = server.world.token(memberId, { ttlMs: 700 });
    const [renewed, left] = [await server.connect(first.token), await server.connect(first.token)];
    await renewed.enter(visit);
    const second = server.world.token(memberId, { sessionId: first.sessionId });
    const { expiresAt } = await renewed.ok('session:renew', { token: second.token });
    expect(expiresAt).toBeGreaterThan(Date.now() + 60_000);
    expect(await left.closed()).toBe('io server disconnect');
    expect(await renewed.code('chat:send', { clientMessageId: 'm', text: 'x' })).toBe('ok');
    // One that expires earlier than what the socket has changes nothing.
    const third = server.world.token(memberId, { sessionId: first.sessionId, ttlMs: 500 });
    expect(await renewed.ok('session:renew', { token: third.token })).toEqual({ expiresAt });
  });

  test('refuses tokens that are bad, revoked, or of another session, and changes nothing', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const patient = await suite.person(server, visit, 'patient');
    const elsewhere = server.world.token(patient.memberId);
    const revoked = server.world.token(patient.memberId);
    server.world.revoke(revoked.sessionId);
    expect(await patient.client.code('session:renew', { token: 'made up' })).toBe('unauthenticated');
    expect(await patient.client.code('session:renew', { token: revoked.token })).toBe('session_revoked');
    expect(await patient.client.code('session:renew', { token: elsewhere.token })).toBe('forbidden');
    expect(await patient.client.code('hand:raise', { raised: true })).toBe('not_joined');
  });
});

describe('requests', () => {
  test('unknown events are answered with unknown_event, also names that objects have', async () => {
    const server = await suite.start();
    const { client } = await suite.person(server, server.world.visit(), 'patient');
    for (const name of ['nope', 'toString', '__proto__', 'constructor', '', 'error', 'peer:joined']) {
      const answer = await client.socket.timeout(3_000).emitWithAck(name, {});
      expect(answer).toMatchObject({ ok: false, error: { code: 'unknown_event' } });
    }
  });

  test('invalid payloads name path and fault, at most five, and do not echo', async () => {
    const server = await suite.start();
    const { client } = await suite.person(server, server.world.visit(), 'patient');
    const secret = 'SECRET'.repeat(1_000);
    const answer = await client.socket.timeout(3_000).emitWithAck('room:join', {
      consultationId: secret,
      deviceId: 5,
      [secret]: secret,
      rtpCapabilities: 'x',
      mediaSessionId: {},
      chatAfterSeq: 'y',
    });
    expect(answer).toMatchObject({ ok: false, error: { code: 'invalid_payload' } });
    expect(answer.error.details.length).toBeLessThanOrEqual(5);
    expect(answer.error.details[0]).toEqual({ path: 'consultationId', message: expect.any(String) });
    expect(JSON.stringify(answer).length).toBeLessThan(1_500);
    expect(JSON.stringify(answer)).not.toContain('SECRET');
  });

  test('a request without acknowledgement is served too', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const patient = await suite.person(server, visit, 'patient');
    await patient.client.enter(visit);
    patient.client.socket.emit('hand:raise', { raised: true });
    await patient.client.next('peer:updated', ({ peer }) => peer.handRaisedAt !== null);
    patient.client.socket.emit('hand:raise');
    patient.client.socket.emit('nope', 1, 2, 3);
    expect(await patient.client.code('hand:raise', { raised: false })).toBe('ok');
  });

  test('a defect of a port is answered with internal, without its text, and logged with the request id', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const patient = await suite.person(server, visit, 'patient');
    server.world.policy.authorize = () => {
      throw new TypeError('secret of the code');
    };
    const answer = await patient.client.call('room:join', {
      consultationId: visit.consultationId,
      deviceId: 'd',
      rtpCapabilities: null,
      mediaSessionId: null,
      chatAfterSeq: 0,
    });
    const requestId = expect.stringContaining(patient.client.socket.id!);
    expect(answer).toEqual({ ok: false, error: { code: 'internal', message: 'Something went wrong on our side', requestId } });
    const logged = server.log.entries.splice(0);
    expect(logged.find(({ message }) => message === 'request failed')?.fields).toMatchObject({ event: 'room:join', requestId });
  });

  test('a room that fails again and again is started anew from its snapshot; its people come back by themselves', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    const guest = await suite.person(server, visit, 'guest');
    await doctor.client.enter(visit);
    const { self } = await patient.client.join(visit);
    await doctor.client.ok('lobby:admit', { peerId: self.peerId });
    await until('the start', () => visit.startedAt !== null);
    const { authorize } = server.world.policy;
    server.world.policy.authorize = () => {
      throw new TypeError('defect');
    };
    for (let round = 0; round < 5; round++) expect(await guest.client.joinCode(visit)).toBe('internal');
    server.world.policy.authorize = authorize;
    server.log.entries.splice(0);
    expect(await patient.client.closed()).toBe('transport close');
    const back = await server.connect(patient.token);
    expect((await back.enter(visit, { deviceId: patient.client.deviceId })).self.peerId).toBe(self.peerId);
    expect(visit.epoch).toBe(2);
  });

  test('a room that hangs while it opens: the request is answered with deadline', async () => {
    const server = await suite.start({ ROOM_ASK_TIMEOUT_MS: '100' });
    const visit = server.world.visit();
    const patient = await suite.person(server, visit, 'patient');
    const { open } = server.world.policy;
    let release!: () => void;
    server.world.policy.open = async (id) => {
      await new Promise<void>((resolve) => (release = resolve));
      return open(id);
    };
    expect(await patient.client.joinCode(visit)).toBe('deadline');
    patient.client.socket.disconnect();
    await until('the disconnect', () => server.rooms.stats().sockets === 0);
    release();
    await until('the room', async () => (await server.rooms.inspect(visit.consultationId)) !== null);
    const view = await server.rooms.inspect(visit.consultationId);
    expect([...view!.peers, ...view!.lobby].filter(({ connected }) => connected)).toEqual([]);
  });
});

describe('limits', () => {
  test('past the budget of a connection requests are rate_limited; others still get their answers', async () => {
    const server = await suite.start({ RATE_SOCKET_PER_SECOND: '60' });
    const visit = server.world.visit({ lobby: false });
    const flooder = await suite.person(server, visit, 'guest');
    const patient = await suite.person(server, visit, 'patient');
    await flooder.client.enter(visit);
    await patient.client.enter(visit);
    const flood = Promise.all(Array.from({ length: 200 }, () => flooder.client.code('hand:raise', { raised: true })));
    const others = await Promise.all(Array.from({ length: 20 }, () => patient.client.code('chat:history', { afterSeq: 0 })));
    expect(others).toEqual(Array(20).fill('ok'));
    const answers = await flood;
    expect(answers.filter((code) => code === 'rate_limited').length).toBeGreaterThan(100);
    expect(answers.filter((code) => code === 'ok').length).toBeGreaterThan(40);
    expect(server.rooms.stats().messages.rateLimited).toBeGreaterThan(100);
    expect(flooder.client.socket.connected).toBe(true);
  });

  test('gross flooding ends the connection, and only that one', async () => {
    const server = await suite.start({ RATE_SOCKET_PER_SECOND: '20' });
    const visit = server.world.visit({ lobby: false });
    const flooder = await suite.person(server, visit, 'guest');
    const patient = await suite.person(server, visit, 'patient');
    await patient.client.enter(visit);
    for (let index = 0; index < 2_000; index++) flooder.client.socket.emit('hand:raise', { raised: true });
    await flooder.client.closed();
    expect(await patient.client.code('chat:history', { afterSeq: 0 })).toBe('ok');
    expect(server.rooms.stats().messages.cut).toBe(1);
  });

  test('frames that are too large or binary end the connection', async () => {
    const server = await suite.start({ SOCKET_MAX_BYTES: '20000' });
    const visit = server.world.visit();
    const large = await suite.person(server, visit, 'patient');
    const binary = await suite.person(server, visit, 'guest');
    large.client.socket.emit('chat:send', { text: 'x'.repeat(30_000) });
    binary.client.socket.emit('chat:send', { text: Buffer.alloc(10) });
    await large.client.closed();
    await binary.client.closed();
    expect((await suite.person(server, visit, 'guest')).client.socket.connected).toBe(true);
  });

  test('a socket that does not read is cut; the others and the memory are spared', async () => {
    const server = await suite.start({ RATE_CHAT_PER_10_SECONDS: '100000', RATE_SOCKET_PER_SECOND: '100000' });
    const visit = server.world.visit({ lobby: false });
    const reader = await suite.person(server, visit, 'practitioner');
    const lazy = await suite.person(server, visit, 'patient');
    await reader.client.enter(visit);
    await lazy.client.enter(visit);
    const engine = lazy.client.socket.io.engine as unknown as { transport: { ws: { _socket: { pause(): void } } } };
    engine.transport.ws._socket.pause();
    const text = '诊'.repeat(3_900);
    for (let round = 0; server.rooms.stats().messages.cut === 0; round++) {
      if (round > 60) throw new Error('never cut');
      await Promise.all(
        Array.from({ length: 100 }, (_, index) => reader.client.ok('chat:send', { clientMessageId: `m${round}/${index}`, text })),
      );
    }
    expect(server.log.entries.splice(0).map(({ message }) => message)).toEqual(['socket cut: it does not read']);
    await reader.client.next('peer:updated', ({ peer }) => !peer.connected && peer.memberId === lazy.memberId);
    expect(await reader.client.code('chat:history', { afterSeq: 0, limit: 1 })).toBe('ok');
  });
});

describe('probes', () => {
  test('probe:open gives a transport, three at most; they close with the socket', async () => {
    const server = await suite.start();
    const { client } = await suite.person(server, server.world.visit(), 'patient');
    const dtlsParameters = { fingerprints: [{ algorithm: 'sha-256' as const, value: Array(32).fill('AB').join(':') }] };
    for (const path of ['udp', 'tcp', 'relay'] as const) {
      const { transport, routerRtpCapabilities } = await client.ok('probe:open', { path });
      expect(routerRtpCapabilities.codecs!.length).toBeGreaterThan(0);
      expect(await client.code('probe:connect', { transportId: transport.id, dtlsParameters })).toBe('ok');
    }
    expect(await client.code('probe:open', { path: 'udp' })).toBe('limit_reached');
    expect(await client.code('probe:connect', { transportId: 'foreign', dtlsParameters })).toBe('not_found');
    client.socket.disconnect();
    await until('probes to close', () => suite.media.workers().reduce((sum, worker) => sum + worker.transports, 0) === 0);
  });
});

describe('operation', () => {
  test('stats() counts rooms, peers, lobby, sockets and messages', async () => {
    const server = await suite.start();
    const visit: MemoryVisit = server.world.visit();
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    await doctor.client.enter(visit);
    await patient.client.join(visit);
    await patient.client.code('hand:raise', { raised: true });
    expect(server.rooms.stats()).toEqual({
      rooms: 1,
      peers: 1,
      lobby: 1,
      sockets: 2,
      mailboxDepth: 0,
      messages: { received: 3, answered: 3, refused: 1, rateLimited: 0, cut: 0 },
      nodes: 1,
      unsent: 0,
      unsaid: 0,
      busiest: [{ roomId: visit.consultationId, peers: 1, mailboxDepth: 0 }],
      sizes: expect.objectContaining({ 0: 0, 1: 1, 2: 0 }),
      figures: expect.objectContaining({ nodesGone: 0, opened: new Map([['new', 1]]), refusals: new Map([['in_lobby', 1]]) }),
    });
  });

  test('drain() of a node alone opens no more rooms and lets what runs go on', async () => {
    const server = await suite.start();
    const [visit, other] = [server.world.visit({ lobby: false }), server.world.visit({ lobby: false })];
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    const late = await suite.person(server, other, 'patient');
    await doctor.client.enter(visit);
    await server.rooms.drain();
    expect(await late.client.joinCode(other)).toBe('shutting_down');
    expect(await patient.client.joinCode(visit)).toBe('ok');
    expect(await doctor.client.code('chat:send', { clientMessageId: 'm', text: 'x' })).toBe('ok');
  });

  test('close() twice is fine; afterwards no socket comes in', async () => {
    const server = await suite.start();
    const { token } = await suite.person(server, server.world.visit(), 'patient');
    await Promise.all([server.rooms.close(), server.rooms.close()]);
    await expect(openClient(server.port, token)).rejects.toBeDefined();
  });
});
