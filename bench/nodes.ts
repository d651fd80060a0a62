/**
 * P12: chat of 500 members on two nodes that share a Redis against bare Socket.IO with the Redis adapter; and what it costs to be connected
 * to another node than the one that has the room: a request there against the same request here.
 */
import { io } from 'socket.io-client';
import { PROTOCOL_VERSION } from '#rooms/protocol.ts';
import { joining, type Side, startLoad, startSide } from './chat/sides.ts';
import { conclude, finish, measurePairs, type Options, readOptions } from './harness.ts';
import { percentile } from './stats.ts';

const MEMBERS = 500;
const PER_SECOND = 50;
/** Requests for the figure of one node and the other. */
const ASKS = 400;
/** The sanity twin asks thrice. */
const TWIN_ASKS = 5;

async function arrival(side: Side, { seconds }: Options): Promise<number> {
  const load = await startLoad(false);
  try {
    await load.run({ do: 'join', members: side.members });
    await load.run({ do: 'pace', seconds: 1, perSecond: PER_SECOND });
    return (await load.run({ do: 'pace', seconds, perSecond: PER_SECOND })).p99;
  } finally {
    await load.stop();
  }
}

/** Half of all answers come within so many ms. */
async function median(url: string, repeats: number): Promise<number> {
  const auth = { token: 'somebody', protocol: PROTOCOL_VERSION };
  const socket = io(url, { auth, transports: ['websocket'], forceNew: true, reconnection: false });
  await new Promise((connected) => socket.once('connect', () => connected(undefined)));
  await socket.emitWithAck('room:join', joining());
  const times: number[] = [];
  for (let asked = 0; asked < ASKS; asked++) {
    const begun = performance.now();
    for (let repeat = 0; repeat < repeats; repeat++) await socket.emitWithAck('chat:history', { afterSeq: 0, limit: 1 });
    times.push(performance.now() - begun);
  }
  await socket.emitWithAck('room:leave', {});
  socket.disconnect();
  return percentile(times, 0.5);
}

const options = readOptions({ pairs: 5, seconds: 3 });
console.log('P12: chat over two nodes');
const ways: { bare: number; ours: number }[] = [];
const pairs = await measurePairs(options, {
  async bare() {
    const side = await startSide({ kind: 'bare', members: MEMBERS, nodes: 2, twin: false });
    try {
      return await arrival(side, options);
    } finally {
      await side.close();
    }
  },
  async ours() {
    const side = await startSide({ kind: 'ours', members: MEMBERS, nodes: 2, twin: options.twin });
    try {
      const figure = await arrival(side, options);
      // Which of the two has the room is seen by its answers.
      const [one, other] = [await median(side.urls[0] ?? '', 1), await median(side.urls[1] ?? '', 1)];
      const away = one > other ? side.urls[0] : side.urls[1];
      ways.push({ bare: Math.min(one, other), ours: options.twin ? await median(away ?? '', TWIN_ASKS) : Math.max(one, other) });
      return figure;
    } finally {
      await side.close();
    }
  },
});
finish([
  conclude(
    { id: 'P12', what: 'chat of 500 on two nodes at 25,000/s, arrival p99', unit: 'ms', compare: 'ratio', atMost: 1.3 },
    pairs,
    options,
  ),
  conclude(
    { id: 'P12 way', what: 'a request to a room on another node against one here, p50', unit: 'ms', compare: 'ratio', atMost: 3 },
    ways,
    options,
  ),
]);
process.exit();
