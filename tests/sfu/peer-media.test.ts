import fc from 'fast-check';
import type { types } from 'mediasoup';
import type { PeerMedia, RoomMedia } from '#sfu/types.ts';
import { until } from '../support/wait.ts';
import { dtlsParameters, listen, opus, receiver, simulcast, startMedia, vp8 } from './support.ts';
import type { TestMedia } from './support.ts';

let media: TestMedia;
let room: RoomMedia;

beforeAll(async () => {
  media = await startMedia({ MEDIA_MAX_PRODUCERS: '3', MEDIA_MAX_CONSUMERS: '3' });
});
afterAll(async () => {
  await media.close();
});
beforeEach(async () => {
  room = await media.server.openRoom('visit');
});
afterEach(() => room.close());

const add = (peerId: string, options: { canSend?: boolean; audioOnly?: boolean } = {}): Promise<PeerMedia> =>
  room.addPeer({ peerId, rtpCapabilities: receiver(media.server), canSend: true, audioOnly: false, ...options });

const send = (peer: PeerMedia, options: Partial<Parameters<PeerMedia['produce']>[0]> = {}) =>
  peer.produce({ transportId: peer.send!.id, kind: 'audio', source: 'microphone', rtpParameters: opus(), paused: false, ...options });

const camera = (peer: PeerMedia, rtpParameters = simulcast()) => send(peer, { kind: 'video', source: 'camera', rtpParameters });

describe('addPeer', () => {
  test('data channels do not count against the limit of consumers', async () => {
    const doctor = await add('doctor');
    const data = (streamId: number) =>
      doctor.produceData({ transportId: doctor.send!.id, sctpStreamParameters: { streamId, ordered: true }, label: '', protocol: '' });
    for (const streamId of [1, 2, 3]) await data(streamId);
    await send(doctor);
    await camera(doctor);
    const patient = await add('patient');
    expect(patient.dataConsumers()).toHaveLength(3);
    expect(patient.consumers()).toHaveLength(2);
  });

  test('addPeer() gives consumers for all that is being sent, told as the answer and not as events', async () => {
    const created = listen(room, 'consumerCreated');
    const doctor = await add('doctor');
    await send(doctor);
    await camera(doctor);
    const patient = await add('patient');
    expect(patient.consumers().map(({ source }) => source)).toEqual(['microphone', 'camera']);
    expect(created).toEqual([]);
    await send(doctor, { kind: 'video', source: 'screen', rtpParameters: vp8() });
    await until('the event', () => created.length === 1);
    expect(created[0]).toMatchObject({ peerId: 'patient', consumer: { peerId: 'doctor', source: 'screen', kind: 'video' } });
  });

  test('addPeer() of one who may not send gives no send transport', async () => {
    const observer = await add('observer', { canSend: false });
    expect(observer.send).toBeNull();
    await expect(send({ ...observer, send: observer.recv, produce: observer.produce.bind(observer) })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('addPeer() again with the same id replaces the seat', async () => {
    const before = await add('doctor');
    const after = await add('doctor');
    expect(before.closed).toBe(true);
    expect(room.peer('doctor')).toBe(after);
    await expect(send(before)).rejects.toMatchObject({ code: 'closed' });
  });

  test('addPeer() at the same moment for everybody gives each exactly one consumer of each other', async () => {
    const peers = await Promise.all(
      Array.from({ length: 4 }, async (_, index) => {
        const peer = await add(`p${index}`);
        await send(peer);
        return peer;
      }),
    );
    await until('all consumers', () => peers.every((peer) => peer.consumers().length === 3));
    for (const peer of peers) expect(new Set(peer.consumers().map(({ peerId }) => peerId)).size).toBe(3);
  });

  test('addPeer() with capabilities that make no sense is invalid_media', async () => {
    const rtpCapabilities = { codecs: [{ kind: 'audio', mimeType: 'nonsense', clockRate: 1 }] } as never;
    await expect(room.addPeer({ peerId: 'x', rtpCapabilities, canSend: true, audioOnly: false })).rejects.toMatchObject({
      code: 'invalid_media',
    });
    expect(room.peer('x')).toBeUndefined();
  });

  test('addPeer() of a device without a codec leaves that track out', async () => {
    const doctor = await add('doctor');
    await send(doctor);
    await camera(doctor);
    const codecs = receiver(media.server).codecs!.filter(({ kind }) => kind === 'audio');
    const phone = await room.addPeer({ peerId: 'phone', rtpCapabilities: { codecs }, canSend: false, audioOnly: true });
    expect(phone.consumers().map(({ kind }) => kind)).toEqual(['audio']);
  });
});

describe('limits', () => {
  test('produce() of a source that is taken, or above the limit, is limit_reached; a closed one makes room', async () => {
    const doctor = await add('doctor');
    const { id } = await send(doctor);
    await expect(send(doctor)).rejects.toMatchObject({ code: 'limit_reached' });
    await camera(doctor);
    await send(doctor, { kind: 'video', source: 'screen', rtpParameters: vp8() });
    await expect(send(doctor, { source: 'screen-audio' })).rejects.toMatchObject({ code: 'limit_reached' });
    doctor.closeProducer(id);
    await send(doctor);
    expect(doctor.producers()).toHaveLength(3);
  });

  test('produce() twice at the same moment accepts one', async () => {
    const doctor = await add('doctor');
    const results = await Promise.allSettled([send(doctor), send(doctor)]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  test('consumers stop at the limit, sound first, and the next one follows when one ends', async () => {
    const [a, b] = [await add('a'), await add('b')];
    for (const peer of [a, b]) {
      await camera(peer);
      await send(peer);
    }
    const patient = await add('patient');
    expect(
      patient
        .consumers()
        .map(({ kind }) => kind)
        .toSorted(),
    ).toEqual(['audio', 'audio', 'video']);
    const shown = patient.consumers().find(({ kind }) => kind === 'video')!;
    room.peer(shown.peerId)!.closeProducer(shown.producerId);
    const other = shown.peerId === 'a' ? 'b' : 'a';
    await until('the other video', () => patient.consumers().some(({ kind, peerId }) => kind === 'video' && peerId === other));
  });

  test('addPeer() above the limit of transports is limit_reached', async () => {
    const small = await startMedia({ MEDIA_MAX_TRANSPORTS: '1' });
    const other = await small.server.openRoom('small');
    const options = { peerId: 'x', rtpCapabilities: receiver(media.server), audioOnly: false };
    await expect(other.addPeer({ ...options, canSend: true })).rejects.toMatchObject({ code: 'limit_reached' });
    expect((await other.addPeer({ ...options, canSend: false })).send).toBeNull();
    await small.close();
  });

  test('produceData() above the limit is limit_reached', async () => {
    const doctor = await add('doctor');
    const open = (streamId: number) =>
      doctor.produceData({ transportId: doctor.send!.id, sctpStreamParameters: { streamId, ordered: true }, label: '', protocol: '' });
    for (const streamId of [1, 2, 3]) await open(streamId);
    await expect(open(4)).rejects.toMatchObject({ code: 'limit_reached' });
  });
});

describe('bad requests', () => {
  test('unknown ids are not_found, and ignored where the object may just have closed', async () => {
    const doctor = await add('doctor');
    const notFound = { code: 'not_found' };
    await expect(doctor.connectTransport('x', dtlsParameters)).rejects.toMatchObject(notFound);
    await expect(doctor.restartIce('x')).rejects.toMatchObject(notFound);
    await expect(send(doctor, { transportId: doctor.recv.id })).rejects.toMatchObject(notFound);
    await expect(doctor.pauseProducer('x')).rejects.toMatchObject(notFound);
    await expect(doctor.resumeProducer('x')).rejects.toMatchObject(notFound);
    await expect(doctor.resumeConsumers(['x'])).rejects.toMatchObject(notFound);
    await expect(doctor.pauseConsumers(['x'])).rejects.toMatchObject(notFound);
    await doctor.display([{ consumerId: 'x', width: 1, height: 1 }]);
    doctor.closeProducer('x');
  });

  test('resumeConsumers() resumes those that exist beside one that is gone', async () => {
    const doctor = await add('doctor');
    await send(doctor);
    const patient = await add('patient');
    await patient.resumeConsumers(['gone', patient.consumers()[0]!.id]);
  });

  test('produce() of a source with the wrong kind, or with parameters that make no sense, is invalid_media and frees the source', async () => {
    const doctor = await add('doctor');
    const invalid = { code: 'invalid_media' };
    await expect(send(doctor, { kind: 'video', rtpParameters: vp8() })).rejects.toMatchObject(invalid);
    await expect(send(doctor, { rtpParameters: { codecs: [] } })).rejects.toMatchObject(invalid);
    await expect(
      send(doctor, { rtpParameters: { ...opus(), headerExtensions: [{ uri: 'no:such:extension' as never, id: -1 }], mid: 7 as never } }),
    ).rejects.toMatchObject(invalid);
    const unknown = { ...opus(), codecs: [{ mimeType: 'audio/unheard-of', payloadType: 96, clockRate: 8_000 }] };
    await expect(send(doctor, { rtpParameters: unknown })).rejects.toMatchObject(invalid);
    await send(doctor);
  });

  test('produce() with an SSRC that is in use is invalid_media', async () => {
    const doctor = await add('doctor');
    const rtpParameters = vp8();
    await camera(doctor, rtpParameters);
    const again = send(doctor, { kind: 'video', source: 'screen', rtpParameters });
    await expect(again).rejects.toMatchObject({ code: 'invalid_media' });
  });

  test('connectTransport() without fingerprints is invalid_media; repeated it is no fault, changed it is', async () => {
    const doctor = await add('doctor');
    const { id } = doctor.recv;
    await expect(doctor.connectTransport(id, { fingerprints: [] })).rejects.toMatchObject({ code: 'invalid_media' });
    await doctor.connectTransport(id, dtlsParameters);
    await doctor.connectTransport(id, dtlsParameters);
    const changed = { ...dtlsParameters, role: 'server' as const };
    await expect(doctor.connectTransport(id, changed)).rejects.toMatchObject({ code: 'invalid_media' });
  });

  test('produce() with broken parameters always answers with a MediaError and never harms the worker', async () => {
    const doctor = await add('doctor');
    const junk = fc.oneof(
      fc.constant(undefined),
      fc.integer(),
      fc.string(),
      fc.constant(null),
      fc.array(fc.integer(), { maxLength: 3 }),
      fc.object(),
    );
    const field = fc.constantFrom('codecs', 'encodings', 'headerExtensions', 'rtcp', 'mid');
    await fc.assert(
      fc.asyncProperty(field, junk, async (name, value) => {
        const rtpParameters = { ...opus(), [name]: value } as never;
        const produced = await send(doctor, { rtpParameters }).catch((error: unknown) => {
          expect(error).toMatchObject({ name: 'MediaError' });
          return null;
        });
        if (produced) doctor.closeProducer(produced.id);
      }),
      { numRuns: 200 },
    );
    expect(media.workers[0]!.closed).toBe(false);
    expect(room.closed).toBe(false);
  });
});

describe('layers', () => {
  test('display() folds what everybody wants into what the publisher sends', async () => {
    const told = listen(room, 'producerLayers');
    const doctor = await add('doctor');
    const { id } = await camera(doctor);
    const [a, b] = [await add('a'), await add('b')];
    const show = (peer: PeerMedia, width: number, height: number) => peer.display([{ consumerId: peer.consumers()[0]!.id, width, height }]);
    const last = (layer: number) => until(`layer ${layer}`, () => told.at(-1)?.maxSpatialLayer === layer);
    await a.resumeConsumers([a.consumers()[0]!.id]);
    await show(a, 320, 180);
    await show(b, 640, 360);
    await last(1);
    await show(b, 0, 0);
    await last(0);
    await show(a, 1_920, 1_080);
    expect(told.at(-1)).toEqual({ peerId: 'doctor', producerId: id, maxSpatialLayer: 2 });
    await a.setAudioOnly(true);
    await last(-1);
    await a.setAudioOnly(false);
    expect(told.at(-1)?.maxSpatialLayer).toBe(2);
    a.close();
    await last(-1);
  });

  test('a producer that nobody is there for is told to send nothing', async () => {
    const told = listen(room, 'producerLayers');
    await camera(await add('doctor'));
    await until('nothing wanted', () => told.at(-1)?.maxSpatialLayer === -1);
    await add('patient');
    await until('wanted', () => told.at(-1)?.maxSpatialLayer === 2);
  });

  test('display() sets preferred layers and pauses what is not visible; sound goes on', async () => {
    const doctor = await add('doctor');
    await camera(doctor);
    await send(doctor);
    const { consumers } = await watchConsumers(() => add('patient'));
    const patient = room.peer('patient')!;
    const [sound, video] = ['audio', 'video'].map((kind) => consumers.find((each) => each.kind === kind)!);
    expect([sound!.paused, video!.paused]).toEqual([true, true]);
    await patient.display([{ consumerId: video!.id, width: 200, height: 112 }]);
    expect([video!.paused, video!.preferredLayers?.spatialLayer]).toEqual([true, 0]);
    await patient.resumeConsumers([sound!.id, video!.id]);
    expect([sound!.paused, video!.paused]).toEqual([false, false]);
    await patient.display([
      { consumerId: video!.id, width: 0, height: 0 },
      { consumerId: sound!.id, width: 0, height: 0 },
    ]);
    expect([sound!.paused, video!.paused]).toEqual([false, true]);
    await patient.display([{ consumerId: video!.id, width: 700, height: 394 }]);
    expect([video!.paused, video!.preferredLayers?.spatialLayer]).toEqual([false, 1]);
    await patient.setAudioOnly(true);
    expect([sound!.paused, video!.paused]).toEqual([false, true]);
    await patient.setAudioOnly(false);
    expect(video!.paused).toBe(false);
    await patient.pauseConsumers([video!.id]);
    await patient.display([{ consumerId: video!.id, width: 700, height: 394 }]);
    expect(video!.paused).toBe(true);
  });
});

/** mediasoup's own view of the consumers that are created meanwhile. */
async function watchConsumers(during: () => Promise<unknown>) {
  const consumers: types.Consumer[] = [];
  const router = [...(media.workers[0] as unknown as { routersForTesting: Set<types.Router> }).routersForTesting].at(-1)!;
  router.observer.on('newtransport', (transport) => transport.observer.on('newconsumer', (consumer) => consumers.push(consumer)));
  await during();
  return { consumers };
}
