import { createRequire } from 'node:module';
import { Device } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import type { DtlsParameters, PeerMedia } from '#sfu/types.ts';
import { until } from '../support/wait.ts';
import { listen, opus, startMedia } from './support.ts';

/** libwebrtc, because it says goodbye over DTLS when a connection is closed, as browsers do. */
const wrtc = createRequire(import.meta.url)('@roamhq/wrtc') as Record<string, unknown>;

test('a page that closes its connection without a word ends its media: the others are told, the seat can be added anew', async () => {
  const { RTCPeerConnection, RTCSessionDescription, MediaStream } = wrtc;
  Object.assign(globalThis, { RTCPeerConnection, RTCSessionDescription, MediaStream });
  const media = await startMedia();
  const room = await media.server.openRoom('visit');
  const ended = listen(room, 'peerEnded');
  const closed = listen(room, 'consumerClosed');
  const device = new Device({ handlerName: 'Chrome111' });
  await device.load({ routerRtpCapabilities: media.server.routerRtpCapabilities as types.RtpCapabilities });
  const add = (peerId: string): Promise<PeerMedia> =>
    room.addPeer({ peerId, rtpCapabilities: media.server.routerRtpCapabilities, canSend: true, audioOnly: false });

  const connectAndLeave = async (peer: PeerMedia): Promise<void> => {
    const transport = device.createSendTransport(peer.send as types.TransportOptions);
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      peer.connectTransport(transport.id, dtlsParameters as DtlsParameters).then(() => done(), failed);
    });
    transport.on('producedata', (_data, done) => done({ id: 'none' }));
    await transport.produceData();
    await until('the connection', () => transport.connectionState === 'connected');
    expect(peer.closed).toBe(false);
    transport.close();
  };

  const doctor = await add('doctor');
  const patient = await add('patient');
  await doctor.produce({
    transportId: doctor.send!.id,
    kind: 'audio',
    source: 'microphone',
    rtpParameters: opus(),
    paused: false,
  });
  await until('a consumer', () => patient.consumers().length === 1);
  const consumerId = patient.consumers()[0]!.id;

  await connectAndLeave(doctor);
  await until('the end of the seat', () => doctor.closed);
  expect(room.peer('doctor')).toBeUndefined();
  expect(ended).toEqual([{ peerId: 'doctor' }]);
  expect(doctor.producers()).toEqual([]);
  await until('the end of the consumer', () => closed.length === 1);
  expect(closed).toEqual([{ peerId: 'patient', consumerId }]);
  expect((await add('doctor')).closed).toBe(false);

  // Somebody who sends nothing is told of as well.
  await connectAndLeave(patient);
  await until('the end of the silent seat', () => patient.closed);
  expect(ended).toEqual([{ peerId: 'doctor' }, { peerId: 'patient' }]);
  await media.close();
});
