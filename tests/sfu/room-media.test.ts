import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsumerInfo, PeerMedia, RoomMedia } from '#sfu/types.ts';
import { createRtcClient } from '../support/rtc-client.ts';
import type { ReceivedData, RtcClient, RtcClientOptions, Signals } from '../support/rtc-client.ts';
import { until } from '../support/wait.ts';
import { LEVELS_MS, listen, startMedia } from './support.ts';
import type { TestMedia } from './support.ts';

interface Joined {
  client: RtcClient;
  peer: PeerMedia;
}

let media: TestMedia;
let room: RoomMedia;
const clients: RtcClient[] = [];

beforeAll(async () => {
  media = await startMedia();
});
afterAll(async () => {
  await media.close();
});
beforeEach(async () => {
  room = await media.server.openRoom('visit');
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  room.close();
});

/** Waits until a peer has as many consumers as are expected, and gives them. */
async function consumersOf(peer: PeerMedia, count: number): Promise<ConsumerInfo[]> {
  await until(`${count} consumers`, () => peer.consumers().length === count);
  return peer.consumers();
}

interface JoinOptions extends RtcClientOptions {
  /** Its way to be reached. */
  protocol?: string;
  /** How long its requests to connect are under way, ms. */
  delayMs?: number;
}

async function join(peerId: string, { protocol = 'udp', delayMs = 0, ...options }: JoinOptions = {}): Promise<Joined> {
  const client = await createRtcClient(media.server.routerRtpCapabilities, options);
  clients.push(client);
  const peer = await room.addPeer({ peerId, rtpCapabilities: client.rtpCapabilities, canSend: true, audioOnly: false });
  const candidates = (transport: PeerMedia['recv']) => ({
    ...transport,
    iceCandidates: transport.iceCandidates.filter((candidate) => candidate.protocol === protocol),
  });
  const signals: Signals = {
    connectTransport: (...args) => sleep(delayMs).then(() => peer.connectTransport(...args)),
    produce: (request) => peer.produce(request),
    produceData: (request) => peer.produceData(request),
  };
  client.open({ send: peer.send && candidates(peer.send), recv: candidates(peer.recv) }, signals);
  return { client, peer };
}

test('two peers exchange sound and video, which flow only after consumers are resumed', async () => {
  const doctor = await join('doctor');
  const patient = await join('patient');
  await doctor.client.publish('microphone');
  await doctor.client.publish('camera');
  await patient.client.publish('microphone');
  await until('two consumers', () => patient.peer.consumers().length === 2);
  expect(patient.peer.consumers().map(({ peerId, source }) => [peerId, source])).toEqual([
    ['doctor', 'microphone'],
    ['doctor', 'camera'],
  ]);

  const [sound, video] = await Promise.all(patient.peer.consumers().map((consumer) => patient.client.receive(consumer)));
  const [back] = await Promise.all(doctor.peer.consumers().map((consumer) => doctor.client.receive(consumer)));
  await until('the patient to be connected', () => patient.client.state('recv') === 'connected');
  await until('the doctor to send', () => doctor.client.state('send') === 'connected');
  expect([sound!.packets(), video!.packets()]).toEqual([0, 0]);

  await patient.peer.resumeConsumers([sound!.consumerId, video!.consumerId]);
  await doctor.peer.resumeConsumers([back!.consumerId]);
  await until('packets both ways', () => sound!.packets() > 20 && video!.packets() > 20 && back!.packets() > 20);
});

test('a client that has no UDP receives over TCP', async () => {
  const doctor = await join('doctor');
  const patient = await join('patient', { engine: 'wrtc', protocol: 'tcp' });
  await doctor.client.publish('camera');
  const [consumer] = await consumersOf(patient.peer, 1);
  const video = await patient.client.receive(consumer!);
  await patient.peer.resumeConsumers([consumer!.id]);
  await until('packets over TCP', () => video.packets() > 20);
});

test('activeSpeaker, levels and quality are told of those who speak; a muted speaker speaks no more', async () => {
  const speaker = listen(room, 'activeSpeaker');
  const levels = listen(room, 'levels');
  const quality = listen(room, 'quality');
  const doctor = await join('doctor', { audioLevel: -25 });
  const patient = await join('patient');
  const { producerId } = await doctor.client.publish('microphone');
  const [consumer] = await consumersOf(patient.peer, 1);
  await patient.client.receive(consumer!);
  await patient.peer.resumeConsumers([consumer!.id]);
  await until('a speaker', () => speaker.at(-1)?.peerId === 'doctor');
  await until('levels', () => levels.some((each) => each.levels[0]?.peerId === 'doctor' && each.levels[0].dBov === -25));
  const said = (text: string): boolean => quality.some((q) => text === `${q.peerId}:${q.up}:${q.down}`);
  await until('quality of both', () => ['doctor:4:0', 'patient:0:4'].every(said), LEVELS_MS);
  await doctor.peer.pauseProducer(producerId);
  expect(speaker.at(-1)).toEqual({ peerId: null });
  await doctor.peer.resumeProducer(producerId);
  expect(speaker.at(-1)).toEqual({ peerId: 'doctor' });
});

test('quality is told to whom it takes long to connect, though nothing changes from then on', async () => {
  const quality = listen(room, 'quality');
  const doctor = await join('doctor');
  const patient = await join('patient', { delayMs: 1_500 });
  await doctor.client.publish('microphone');
  const [consumer] = await consumersOf(patient.peer, 1);
  await patient.client.receive(consumer!);
  await patient.peer.resumeConsumers([consumer!.id]);
  await until('quality', () => quality.some(({ peerId, down }) => peerId === 'patient' && down > 0));
});

test('pauseProducer() stops the flow and tells the consumers, resumeProducer() goes on', async () => {
  const changed = listen(room, 'consumerChanged');
  const doctor = await join('doctor');
  const patient = await join('patient');
  const { producerId } = await doctor.client.publish('microphone');
  const [consumer] = await consumersOf(patient.peer, 1);
  const sound = await patient.client.receive(consumer!);
  await patient.peer.resumeConsumers([consumer!.id]);
  await until('packets', () => sound.packets() > 5);

  await doctor.peer.pauseProducer(producerId);
  await until('the pause', () => changed.length === 1);
  expect(changed[0]).toEqual({ peerId: 'patient', consumerId: consumer!.id, producerPaused: true });
  expect(patient.peer.consumers()[0]?.producerPaused).toBe(true);
  expect(doctor.peer.producers()[0]?.paused).toBe(true);
  const before = sound.packets();

  await doctor.peer.resumeProducer(producerId);
  await until('packets again', () => sound.packets() > before + 5);
  expect(changed[1]?.producerPaused).toBe(false);
});

test('produceData() reaches the others, those who come later too', async () => {
  const doctor = await join('doctor');
  const patient = await join('patient');
  const channel = await doctor.client.publishData('pointer');
  const guest = await join('guest');
  const inboxes: ReceivedData[] = [];
  for (const { client, peer } of [patient, guest]) {
    const info = await until('a data consumer', () => peer.dataConsumers()[0]);
    expect(info).toMatchObject({ peerId: 'doctor', label: 'pointer', dataProducerId: channel.dataProducerId });
    inboxes.push(await client.receiveData(info));
  }
  await until('the message', () => {
    channel.send('here');
    return inboxes.every((inbox) => inbox.messages().includes('here'));
  });
});

test('restartIce() gives new parameters and the flow goes on with them', async () => {
  const doctor = await join('doctor');
  const patient = await join('patient');
  await doctor.client.publish('microphone');
  const [consumer] = await consumersOf(patient.peer, 1);
  const sound = await patient.client.receive(consumer!);
  await patient.peer.resumeConsumers([consumer!.id]);
  await until('packets', () => sound.packets() > 5);

  const { usernameFragment } = patient.peer.recv.iceParameters;
  const iceParameters = await patient.peer.restartIce(patient.peer.recv.id);
  expect(iceParameters.usernameFragment).not.toBe(usernameFragment);
  expect(patient.peer.recv.iceParameters).toEqual(iceParameters);
  await patient.client.restartIce('recv', iceParameters);
  const before = sound.packets();
  await until('packets after the restart', () => sound.packets() > before + 10);
});

test('closing a producer and a peer is told to those who received from them, and to nobody else', async () => {
  const closed = listen(room, 'consumerClosed');
  const ended = listen(room, 'peerEnded');
  const doctor = await join('doctor');
  const patient = await join('patient');
  const { producerId } = await doctor.client.publish('camera');
  await doctor.client.publish('microphone');
  await patient.client.publish('microphone');
  const [video, sound] = await consumersOf(patient.peer, 2);
  await until('both to be connected', () => [doctor, patient].every(({ client }) => client.state('send') === 'connected'));
  doctor.peer.closeProducer(producerId);
  doctor.peer.closeProducer(producerId);
  await until('the end of the video', () => closed.length === 1);
  expect(closed[0]).toEqual({ peerId: 'patient', consumerId: video!.id });
  expect(patient.peer.consumers().map(({ id }) => id)).toEqual([sound!.id]);

  doctor.peer.close();
  doctor.peer.close();
  await until('the end of the sound', () => closed.length === 2);
  expect(closed[1]).toEqual({ peerId: 'patient', consumerId: sound!.id });
  expect(room.peer('doctor')).toBeUndefined();
  expect(ended).toEqual([]);
});
