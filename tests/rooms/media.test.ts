import { createMediaServer } from '#sfu/index.ts';
import type { MediaServer } from '#sfu/types.ts';
import { createMemoryLog } from '#tests/support/memory-ports.ts';
import { startRoomServer, testConfig } from '#tests/support/room-server.ts';
import { roomSuite } from '#tests/support/room-suite.ts';
import { createRtcClient } from '#tests/support/rtc-client.ts';
import { until } from '#tests/support/wait.ts';
import { camera, microphone, receives } from '#tests/support/rtp.ts';

const suite = roomSuite();

describe('media of a room', () => {
  test('producer:create gives the others a paused consumer, and everybody the new state of the peer', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    const rtpCapabilities = receives(suite.media);
    await doctor.client.enter(visit, { rtpCapabilities });
    const { media, self } = await patient.client.enter(visit, { rtpCapabilities });
    expect(media!.iceServers).toEqual([{ urls: ['turn:127.0.0.1:3478'], username: patient.memberId }]);
    const { producerId } = await patient.client.ok('producer:create', { transportId: media!.send!.id, ...microphone() });
    const { consumer } = await doctor.client.next('consumer:created');
    expect(consumer).toMatchObject({ producerId, peerId: self.peerId, kind: 'audio', source: 'microphone', producerPaused: false });
    await doctor.client.next('peer:updated', ({ peer }) => peer.producers[0]?.id === producerId);
    await doctor.client.ok('consumer:resume', { consumerIds: [consumer.id] });
    await patient.client.ok('producer:pause', { producerId });
    expect(await doctor.client.next('consumer:changed')).toEqual({ consumerId: consumer.id, producerPaused: true });
    await patient.client.ok('producer:close', { producerId });
    expect(await doctor.client.next('consumer:closed')).toEqual({ consumerId: consumer.id });
    await doctor.client.next('peer:updated', ({ peer }) => peer.id === self.peerId && peer.producers.length === 0);
  });

  test('who comes later finds what is being sent in the answer, once', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    const rtpCapabilities = receives(suite.media);
    const { media } = await doctor.client.enter(visit, { rtpCapabilities });
    for (const track of [microphone(), camera()]) await doctor.client.ok('producer:create', { transportId: media!.send!.id, ...track });
    const inside = await patient.client.enter(visit, { rtpCapabilities });
    expect(inside.media!.consumers.map(({ kind }) => kind).sort()).toEqual(['audio', 'video']);
    expect(inside.room.peers.find(({ memberId }) => memberId === doctor.memberId)?.producers).toHaveLength(2);
    await patient.client.ok('chat:history', { afterSeq: 0 });
    expect(patient.client.heard.filter(({ name }) => name === 'consumer:created')).toEqual([]);
  });

  test('a resumed session lists the consumers as they are now', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    const rtpCapabilities = receives(suite.media);
    const { media } = await doctor.client.enter(visit, { rtpCapabilities });
    const { producerId } = await doctor.client.ok('producer:create', { transportId: media!.send!.id, ...microphone() });
    const first = await patient.client.enter(visit, { rtpCapabilities });
    patient.client.socket.disconnect();
    await doctor.client.next('peer:updated', ({ peer }) => !peer.connected);
    await doctor.client.ok('producer:close', { producerId });
    const second = await doctor.client.ok('producer:create', { transportId: media!.send!.id, ...camera() });
    const back = await server.connect(patient.token);
    const again = await back.enter(visit, { deviceId: patient.client.deviceId, rtpCapabilities, mediaSessionId: first.media!.id });
    expect(again.media).toMatchObject({ resumed: true, consumers: [{ producerId: second.producerId }] });
  });

  test('a resumed session is told what its producers have to send: the others may have come or gone meanwhile', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    const rtpCapabilities = receives(suite.media);
    const { media } = await doctor.client.enter(visit, { rtpCapabilities });
    const { producerId } = await doctor.client.ok('producer:create', { transportId: media!.send!.id, ...camera() });
    expect(await doctor.client.next('producer:layers')).toEqual({ producerId, maxSpatialLayer: -1 });
    doctor.client.socket.disconnect();
    await until('the disconnect', () => server.rooms.stats().sockets === 1);
    await patient.client.enter(visit, { rtpCapabilities });
    const back = await server.connect(doctor.token);
    await back.enter(visit, { deviceId: doctor.client.deviceId, rtpCapabilities, mediaSessionId: media!.id });
    expect(await back.next('producer:layers')).toEqual({ producerId, maxSpatialLayer: 0 });
  });

  test('a device without media joins for text: no_media for media requests, media null', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const patient = await suite.person(server, visit, 'patient');
    expect((await patient.client.enter(visit)).media).toBeNull();
    expect(await patient.client.code('producer:create', { transportId: 't', ...microphone() })).toBe('no_media');
    expect(await patient.client.code('media:audio-only', { audioOnly: true })).toBe('ok');
  });

  test('media:audio-only is shown to the others', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    await doctor.client.enter(visit);
    const { self } = await patient.client.enter(visit, { rtpCapabilities: receives(suite.media) });
    await patient.client.ok('media:audio-only', { audioOnly: true });
    await doctor.client.next('peer:updated', ({ peer }) => peer.id === self.peerId && peer.audioOnly);
  });

  test('media:hold-camera is shown to the others, kept by a snapshot, and ended by media:audio-only', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    await doctor.client.enter(visit);
    const { self } = await patient.client.enter(visit, { rtpCapabilities: receives(suite.media) });
    const shown = (held: boolean) => doctor.client.next('peer:updated', ({ peer }) => peer.id === self.peerId && peer.cameraHeld === held);
    await patient.client.ok('media:hold-camera', { held: true });
    await shown(true);
    await patient.client.ok('media:audio-only', { audioOnly: true });
    await shown(false);
    const back = await server.connect(patient.token);
    const answer = await back.enter(visit, { deviceId: patient.client.deviceId, cameraHeld: true });
    expect(answer.room.peers.find(({ id }) => id === self.peerId)).toMatchObject({ audioOnly: false, cameraHeld: true });
  });

  test('parameters that mediasoup refuses give invalid_media, foreign ids not_found', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const patient = await suite.person(server, visit, 'patient');
    const { media } = await patient.client.enter(visit, { rtpCapabilities: receives(suite.media) });
    const track = microphone();
    const rtpParameters = { ...track.rtpParameters, codecs: [{ mimeType: 'audio/unknown', payloadType: 100, clockRate: 8_000 }] };
    expect(await patient.client.code('producer:create', { transportId: media!.send!.id, ...track, rtpParameters })).toBe('invalid_media');
    expect(await patient.client.code('producer:create', { transportId: 'foreign', ...microphone() })).toBe('not_found');
    expect(await patient.client.code('producer:pause', { producerId: 'foreign' })).toBe('not_found');
    const { iceParameters, iceServers } = await patient.client.ok('transport:restart-ice', { transportId: media!.recv.id });
    expect(iceServers).toEqual([{ urls: ['turn:127.0.0.1:3478'], username: patient.memberId }]);
    expect(iceParameters.usernameFragment).not.toBe(media!.recv.iceParameters.usernameFragment);
  });
});

describe('media that is lost', () => {
  let own: MediaServer;
  beforeEach(async () => {
    own = await createMediaServer({ config: testConfig(), log: createMemoryLog() });
  });
  afterEach(() => own.close());

  test('a killed worker: everybody gets media:restarted with working transports, chat goes on', async () => {
    const server = await startRoomServer(own);
    const visit = server.world.visit({ lobby: false });
    const clients = await Promise.all(
      (['practitioner', 'patient'] as const).map((role) => server.connect(server.world.member(visit, role).token)),
    );
    const rtpCapabilities = receives(own);
    const sessions = await Promise.all(clients.map(async (client) => (await client.enter(visit, { rtpCapabilities })).media!));
    await clients[0]!.ok('producer:create', { transportId: sessions[0]!.send!.id, ...microphone() });
    process.kill(own.workers()[0]!.pid, 'SIGKILL');
    expect(await clients[1]!.ok('chat:send', { clientMessageId: 'm', text: 'still here' })).toMatchObject({ seq: 1 });
    const restarted = await Promise.all(clients.map(async (client) => (await client.next('media:restarted')).media!));
    restarted.forEach((session, index) => expect(session.id).not.toBe(sessions[index]!.id));
    const { producerId } = await clients[0]!.ok('producer:create', { transportId: restarted[0]!.send!.id, ...microphone() });
    await clients[1]!.next('consumer:created', ({ consumer }) => consumer.producerId === producerId);
    await server.close();
  });

  test('a killed worker that a large room had gone on to: only who received there gets media:restarted', async () => {
    const settings = { MEDIA_WORKERS: '2', MEDIA_WORKER_MAX_CONSUMERS: '7', MEDIA_WORKER_CPU_LIMIT: '1' };
    const two = await createMediaServer({ config: testConfig(settings), log: createMemoryLog() });
    const server = await startRoomServer(two);
    const visit = server.world.visit({ lobby: false });
    const rtpCapabilities = receives(two);
    const roles = ['practitioner', ...Array.from({ length: 8 }, () => 'observer' as const)] as const;
    const clients = await Promise.all(roles.map((role) => server.connect(server.world.member(visit, role).token)));
    const [doctor, ...others] = clients;
    const { media } = await doctor!.enter(visit, { rtpCapabilities });
    const { producerId } = await doctor!.ok('producer:create', { transportId: media!.send!.id, ...microphone() });
    const sessions = await Promise.all(others.map(async (client) => (await client.enter(visit, { rtpCapabilities })).media!));
    expect(sessions.map(({ consumers }) => consumers.map((consumer) => consumer.producerId))).toEqual(sessions.map(() => [producerId]));
    const far = two.workers().find(({ producers, consumers }) => producers === 0 && consumers > 0)!;
    process.kill(far.pid, 'SIGKILL');
    const told = () => others.filter(({ heard }) => heard.some(({ name }) => name === 'media:restarted'));
    await until('those to be told', () => told().length === far.consumers);
    const again = await told()[0]!.next('media:restarted');
    expect(again.media.consumers).toMatchObject([{ producerId }]);
    expect(doctor!.heard.some(({ name }) => name === 'media:restarted')).toBe(false);
    expect(told()).toHaveLength(far.consumers);
    await server.close();
    await two.close();
  });

  test('a way in that is given up after it took the transports: the page that holds the seat gets new ones', async () => {
    const server = await startRoomServer(own);
    const visit = server.world.visit({ lobby: false });
    const { token } = server.world.member(visit, 'practitioner');
    const [first, second] = [await server.connect(token), await server.connect(token)];
    const rtpCapabilities = receives(own);
    const { media } = await first.enter(visit, { rtpCapabilities });
    const { pid } = own.workers()[0]!;
    process.kill(pid, 'SIGSTOP');
    const { consultationId } = visit;
    const { deviceId } = first;
    second.socket.emit('room:join', { consultationId, deviceId, rtpCapabilities, mediaSessionId: null, chatAfterSeq: 0 });
    await until('the join', () => server.rooms.stats().messages.received === 2);
    await first.ok('chat:history', { afterSeq: 0 });
    second.socket.disconnect();
    await until('the disconnect', () => server.rooms.stats().sockets === 1);
    process.kill(pid, 'SIGCONT');
    const restarted = await first.next('media:restarted');
    expect(restarted.media.id).not.toBe(media!.id);
    await first.ok('transport:restart-ice', { transportId: restarted.media.recv.id });
    await first.ok('producer:create', { transportId: restarted.media.send!.id, ...microphone() });
    await server.close();
  });

  test('a client that sends whatever it likes: its tracks end, it only receives from then on, also after coming again', async () => {
    const capped = await createMediaServer({ config: testConfig({ MEDIA_MAX_INCOMING_BITRATE: '150000' }), log: createMemoryLog() });
    const server = await startRoomServer(capped, { MEDIA_MAX_INCOMING_BITRATE: '150000' });
    const visit = server.world.visit({ lobby: false });
    const [hostile, doctor] = await Promise.all(
      (['patient', 'practitioner'] as const).map((role) => server.connect(server.world.member(visit, role).token)),
    );
    await doctor!.enter(visit, { rtpCapabilities: receives(capped) });
    const client = await createRtcClient(capped.routerRtpCapabilities);
    const { rtpCapabilities } = client;
    const { media, self } = await hostile!.enter(visit, { rtpCapabilities });
    client.open(media as unknown as Parameters<typeof client.open>[0], {
      connectTransport: (transportId, dtlsParameters) => hostile!.ok('transport:connect', { transportId, dtlsParameters }),
      produce: async (options) => ({ id: (await hostile!.ok('producer:create', options)).producerId }),
      produceData: async (options) => ({ id: (await hostile!.ok('data-producer:create', options)).dataProducerId }),
    });
    const { producerId } = await client.publish('camera');
    await doctor!.next('peer:updated', ({ peer }) => peer.producers[0]?.id === producerId);
    const ended = () => doctor!.heard.some(({ name }) => name === 'consumer:closed');
    await until('the end of the flood', ended, 20_000);
    const restarted = await hostile!.next('media:restarted');
    expect(restarted.media.send).toBeNull();
    await doctor!.next('peer:updated', ({ peer }) => peer.id === self.peerId && peer.producers.length === 0);
    expect(await hostile!.code('producer:create', { transportId: restarted.media.recv.id, ...microphone() })).toBe('not_found');
    await hostile!.ok('room:leave', {});
    expect((await hostile!.enter(visit, { rtpCapabilities })).media!.send).toBeNull();
    client.close();
    await server.close();
    await capped.close();
  }, 60_000);

  test('no media at all: room:join fails with media_unavailable, text joins and chat work', async () => {
    const server = await startRoomServer(own);
    const visit = server.world.visit({ lobby: false });
    const [doctor, patient] = await Promise.all(
      (['practitioner', 'patient'] as const).map((role) => server.connect(server.world.member(visit, role).token)),
    );
    const rtpCapabilities = receives(own);
    await own.close();
    await doctor!.enter(visit);
    expect(await patient!.joinCode(visit, { rtpCapabilities })).toBe('media_unavailable');
    expect((await server.rooms.inspect(visit.consultationId))?.peers).toHaveLength(1);
    await patient!.enter(visit);
    await doctor!.ok('chat:send', { clientMessageId: 'm', text: 'words are enough' });
    await patient!.next('chat:posted');
    await server.close();
  });
});
