/** Our side of the receiver benchmark: one room of our media server whose camera is an RTP feed, and joins over HTTP. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { plainTransport, startMediaServer, usePlainTransports } from '../forwarding/ours.ts';
import { transportOptions } from '../forwarding/plain.ts';
import type { DtlsParameters, RtpCapabilities } from '#sfu/index.ts';
import { burn } from '../twin.ts';
import { FEED_PAYLOAD_TYPE, FEED_SSRC } from './feed.ts';

const [twin = '0'] = process.argv.slice(2);
const useRealTransports = usePlainTransports({ ...transportOptions, enableSrtp: false, comedia: true });
const media = await startMediaServer(1);
const room = await media.openRoom('receivers');
const sender = await room.addPeer({ peerId: 'sender', rtpCapabilities: room.routerRtpCapabilities, canSend: true, audioOnly: false });
useRealTransports();
const sending = sender.send?.id ?? '';
await sender.produce({
  transportId: sending,
  kind: 'video',
  source: 'camera',
  rtpParameters: {
    codecs: [{ mimeType: 'video/VP8', clockRate: 90_000, payloadType: FEED_PAYLOAD_TYPE, parameters: {}, rtcpFeedback: [] }],
    encodings: [{ ssrc: FEED_SSRC }],
    rtcp: { cname: 'feed' },
  },
  paused: false,
});

interface Request {
  peerId: string;
  rtpCapabilities?: RtpCapabilities;
  transportId?: string;
  dtlsParameters?: DtlsParameters;
}

const methods: Record<string, (request: Request) => Promise<unknown>> = {
  capabilities: async () => media.routerRtpCapabilities,
  async join({ peerId, rtpCapabilities }) {
    const peer = await room.addPeer({ peerId, rtpCapabilities: rtpCapabilities!, canSend: false, audioOnly: false });
    return { recv: peer.recv, consumers: peer.consumers() };
  },
  connect: async ({ peerId, transportId, dtlsParameters }) => room.peer(peerId)?.connectTransport(transportId!, dtlsParameters!),
  async resume({ peerId }) {
    const peer = room.peer(peerId);
    await peer?.resumeConsumers(peer.consumers().map(({ id }) => id));
  },
};

async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString()) as Request;
  try {
    const data = await methods[(incoming.url ?? '').slice(1)]!(body);
    outgoing.end(JSON.stringify({ data: data ?? null }));
  } catch (error) {
    outgoing.statusCode = 500;
    outgoing.end(JSON.stringify({ error: String(error) }));
  }
}

const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
if (Number(twin) > 0) burn(Number(twin));
server.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.send?.({ url, workerPid: media.workers()[0]?.pid, rtpPort: plainTransport(sending).tuple.localPort });
});
process.on('disconnect', () => process.exit());
