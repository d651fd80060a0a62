/** The bare side of the join benchmarks: mediasoup behind a WebSocket with four batched calls; no accounts, no rooms. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createWorker, type types } from 'mediasoup';
import { WebSocketServer } from 'ws';

interface Call {
  id: number;
  method: string;
  data: Record<string, never>;
}

const worker = await createWorker({ logLevel: 'error' });
const router = await worker.createRouter({
  mediaCodecs: [
    { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
    { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  ],
});
const webRtcServer = await worker.createWebRtcServer({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }] });
const transports = new Map<string, types.WebRtcTransport>();
const consumers = new Map<string, types.Consumer>();
const producers = new Set<string>();
const transportOf = (id: string): types.WebRtcTransport => transports.get(id)!;

async function join() {
  const transport = await router.createWebRtcTransport({ webRtcServer, initialAvailableOutgoingBitrate: 1_000_000 });
  const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
  transports.set(id, transport);
  return {
    capabilities: router.rtpCapabilities,
    transport: { id, iceParameters, iceCandidates, dtlsParameters },
    producerIds: [...producers],
  };
}

async function consume({
  id,
  producerIds,
  rtpCapabilities,
}: {
  id: string;
  producerIds: string[];
  rtpCapabilities: types.RtpCapabilities;
}) {
  const made = await Promise.all(producerIds.map((producerId) => transportOf(id).consume({ producerId, rtpCapabilities, paused: true })));
  for (const consumer of made) consumers.set(consumer.id, consumer);
  return made.map(({ id: consumerId, producerId, kind, rtpParameters }) => ({ id: consumerId, producerId, kind, rtpParameters }));
}

async function produce({ id, kind, rtpParameters }: { id: string; kind: types.MediaKind; rtpParameters: types.RtpParameters }) {
  const producer = await transportOf(id).produce({ kind, rtpParameters });
  producers.add(producer.id);
  producer.observer.on('close', () => producers.delete(producer.id));
  return producer.id;
}

const methods: Record<string, (data: never) => Promise<unknown>> = {
  join,
  consume,
  produce,
  connect: ({ id, dtlsParameters }: { id: string; dtlsParameters: types.DtlsParameters }) => transportOf(id).connect({ dtlsParameters }),
  resume: ({ ids }: { ids: string[] }) => Promise.all(ids.map(async (id) => consumers.get(id)?.resume())),
};

const server = createServer();
new WebSocketServer({ server }).on('connection', (socket) => {
  const own: string[] = [];
  async function answer({ id, method, data }: Call): Promise<void> {
    try {
      const result = await methods[method]!(data as never);
      if (method === 'join') own.push((result as Awaited<ReturnType<typeof join>>).transport.id);
      socket.send(JSON.stringify({ id, data: result ?? null }));
    } catch (error) {
      socket.send(JSON.stringify({ id, error: String(error) }));
    }
  }
  socket.on('message', (text: Buffer) => void answer(JSON.parse(text.toString()) as Call));
  socket.on('close', () => {
    for (const id of own) transports.get(id)?.close();
  });
});
server.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
process.on('disconnect', () => process.exit());
