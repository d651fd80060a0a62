/** One room over several nodes: media servers of one process, on a bus in memory and on real pipes. */
import { randomUUID } from 'node:crypto';
import { observer } from 'mediasoup';
import type { types } from 'mediasoup';
import { createClusterMedia, mediaName } from '#rooms/media-nodes.ts';
import type { ClusterMedia } from '#rooms/media-nodes.ts';
import { createMemoryBusHub } from '#rooms/memory-node-bus.ts';
import type { PeerMedia, RoomMedia } from '#sfu/types.ts';
import { createRtcClient } from '../support/rtc-client.ts';
import type { RtcClient } from '../support/rtc-client.ts';
import { until } from '../support/wait.ts';
import { LEVELS_MS, listen, opus, receiver, simulcast, startMedia } from './support.ts';
import type { TestMedia } from './support.ts';

/** Consumers of one worker; receivers take four fifths of it as long as there is another worker. */
const LIMIT = 10;

interface Node {
  id: string;
  media: TestMedia;
  line: ClusterMedia;
}

let hub = createMemoryBusHub();
const nodes: Node[] = [];
const clients: RtcClient[] = [];
const pipes: types.PipeTransport[] = [];
const producers = new Map<string, types.Producer>();

function watch(worker: types.Worker): void {
  worker.observer.on('newrouter', (router) =>
    router.observer.on('newtransport', (transport) => {
      if (transport.type === 'pipe') pipes.push(transport as types.PipeTransport);
      else transport.observer.on('newproducer', (producer) => producers.set(producer.id, producer));
    }),
  );
}

beforeAll(() => void observer.on('newworker', watch));
afterAll(() => void observer.off('newworker', watch));
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const { media, line } of nodes.splice(0)) {
    await media.close();
    await line.close();
  }
  hub = createMemoryBusHub();
  pipes.length = 0;
});

async function startNode(env: Record<string, string> = {}): Promise<Node> {
  const id = randomUUID();
  const line = createClusterMedia(hub.join(mediaName(id)));
  line.follow(() => nodes.map((node) => node.id).filter((other) => other !== id));
  const limits = { MEDIA_WORKERS: '1', MEDIA_WORKER_MAX_CONSUMERS: String(LIMIT), MEDIA_WORKER_CPU_LIMIT: '1' };
  const node = { id, line, media: await startMedia({ ...limits, ...env }, line) };
  nodes.push(node);
  return node;
}

const add = (room: RoomMedia, peerId: string, canSend = false): Promise<PeerMedia> =>
  room.addPeer({ peerId, rtpCapabilities: receiver(nodes[0]!.media.server), canSend, audioOnly: false });

const camera = (peer: PeerMedia) =>
  peer.produce({ transportId: peer.send!.id, kind: 'video', source: 'camera', rtpParameters: simulcast(), paused: false });

async function connect(room: RoomMedia, peerId: string, canSend: boolean): Promise<{ client: RtcClient; peer: PeerMedia }> {
  const client = await createRtcClient(nodes[0]!.media.server.routerRtpCapabilities);
  clients.push(client);
  const peer = await room.addPeer({ peerId, rtpCapabilities: client.rtpCapabilities, canSend, audioOnly: false });
  client.open(peer, peer);
  return { client, peer };
}

/** Lets people in until nobody else is. */
async function fill(room: RoomMedia): Promise<PeerMedia[]> {
  const peers: PeerMedia[] = [];
  for (;;) {
    const peer = await add(room, `viewer-${randomUUID()}`).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'media_full' });
      return null;
    });
    if (!peer) return peers;
    expect(peer.consumers()).toHaveLength(1);
    peers.push(peer);
  }
}

/** Lets as many people in; a node that was full is asked again a moment later. */
async function letIn(room: RoomMedia, count: number): Promise<PeerMedia[]> {
  const peers: PeerMedia[] = [];
  while (peers.length < count) {
    peers.push(await until('room for somebody', () => add(room, `viewer-${randomUUID()}`).catch(() => null)));
    expect(peers.at(-1)!.consumers()).toHaveLength(1);
  }
  return peers;
}

const openPipes = () => pipes.filter((pipe) => !pipe.closed).length;
const consumersOf = ({ media }: Node) => media.server.workers().reduce((sum, { consumers }) => sum + consumers, 0);

test('a node more is room for more people, and refuses tracks that it cannot bear; pipes between nodes are encrypted, and end with the last who receives there', async () => {
  const home = await startNode();
  const room = await home.media.server.openRoom('live');
  const host = await add(room, 'host', true);
  await camera(host);
  const alone = await fill(room);
  expect([alone.length, pipes.length]).toEqual([LIMIT, 0]);
  const next = await startNode();
  const together = [...alone, ...(await fill(room))];
  expect([together.length, consumersOf(home), consumersOf(next)]).toEqual([2 * LIMIT, LIMIT, LIMIT]);
  const open = pipes.filter((pipe) => !pipe.closed);
  expect(open.map(({ srtpParameters }) => srtpParameters?.cryptoSuite)).toEqual(open.map(() => expect.stringContaining('AES_256')));
  expect(open).toHaveLength(2);
  // There is room at home by now, but not where the others receive.
  for (const peer of alone) peer.close();
  const speak = () =>
    host.produce({ transportId: host.send!.id, kind: 'audio', source: 'microphone', rtpParameters: opus(), paused: false });
  await expect(speak()).rejects.toMatchObject({ code: 'media_full' });
  for (const peer of together.slice(LIMIT)) peer.close();
  await until('the pipe to end at both ends', () => openPipes() === 0);
  await until('the other node to be free', () => next.media.server.workers()[0]!.rooms === 0);
  await speak();
});

test('sound, picture, pauses, key frame requests, layers and data channels cross; quality is told; an end is told', async () => {
  const home = await startNode();
  const far = await startNode();
  const room = await home.media.server.openRoom('live');
  const told = listen(room, 'producerLayers');
  const quality = listen(room, 'quality');
  const host = await connect(room, 'host', true);
  const { producerId } = await host.client.publish('camera');
  await host.client.publish('microphone');
  const channel = await host.client.publishData('pointer');
  for (let index = 0; index < 4; index += 1) await add(room, `viewer-${index}`);
  const guest = await connect(room, 'guest', false);
  expect(consumersOf(far)).toBe(2);
  const consumers = guest.peer.consumers();
  const [sound, video] = await Promise.all(consumers.map((consumer) => guest.client.receive(consumer)));
  const inbox = await guest.client.receiveData(guest.peer.dataConsumers()[0]!);
  await guest.peer.resumeConsumers(consumers.map(({ id }) => id));
  await until('packets from node to node', () => sound!.packets() > 5 && video!.packets() > 5);
  await until('the message', () => {
    channel.send('here');
    return inbox.messages().includes('here');
  });
  await until('the quality of the way down', () => quality.some(({ peerId, down }) => peerId === 'guest' && down === 4), LEVELS_MS);

  const plis = async () => (await producers.get(producerId)!.getStats())[0]!.pliCount;
  await guest.peer.pauseConsumers([video!.consumerId]);
  const before = await plis();
  await guest.peer.resumeConsumers([video!.consumerId]);
  await until('a key frame request at the sender', async () => (await plis()) > before);
  for (const id of [0, 1, 2, 3]) await room.peer(`viewer-${id}`)!.setAudioOnly(true);
  await guest.peer.setAudioOnly(true);
  await until('nothing to be wanted', () => told.at(-1)?.maxSpatialLayer === -1);
  await guest.peer.setAudioOnly(false);
  await until('the far one to be heard', () => told.at(-1)?.maxSpatialLayer === 0);

  const changed = listen(room, 'consumerChanged');
  await host.peer.pauseProducer(producerId);
  await until('the pause', () => changed.some(({ peerId, producerPaused }) => peerId === 'guest' && producerPaused));
  await host.peer.resumeProducer(producerId);
  await until('its end', () => guest.peer.consumers().some(({ id, producerPaused }) => id === video!.consumerId && !producerPaused));
  const { usernameFragment } = guest.peer.recv.iceParameters;
  expect((await guest.peer.restartIce(guest.peer.recv.id)).usernameFragment).not.toBe(usernameFragment);
  await expect(guest.peer.resumeConsumers(['unknown'])).rejects.toMatchObject({ code: 'not_found' });

  const closed = listen(room, 'consumerClosed');
  host.peer.closeProducer(producerId);
  await until('the end of the picture', () => closed.some(({ consumerId }) => consumerId === video!.consumerId));
  expect(guest.peer.consumers()).toHaveLength(1);
  host.peer.close();
  await until('the end of all', () => guest.peer.consumers().length + guest.peer.dataConsumers().length === 0);
  await until('the end of the pipe', () => openPipes() === 0);
});

test('a worker or node that is lost at the far end: who received there is told and comes back elsewhere', async () => {
  const home = await startNode();
  const far = await startNode();
  const room = await home.media.server.openRoom('live');
  const lost = listen(room, 'peerLost');
  await camera(await add(room, 'host', true));
  await fill(room);
  process.kill(far.media.server.workers()[0]!.pid, 'SIGKILL');
  await until('those to be told', () => lost.length === LIMIT);
  await until('the pipe to end at home', () => openPipes() === 0);
  await until('a new worker', () => far.media.server.workers().length === 1);
  await letIn(room, LIMIT);
  expect(openPipes()).toBe(2);

  const third = await startNode();
  nodes.splice(nodes.indexOf(far), 1);
  const onFar = consumersOf(far);
  home.media.server.nodeGone(far.id);
  expect(lost).toHaveLength(LIMIT + onFar);
  await letIn(room, onFar);
  const onThird = consumersOf(third);
  expect(onThird).toBeGreaterThan(0);
  await until('what it had of the room to be closed there', () => far.media.server.workers()[0]!.rooms === 0);
  // One that ends in order says so.
  await third.media.close();
  await until('those to be told at once', () => lost.length === LIMIT + onFar + onThird);
  await far.media.close();
  await far.line.close();
});

test('the home that closes, or is gone, leaves nothing on other nodes', async () => {
  const home = await startNode();
  const far = await startNode();
  const open = async (id: string) => {
    const room = await home.media.server.openRoom(id);
    await camera(await add(room, 'host', true));
    await letIn(room, LIMIT);
    expect(far.media.server.workers()[0]!.rooms).toBe(1);
    return room;
  };
  const room = await open('one');
  room.close();
  const free = () => far.media.server.workers()[0]!.rooms === 0 && openPipes() === 0;
  await until('the other node to be free', free);
  await open('two');
  // It is killed: nothing of it is heard any more.
  await home.line.close();
  far.media.server.nodeGone(home.id);
  expect(far.media.server.workers()[0]!.rooms).toBe(0);
});

test('a node that does not answer, or that no packets reach, is passed over: people stay where there is room', async () => {
  const home = await startNode();
  const room = await home.media.server.openRoom('live');
  await camera(await add(room, 'host', true));
  const deaf = await startNode({ MEDIA_PIPE_ADDRESS: '127.0.0.3' });
  await deaf.line.close();
  // Reserved for documentation (RFC 5737): packets to it go nowhere.
  await startNode({ MEDIA_PIPE_ADDRESS: '192.0.2.1' });
  expect(await fill(room)).toHaveLength(LIMIT);
  const warned = home.media.logged.filter(({ level }) => level === 'warn').map(({ message }) => message);
  expect(warned).toEqual(Array(2).fill('a large room could not go on on another node: it stays on this one'));
  expect(consumersOf(home)).toBe(LIMIT);
});
