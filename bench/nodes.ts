/**
 * P12: chat of 500 members on two nodes that share a Redis against bare Socket.IO with the Redis adapter; and what it costs to be connected
 * to another node than the one that has the room: a request there against the same request here.
 */
import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import { PROTOCOL_VERSION } from '#rooms/protocol.ts';
import { joining, type Side, startLoad, startSide } from './chat/sides.ts';
import { conclude, finish, measurePairs, type Options, readOptions } from './harness.ts';
import { percentile } from './stats.ts';

const MEMBERS = 500;
const PER_SECOND = 50;
/** Requests for the figure of one node and the other, and those before that count for nothing. */
const ASKS = 2_000;
const WARM_ASKS = 500;
/** How often the sanity twin asks for one answer. */
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

/** Somebody in the room, who asks it for what has been said. */
async function visitor(url: string) {
  const auth = { token: randomUUID(), protocol: PROTOCOL_VERSION };
  const socket = io(url, { auth, transports: ['websocket'], forceNew: true, reconnection: false });
  await new Promise((connected) => socket.once('connect', () => connected(undefined)));
  await socket.emitWithAck('room:join', joining());
  return {
    async ask(times: number): Promise<number> {
      const begun = performance.now();
      for (let asked = 0; asked < times; asked++) await socket.emitWithAck('chat:history', { afterSeq: 0, limit: 1 });
      return performance.now() - begun;
    },
    async leave(): Promise<void> {
      await socket.emitWithAck('room:leave', {});
      socket.disconnect();
    },
  };
}

/**
 * Asks through both nodes in turns, so that both meet the same machine.
 * @param repeats how often each is asked for one figure
 * @returns ms within which half of the answers came, of either
 */
async function waysThrough([one, other]: readonly string[], repeats: readonly [number, number]): Promise<[number, number]> {
  const visitors = [await visitor(one ?? ''), await visitor(other ?? '')] as const;
  const times: [number[], number[]] = [[], []];
  for (let asked = -WARM_ASKS; asked < ASKS; asked++) {
    for (const way of [0, 1] as const) {
      const ms = await visitors[way].ask(repeats[way]);
      if (asked >= 0) times[way].push(ms);
    }
  }
  for (const { leave } of visitors) await leave();
  return [percentile(times[0], 0.5), percentile(times[1], 0.5)];
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
      const found = await waysThrough(side.urls, [1, 1]);
      const [one, other] = found;
      const asked = options.twin ? await waysThrough(side.urls, one > other ? [TWIN_ASKS, 1] : [1, TWIN_ASKS]) : found;
      ways.push({ bare: Math.min(...asked), ours: Math.max(...asked) });
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
    {
      id: 'P12 ask',
      what: 'a request that a room answers from memory, on another node against here, p50',
      unit: 'ms',
      compare: 'ratio',
      atMost: 3,
    },
    ways,
    options,
  ),
]);
process.exit();
