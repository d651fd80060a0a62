/** The bare side's client: a WebSocket, four batched calls, mediasoup-client. */
import { Device } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import { bench, mark, query, run } from './page.ts';

interface Joined {
  capabilities: types.RtpCapabilities;
  transport: types.TransportOptions;
  producerIds: string[];
}

const waiting = new Map<number, { resolve: (data: never) => void; reject: (error: Error) => void }>();
const socket = new WebSocket(query.get('server')!);
const open = new Promise((resolve) => socket.addEventListener('open', resolve));
let last = 0;

socket.addEventListener('message', (event) => {
  const { id, data, error } = JSON.parse(event.data as string) as { id: number; data?: never; error?: string };
  const call = waiting.get(id);
  waiting.delete(id);
  if (error) call?.reject(new Error(error));
  else call?.resolve(data as never);
});

function request<T>(method: string, data: object = {}): Promise<T> {
  bench.calls.push(method);
  const id = ++last;
  socket.send(JSON.stringify({ id, method, data }));
  return new Promise<T>((resolve, reject) => waiting.set(id, { resolve, reject }));
}

async function start() {
  await open;
  mark('socket');
  const joined = await request<Joined>('join');
  mark('joined');
  const device = await Device.factory();
  await device.load({ routerRtpCapabilities: joined.capabilities });
  mark('device');
  return { joined, device };
}

type ConnectListener = (data: { dtlsParameters: types.DtlsParameters }, done: () => void, failed: (error: Error) => void) => void;
const connect =
  (id: string): ConnectListener =>
  ({ dtlsParameters }, done, failed) =>
    void request('connect', { id, dtlsParameters }).then(done, failed);

void run({
  async publish(tracks) {
    const { joined, device } = await start();
    const transport = device.createSendTransport(joined.transport);
    transport.on('connect', connect(transport.id));
    transport.on('produce', ({ kind, rtpParameters }, done, failed) => {
      void request<string>('produce', { id: transport.id, kind, rtpParameters }).then((id) => done({ id }), failed);
    });
    for (const track of tracks)
      await transport.produce({ track, codecOptions: track.kind === 'video' ? { videoGoogleStartBitrate: 1000 } : {} });
  },
  async view(show) {
    const { joined, device } = await start();
    const transport = device.createRecvTransport(joined.transport);
    transport.on('connect', connect(transport.id));
    const offered = await request<types.ConsumerOptions[]>('consume', {
      id: transport.id,
      producerIds: joined.producerIds,
      rtpCapabilities: device.recvRtpCapabilities,
    });
    mark('consumers');
    const consumers = await Promise.all(offered.map((options) => transport.consume(options)));
    for (const consumer of consumers) if (consumer.kind === 'video') show(consumer.track);
    await request('resume', { ids: consumers.map((consumer) => consumer.id) });
  },
});
