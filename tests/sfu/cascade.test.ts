/** One room over several workers. How many consumers a worker takes is limited here, so that rooms outgrow them soon. */
import { jest } from '@jest/globals';
import { observer } from 'mediasoup';
import type { types } from 'mediasoup';
import { loadConfig } from '#config/index.ts';
import { MediaError } from '#sfu/errors.ts';
import { openLocalEdge } from '#sfu/local-edge.ts';
import { LOCAL_PIPES } from '#sfu/pipe.ts';
import type { Upstream } from '#sfu/pipe.ts';
import { PipeInlet } from '#sfu/pipe-inlet.ts';
import { PipeOutlet } from '#sfu/pipe-outlet.ts';
import type { PeerMedia, RoomMedia } from '#sfu/types.ts';
import type { WorkerSlot } from '#sfu/worker-slot.ts';
import { createMemoryLog } from '../support/memory-ports.ts';
import { createRtcClient } from '../support/rtc-client.ts';
import type { RtcClient } from '../support/rtc-client.ts';
import { until } from '../support/wait.ts';
import { listen, opus, receiver, simulcast, startMedia } from './support.ts';
import type { TestMedia } from './support.ts';

/** Consumers of one worker; receivers take four fifths of it as long as there is another worker. */
const LIMIT = 10;

let media: TestMedia;
let room: RoomMedia;
const clients: RtcClient[] = [];
/** Pipe transports that were opened, closed ones included. */
const pipes: types.Transport[] = [];
const producers = new Map<string, types.Producer>();

function watch(worker: types.Worker): void {
  worker.observer.on('newrouter', (router) =>
    router.observer.on('newtransport', (transport) => {
      if (transport.type === 'pipe') pipes.push(transport);
      else transport.observer.on('newproducer', (producer) => producers.set(producer.id, producer));
    }),
  );
}

beforeAll(async () => {
  observer.on('newworker', watch);
  media = await startMedia({ MEDIA_WORKERS: '3', MEDIA_WORKER_MAX_CONSUMERS: String(LIMIT), MEDIA_WORKER_CPU_LIMIT: '1' });
});
afterAll(async () => {
  await media.close();
  observer.off('newworker', watch);
});
beforeEach(async () => {
  await until('three workers', () => media.server.workers().length === 3);
  room = await media.server.openRoom('visit');
  pipes.length = 0;
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  room.close();
});

const add = (peerId: string, canSend = false): Promise<PeerMedia> =>
  room.addPeer({ peerId, rtpCapabilities: receiver(media.server), canSend, audioOnly: false });

const camera = (peer: PeerMedia) =>
  peer.produce({ transportId: peer.send!.id, kind: 'video', source: 'camera', rtpParameters: simulcast(), paused: false });

const openPipes = () => pipes.filter((pipe) => !pipe.closed).length;
const consumersByWorker = () => media.server.workers().map(({ consumers }) => consumers);

/** A publisher with a camera and so many who watch. */
async function fill(viewers: number): Promise<PeerMedia[]> {
  const host = await add('host', true);
  await camera(host);
  const peers: PeerMedia[] = [];
  for (let index = 0; index < viewers; index += 1) peers.push(await add(`viewer-${index}`));
  return peers;
}

async function connect(peerId: string, canSend: boolean): Promise<{ client: RtcClient; peer: PeerMedia }> {
  const client = await createRtcClient(media.server.routerRtpCapabilities);
  clients.push(client);
  const peer = await room.addPeer({ peerId, rtpCapabilities: client.rtpCapabilities, canSend, audioOnly: false });
  client.open(peer, peer);
  return { client, peer };
}

test('a usual room stays on its router and has no pipes', async () => {
  const peers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => add(id, true)));
  for (const peer of peers) {
    await camera(peer);
    await peer.produce({ transportId: peer.send!.id, kind: 'audio', source: 'microphone', rtpParameters: opus(), paused: false });
  }
  await until('everybody to have all', () => peers.every((peer) => peer.consumers().length === 8));
  expect(pipes).toEqual([]);
  expect(media.server.workers().map(({ rooms }) => rooms)).toEqual(expect.arrayContaining([1, 0, 0]));
});

test('a large room goes on on the next worker before its own is full, and is media_full only when all are', async () => {
  const host = await add('host', true);
  await camera(host);
  let all = 0;
  const home = media.server.workers().findIndex(({ pid }) => pid === room.workerPid);
  for (let full = false; !full;) {
    const before = pipes.length;
    const [atHome] = [consumersByWorker()[home]!];
    const peer = await add(`viewer-${all}`).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'media_full' });
      full = true;
    });
    if (peer) expect(peer.consumers()).toHaveLength(1);
    if (peer) all += 1;
    // The first pipe was made while the worker still had room.
    if (before === 0 && pipes.length > 0) expect(atHome).toBeLessThan(LIMIT);
    expect(Math.max(...consumersByWorker())).toBeLessThanOrEqual(LIMIT);
  }
  // What the pipes to two other workers take is taken from what the first worker can give.
  expect(all).toBe(3 * LIMIT - 2);
  expect(openPipes()).toBe(4);
  expect(consumersByWorker().toSorted((a, b) => a - b)).toEqual([LIMIT - 2, LIMIT, LIMIT]);
});

test('everybody who comes at the same moment gets in, over as few workers as it takes', async () => {
  await camera(await add('host', true));
  const peers = await Promise.all(Array.from({ length: 14 }, (_, index) => add(`viewer-${index}`)));
  expect(peers.map((peer) => peer.consumers().length)).toEqual(Array(14).fill(1));
  expect(consumersByWorker().filter((consumers) => consumers > 0)).toHaveLength(2);
});

test('a track that begins later reaches every worker; layers that are wanted there are asked of its sender', async () => {
  const told = listen(room, 'producerLayers');
  const created = listen(room, 'consumerCreated');
  const host = await add('host', true);
  const peers: PeerMedia[] = [];
  for (let index = 0; index < 12; index += 1) peers.push(await add(`viewer-${index}`));
  expect(pipes).toEqual([]);
  await camera(host);
  await until('everybody to be told', () => created.length === 12);
  expect(openPipes()).toBe(2);
  await until('all layers to be wanted', () => told.at(-1)?.maxSpatialLayer === 2 || host.producerLayers()[0]?.maxSpatialLayer === 2);
  const show = (size: number) =>
    Promise.all(peers.map((peer) => peer.display([{ consumerId: peer.consumers()[0]!.id, width: size, height: size }])));
  await show(0);
  await until('nothing to be wanted', () => told.at(-1)?.maxSpatialLayer === -1);
  const last = peers.at(-1)!;
  await last.display([{ consumerId: last.consumers()[0]!.id, width: 500, height: 400 }]);
  await until('one at the far end to be heard', () => told.at(-1)?.maxSpatialLayer === 1);
});

test('sound, picture, pauses, key frame requests and data channels cross; an end is told', async () => {
  const host = await connect('host', true);
  const { producerId } = await host.client.publish('camera');
  await host.client.publish('microphone');
  const channel = await host.client.publishData('pointer');
  for (let index = 0; index < 4; index += 1) await add(`viewer-${index}`);
  const guest = await connect('guest', false);
  expect(openPipes()).toBe(2);

  const consumers = guest.peer.consumers();
  expect(consumers.map(({ source, peerId }) => `${peerId} ${source}`)).toEqual(['host microphone', 'host camera']);
  const [sound, video] = await Promise.all(consumers.map((consumer) => guest.client.receive(consumer)));
  const inbox = await guest.client.receiveData(guest.peer.dataConsumers()[0]!);
  const plis = async () => (await producers.get(producerId)!.getStats())[0]!.pliCount;
  await guest.peer.resumeConsumers(consumers.map(({ id }) => id));
  await until('packets through the pipe', () => sound!.packets() > 5 && video!.packets() > 5);
  await guest.peer.pauseConsumers([video!.consumerId]);
  const before = await plis();
  await guest.peer.resumeConsumers([video!.consumerId]);
  await until('a key frame request at the sender', async () => (await plis()) > before);
  await until('the message', () => {
    channel.send('here');
    return inbox.messages().includes('here');
  });

  const changed = listen(room, 'consumerChanged');
  await host.peer.pauseProducer(producerId);
  await until('the pause', () => changed.some(({ peerId, producerPaused }) => peerId === 'guest' && producerPaused));
  await host.peer.resumeProducer(producerId);
  await until('the end of the pause', () => changed.some(({ peerId, producerPaused }) => peerId === 'guest' && !producerPaused));
  const paused = video!.packets();
  await until('packets again', () => video!.packets() > paused + 5);

  const closed = listen(room, 'consumerClosed');
  const dataClosed = listen(room, 'dataConsumerClosed');
  host.peer.closeProducer(producerId);
  await until('the end of the picture', () => closed.some(({ consumerId }) => consumerId === video!.consumerId));
  expect(openPipes()).toBe(2);
  host.peer.close();
  await until('the end of all', () => guest.peer.consumers().length + guest.peer.dataConsumers().length === 0);
  expect(dataClosed.some(({ peerId }) => peerId === 'guest')).toBe(true);
  await until('the end of the pipe', () => openPipes() === 0);
});

test('the pipe ends with the last who receives, the router with the last who is there, and both are made again', async () => {
  const peers = await fill(12);
  expect(openPipes()).toBe(2);
  const routers = () =>
    media.server
      .workers()
      .map(({ rooms }) => rooms)
      .toSorted((a, b) => a - b);
  expect(routers()).toEqual([0, 1, 1]);
  for (const peer of peers) peer.close();
  await until('the pipe to end', () => openPipes() === 0);
  expect(routers()).toEqual([0, 0, 1]);
  const again = await Promise.all(Array.from({ length: 12 }, (_, index) => add(`again-${index}`)));
  expect(again.map((peer) => peer.consumers().length)).toEqual(Array(12).fill(1));
  expect(openPipes()).toBe(2);
});

test('a worker at the far end that dies takes only those along who received on it; they come back elsewhere', async () => {
  const lost = listen(room, 'lost');
  const peerLost = listen(room, 'peerLost');
  const peers = await fill(12);
  const far = media.server.workers().find(({ pid, consumers }) => pid !== room.workerPid && consumers > 0)!;
  process.kill(far.pid, 'SIGKILL');
  await until('those to be told', () => peerLost.length === far.consumers);
  expect(lost).toEqual([]);
  const gone = peers.filter((peer) => peer.closed).map(({ id }) => id);
  expect(gone.toSorted()).toEqual(peerLost.map(({ peerId }) => peerId).toSorted());
  await until('the pipe to end at this end', () => openPipes() === 0);
  const back = await Promise.all(gone.map((peerId) => add(peerId)));
  expect(back.map((peer) => peer.consumers().length)).toEqual(gone.map(() => 1));
  expect(openPipes()).toBe(2);
});

test('the worker of the room that dies ends it on all workers', async () => {
  const lost = listen(room, 'lost');
  const peers = await fill(12);
  const survivors = media.workers.filter(({ pid, closed }) => pid !== room.workerPid && !closed);
  process.kill(room.workerPid, 'SIGKILL');
  await until('the end', () => lost.length === 1);
  expect(room.closed).toBe(true);
  expect(peers.every((peer) => peer.closed)).toBe(true);
  const routers = await Promise.all(survivors.map(async (worker) => (await worker.dump()).routerIds));
  expect(routers).toEqual([[], []]);
});

test('an edge that nobody comes to is closed; a pipe that fails is not kept: the next one who needs it makes it', async () => {
  const worker = media.workers.find(({ closed }) => !closed)!;
  const slot = { index: 0, worker, hosted: new Set(), grown: [] } as unknown as WorkerSlot;
  const told: string[] = [];
  const [gone, closed] = ['gone', 'closed'].map((what) => () => void told.push(what)) as [() => void, () => void];
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setInterval', 'queueMicrotask', 'performance', 'hrtime', 'Date'] });
  const common = { roomId: 'visit', config: loadConfig({}), log: createMemoryLog(), emit: () => undefined, settings: LOCAL_PIPES };
  const edge = await openLocalEdge({ ...common, slot, upstream: {} as Upstream, gone, closed });
  jest.runOnlyPendingTimers();
  jest.useRealTimers();
  expect([edge.closed, slot.hosted.size, told]).toEqual([true, 0, ['closed', 'gone']]);

  const [from, to] = await Promise.all(
    media.workers
      .filter(({ closed }) => !closed)
      .slice(0, 2)
      .map((worker) => worker.createRouter()),
  );
  const outlet = new PipeOutlet({ router: from!, track: () => undefined }, LOCAL_PIPES);
  let failures = 0;
  const connect: PipeOutlet['connect'] = (pipeId, edge) => {
    if (failures++ === 0) return Promise.reject(new MediaError('media_unavailable'));
    return outlet.connect(pipeId, edge);
  };
  const upstream = new Proxy(outlet, {
    get: (target, name) => (name === 'connect' ? connect : (Reflect.get(target, name) as () => void).bind(target)),
  });
  const inlet = new PipeInlet({ router: to!, upstream, settings: LOCAL_PIPES });
  const first = [inlet.open(), inlet.open()];
  for (const one of first) await expect(one).rejects.toMatchObject({ code: 'media_unavailable' });
  expect([failures, openPipes()]).toEqual([1, 0]);
  const done = await Promise.all([inlet.open(), inlet.open()]);
  expect([failures, openPipes()]).toEqual([2, 2]);
  for (const end of done) end();
  await until('the end of the pipe', () => openPipes() === 0);
  for (const router of [from, to]) router!.close();
});

test('what an edge did not wait for does not stay at home', async () => {
  const worker = media.workers.find(({ closed }) => !closed)!;
  const router = await worker.createRouter();
  const outlet = new PipeOutlet({ router, track: () => undefined }, LOCAL_PIPES);
  const edge = { ip: '127.0.0.1', port: 9 };
  const late = outlet.connect('late', edge);
  outlet.disconnect('late');
  await expect(late).rejects.toMatchObject({ code: 'closed' });
  expect(openPipes()).toBe(0);

  const { id } = await (await router.createDirectTransport()).produceData();
  await outlet.connect('pipe', edge);
  await outlet.connect('other', edge);
  const first = await outlet.pullData('pipe', id);
  await outlet.pullData('other', id);
  // Its answer was too late: the edge asks once more.
  const second = await outlet.pullData('pipe', id);
  expect([first.consumerId === second.consumerId, outlet.count]).toEqual([false, 2]);
  outlet.close();
  expect([outlet.count, openPipes()]).toEqual([0, 0]);
  router.close();
});
