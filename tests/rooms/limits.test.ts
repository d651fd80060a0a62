import { randomUUID } from 'node:crypto';
import { PROTOCOL_VERSION } from '#rooms/protocol-version.ts';
import { roomSuite } from '#tests/support/room-suite.ts';
import { until } from '#tests/support/wait.ts';

const suite = roomSuite();

/** A page that shows its token and does not wait for the answer. @returns leaves, and resolves when its connection is closed */
async function sayHello(port: number, token: string): Promise<() => Promise<void>> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
  const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()));
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  socket.send(`40${JSON.stringify({ token, protocol: PROTOCOL_VERSION })}`);
  return () => {
    socket.close();
    return closed;
  };
}

describe('limits of one person', () => {
  test('room:join has a budget of its own, which a second socket does not double', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const patient = await suite.person(server, visit, 'patient');
    const other = await suite.person(server, visit, 'guest');
    const second = await server.connect(server.world.token(patient.memberId).token);
    const codes: string[] = [];
    for (let round = 0; round < 10; round++) codes.push(await patient.client.joinCode(visit), await second.joinCode(visit));
    expect(codes.filter((code) => code === 'rate_limited').length).toBeGreaterThanOrEqual(8);
    expect(await patient.client.code('chat:history', { afterSeq: 0 })).not.toBe('rate_limited');
    expect(await other.client.joinCode(visit)).toBe('ok');
  });

  test('somebody who may not come in does not get the room opened', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const outsider = await suite.person(server, server.world.visit(), 'patient');
    expect(await outsider.client.joinCode(visit)).toBe('forbidden');
    expect(await outsider.client.joinCode({ ...visit, consultationId: randomUUID() })).toBe('not_found');
    expect(visit.epoch).toBe(0);
    expect(server.rooms.stats().rooms).toBe(0);
  });

  test('one session has eight sockets at most; a closed one makes room', async () => {
    const server = await suite.start();
    const { token, client } = await suite.person(server, server.world.visit(), 'patient');
    for (let count = 2; count <= 8; count++) await server.connect(token);
    await expect(server.connect(token)).rejects.toMatchObject({ data: { code: 'limit_reached' } });
    client.socket.disconnect();
    await until('the disconnect', () => server.rooms.stats().sockets === 7);
    expect((await server.connect(token)).socket.connected).toBe(true);
  });

  test('connections that close during their handshake are not counted', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const { memberId, client } = await suite.person(server, visit, 'patient');
    const { token } = server.world.token(memberId);
    const { authenticator } = server.world;
    const { authenticate } = authenticator;
    const { promise: held, resolve: letIn } = Promise.withResolvers<void>();
    let begun = 0;
    authenticator.authenticate = async (text) => {
      begun++;
      await held;
      return authenticate(text);
    };
    const gone = await Promise.all(Array.from({ length: 16 }, () => sayHello(server.port, token)));
    await until('handshakes', () => begun === 16);
    await Promise.all(gone.map((leave) => leave()));
    // Each takes longer than the server needs for hearing that they are gone.
    for (let round = 0; round < 3; round++) await client.code('chat:history', { afterSeq: 0 });
    letIn();
    const { socket } = await until('a way in', () => server.connect(token));
    expect(socket.connected).toBe(true);
  });

  test('probes are counted per person, over all of their sockets', async () => {
    const server = await suite.start();
    const { memberId, client } = await suite.person(server, server.world.visit(), 'patient');
    const second = await server.connect(server.world.token(memberId).token);
    for (const each of [client, second, client]) await each.ok('probe:open', { path: 'udp' });
    expect(await second.code('probe:open', { path: 'udp' })).toBe('limit_reached');
    client.socket.disconnect();
    await until('their end', () => suite.media.workers()[0]!.transports === 1);
    expect(await second.code('probe:open', { path: 'udp' })).toBe('ok');
  });

  test('repeating a stored chat message is charged to the connection', async () => {
    const server = await suite.start({ RATE_SOCKET_PER_SECOND: '30', RATE_CHAT_PER_10_SECONDS: '1000' });
    const visit = server.world.visit({ lobby: false });
    const { client } = await suite.person(server, visit, 'patient');
    await client.enter(visit);
    const codes = await Promise.all(Array.from({ length: 100 }, () => client.code('chat:send', { clientMessageId: 'same', text: 'x' })));
    expect(codes.filter((code) => code === 'rate_limited').length).toBeGreaterThan(50);
    expect(visit.messages).toHaveLength(1);
  });
});

describe('what people and operators are told', () => {
  test('list() names the open rooms', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ title: 'Check-up' });
    expect(await server.rooms.list()).toEqual([]);
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    await doctor.client.enter(visit);
    await patient.client.join(visit);
    const { consultationId } = visit;
    const counted = { peers: 1, lobby: 1, mailboxDepth: 0, startedAt: null };
    expect(await server.rooms.list()).toEqual([expect.objectContaining({ consultationId, title: 'Check-up', epoch: 1, ...counted })]);
  });

  test('a guest whose removal also revokes their session is told that they were removed', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const guest = await suite.person(server, visit, 'guest');
    const { removeMember } = server.world.policy;
    server.world.policy.removeMember = async (...args) => {
      await removeMember(...args);
      server.world.revoke(guest.sessionId);
    };
    await doctor.client.enter(visit);
    const { self } = await guest.client.enter(visit);
    await doctor.client.ok('peer:kick', { peerId: self.peerId });
    await guest.client.closed();
    expect(guest.client.heard.filter(({ name }) => name === 'room:closed').map(({ payload }) => payload)).toEqual([{ reason: 'kicked' }]);
    expect(await doctor.client.next('peer:left')).toEqual({ peerId: self.peerId, reason: 'kicked' });
  });

  test('quality starts at 0, nothing measured: for a new seat and for one brought back from a snapshot', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    await doctor.client.enter(visit);
    const quality = { up: 0, down: 0 };
    expect((await server.rooms.inspect(visit.consultationId))!.peers).toMatchObject([{ quality }]);
    await server.stop();
    const { world, snapshots } = server;
    const next = await suite.start({}, { world, snapshots });
    const guest = await suite.person(next, visit, 'guest');
    const { room } = await guest.client.enter(visit);
    expect(room.peers.find(({ memberId }) => memberId === doctor.memberId)).toMatchObject({ connected: false, quality });
  });
});
