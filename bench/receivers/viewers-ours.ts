/** Receivers of our room: mediasoup-client over werift or over libwebrtc (@roamhq/wrtc). */
import wrtc from '@roamhq/wrtc';
import { Device, type types } from 'mediasoup-client';
import type { ConsumerInfo, RtpCapabilities, TransportOptions } from '#sfu/index.ts';
import { createRtcClient } from '#tests/support/rtc-client.ts';
import type { Library, Viewer } from './viewers.ts';

interface Joined {
  recv: TransportOptions;
  consumers: ConsumerInfo[];
}

type Call = <T>(method: string, body: object) => Promise<T>;

function caller(url: string): Call {
  return async <T>(method: string, body: object): Promise<T> => {
    const { data, error } = (await (await fetch(`${url}/${method}`, { method: 'POST', body: JSON.stringify(body) })).json()) as {
      data: T;
      error?: string;
    };
    if (error) throw new Error(`${method}: ${error}`);
    return data;
  };
}

async function watchWithWerift(call: Call, peerId: string): Promise<Viewer> {
  const client = await createRtcClient(await call<RtpCapabilities>('capabilities', {}));
  const { recv, consumers } = await call<Joined>('join', { peerId, rtpCapabilities: client.rtpCapabilities });
  const refuse = (): Promise<never> => Promise.reject(new Error('a viewer does not send'));
  client.open(
    { send: null, recv },
    {
      connectTransport: (transportId, dtlsParameters) => call('connect', { peerId, transportId, dtlsParameters }),
      produce: refuse,
      produceData: refuse,
    },
  );
  const received = await Promise.all(consumers.map((consumer) => client.receive(consumer)));
  await call('resume', { peerId });
  return async () => received.reduce((sum, one) => sum + one.packets(), 0);
}

/** Packets of all streams of a connection. */
export function packetsIn(stats: Iterable<unknown>): number {
  let packets = 0;
  for (const report of stats) {
    const { type, packetsReceived } = report as { type: string; packetsReceived?: number };
    if (type === 'inbound-rtp') packets += packetsReceived ?? 0;
  }
  return packets;
}

async function watchWithWrtc(call: Call, peerId: string): Promise<Viewer> {
  const { RTCPeerConnection, RTCSessionDescription, RTCIceCandidate, MediaStream } = wrtc;
  Object.assign(globalThis, { RTCPeerConnection, RTCSessionDescription, RTCIceCandidate, MediaStream });
  const device = new Device({ handlerName: 'Chrome111' });
  await device.load({ routerRtpCapabilities: await call<types.RtpCapabilities>('capabilities', {}) });
  const { recv, consumers } = await call<Joined>('join', { peerId, rtpCapabilities: device.recvRtpCapabilities });
  const transport = device.createRecvTransport(recv as types.TransportOptions);
  transport.on('connect', ({ dtlsParameters }, done, failed) => {
    call('connect', { peerId, transportId: transport.id, dtlsParameters }).then(() => done(), failed);
  });
  await Promise.all(
    consumers.map(({ id, producerId, kind, rtpParameters }) =>
      transport.consume({ id, producerId, kind, rtpParameters: rtpParameters as types.RtpParameters }),
    ),
  );
  await call('resume', { peerId });
  return async () => packetsIn((await transport.getStats()).values());
}

export function watchOurs(url: string, library: Library): (index: number) => Promise<Viewer> {
  const call = caller(url);
  return (index) => (library === 'wrtc' ? watchWithWrtc : watchWithWerift)(call, `viewer-${index}`);
}
