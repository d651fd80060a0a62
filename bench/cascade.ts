/**
 * CASCADE: one broadcast to 200 people over two nodes of two workers each, where no worker may send to more than 60. Does everybody get
 * it, whole? And how many would one node alone have let in? Without a bare side: mediasoup leaves it to whoever uses it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '#config/index.ts';
import { createClusterMedia, mediaName } from '#rooms/media-nodes.ts';
import { createMemoryBusHub } from '#rooms/memory-node-bus.ts';
import { createMediaServer, type PeerMedia, type RoomMedia } from '#sfu/index.ts';
import { nullIfFull, plainTransport, sendCamera, usePlainTransports } from './forwarding/ours.ts';
import { connectSink, receiverCapabilities } from './forwarding/plain.ts';
import { conclude, finish, readOptions, waitForQuiet } from './harness.ts';
import { startLoad } from './rtp/load.ts';

const RECEIVERS = 200;
const WORKERS = 2;
/** Tracks that one worker may send: an artificial limit, far below what it could. */
const PER_WORKER = 60;
const SETTLE_MS = 2_000;
const DELIVERED = 0.99;

const log = { debug() {}, info() {}, warn: console.warn, error: console.error };

/** Media servers that know each other; their pipes are real, their bus is in memory. */
async function startNodes(count: number) {
  const hub = createMemoryBusHub();
  const ids = Array.from({ length: count }, (_, index) => `node-${index}`);
  const limits = { MEDIA_WORKER_MAX_CONSUMERS: String(PER_WORKER), MEDIA_WORKER_CPU_LIMIT: '1', MEDIA_PROBE_TIMEOUT_MS: '60000' };
  const config = loadConfig({ MEDIA_WORKERS: String(WORKERS), MEDIA_LISTEN: '127.0.0.1', ...limits });
  const nodes = await Promise.all(
    ids.map(async (id) => {
      const line = createClusterMedia(hub.join(mediaName(id)));
      line.follow(() => ids.filter((other) => other !== id));
      return { line, media: await createMediaServer({ config, log, nodes: line }) };
    }),
  );
  return {
    open: (name: string): Promise<RoomMedia> => nodes[0]!.media.openRoom(name),
    workers: () => nodes.flatMap(({ media }) => media.workers()),
    async close() {
      for (const { media, line } of nodes) {
        await media.close();
        await line.close();
      }
    },
  };
}

/** Lets people in until there are enough, or nobody else is. */
async function fill(room: RoomMedia, most: number): Promise<PeerMedia[]> {
  const peers: PeerMedia[] = [];
  while (peers.length < most) {
    const options = { peerId: `receiver-${peers.length}`, rtpCapabilities: receiverCapabilities, canSend: false, audioOnly: false };
    const peer = await room.addPeer(options).catch(nullIfFull);
    if (!peer) break;
    await connectSink(plainTransport(peer.recv.id), peers.length);
    await peer.resumeConsumers(peer.consumers().map(({ id }) => id));
    peers.push(peer);
  }
  return peers;
}

const bytesTo = async (peer: PeerMedia): Promise<number> => (await plainTransport(peer.recv.id).getStats())[0]?.bytesSent ?? 0;

/** @returns people who were let in and got something meanwhile, and the share of what was sent to them that arrived */
async function broadcast(nodes: number, seconds: number): Promise<{ served: number; delivered: number; workers: number }> {
  const site = await startNodes(nodes);
  const load = await startLoad();
  try {
    const room = await site.open('broadcast');
    const host = await room.addPeer({ peerId: 'host', rtpCapabilities: receiverCapabilities, canSend: true, audioOnly: false });
    load.add([await sendCamera(host, 0)]);
    const peers = await fill(room, RECEIVERS);
    await sleep(SETTLE_MS);
    const before = { ...(await load.read()), bytes: await Promise.all(peers.map(bytesTo)) };
    await sleep(seconds * 1_000);
    const after = { ...(await load.read()), bytes: await Promise.all(peers.map(bytesTo)) };
    const served = after.bytes.filter((bytes, index) => bytes > (before.bytes[index] ?? 0)).length;
    const delivered = (after.arrived - before.arrived) / ((after.sent - before.sent) * peers.length);
    return { served, delivered, workers: site.workers().filter(({ consumers }) => consumers > 0).length };
  } finally {
    await load.stop();
    await site.close();
  }
}

const options = readOptions({ pairs: 3, seconds: 5 });
usePlainTransports();
console.log(`CASCADE: one broadcast to ${RECEIVERS} over two nodes of ${WORKERS} workers, ${PER_WORKER} tracks a worker`);
const alone: number[] = [];
const runs: Awaited<ReturnType<typeof broadcast>>[] = [];
while (runs.length < options.pairs) {
  await waitForQuiet(options.quick ? 1 : 60);
  alone.push((await broadcast(1, options.seconds)).served);
  runs.push(await broadcast(options.twin ? 1 : 2, options.seconds));
  const { served, delivered, workers } = runs.at(-1)!;
  console.log(`  one node: ${alone.at(-1)} people; two: ${served} on ${workers} workers, ${(delivered * 100).toFixed(1)} % delivered`);
}
const worst = Math.min(...runs.map(({ delivered }) => delivered));
const most = Math.max(...alone);
const goal = { id: 'CASCADE', what: 'people who get one broadcast over 2 nodes × 2 workers', unit: 'people' } as const;
finish([
  conclude(
    { ...goal, compare: 'value', atLeast: RECEIVERS },
    runs.map(({ served }) => ({ bare: Number.NaN, ours: served })),
    options,
    [
      { text: `at least ${DELIVERED * 100} % of the packets arrived (worst: ${(worst * 100).toFixed(1)} %)`, holds: worst >= DELIVERED },
      { text: `one node alone has no room for all of them (it let in ${most})`, holds: most < RECEIVERS },
    ],
  ),
]);
process.exit();
