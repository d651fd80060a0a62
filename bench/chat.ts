/**
 * P10, P11: chat in a room of 500 members against bare Socket.IO: how many deliveries a second at most, and what one
 * costs and how late it comes at 25,000 a second. Ours checks, counts and numbers each message and remembers it for those who come back.
 */
import { startLoad, startSide } from './chat/sides.ts';
import { type Condition, conclude, finish, measurePairs, type Options, readOptions } from './harness.ts';

const MEMBERS = 500;
const PER_SECOND = 50;
/** Enough that neither side waits for its members: ours stores and sends together what comes meanwhile. */
const IN_FLIGHT = 16;

interface Figure {
  /** deliveries a second at most */
  rate: number;
  /** processor time of the server for each delivery at 25,000 a second, µs */
  cpu: number;
  /** ms at 25,000 a second */
  p99: number;
  /** share of the deliveries of the steady part that came */
  arrived: number;
}

async function measure(kind: 'bare' | 'ours', { seconds, twin }: Options): Promise<Figure> {
  const [side, load] = [await startSide({ kind, members: MEMBERS, nodes: 1, twin }), await startLoad(true)];
  try {
    await load.run({ do: 'join', members: side.members });
    await load.run({ do: 'rush', seconds: 1, inFlight: IN_FLIGHT });
    const rush = await load.run({ do: 'rush', seconds, inFlight: IN_FLIGHT });
    await load.run({ do: 'pace', seconds: 0.5, perSecond: PER_SECOND });
    const before = side.cpu();
    const pace = await load.run({ do: 'pace', seconds, perSecond: PER_SECOND });
    const cpu = ((side.cpu() - before) * 1e6) / pace.deliveries;
    return { rate: rush.deliveries / rush.seconds, cpu, p99: pace.p99, arrived: pace.deliveries / (seconds * PER_SECOND * MEMBERS) };
  } finally {
    await load.stop();
    await side.close();
  }
}

const options = readOptions({ pairs: 5, seconds: 3 });
console.log('P10, P11: chat in a room of 500');
const pairs = await measurePairs(options, {
  bare: () => measure('bare', options),
  ours: () => measure('ours', options),
});
const only = (name: keyof Figure) => pairs.map((pair) => ({ bare: pair.bare[name], ours: pair.ours[name] }));
const worst = Math.min(...pairs.flatMap(({ bare, ours }) => [bare.arrived, ours.arrived]));
const arrived: Condition = { text: `every message reached every member (worst run: ${(worst * 100).toFixed(1)} %)`, holds: worst >= 0.999 };
finish([
  conclude({ id: 'P10', what: 'chat in a room of 500, deliveries/s', unit: '/s', compare: 'ratio', atLeast: 1.05 }, only('rate'), options, [
    arrived,
  ]),
  conclude({ id: 'P11 p99', what: 'the same at 25,000/s, arrival p99', unit: 'ms', compare: 'ratio', atMost: 1.3 }, only('p99'), options),
  conclude(
    { id: 'P11 CPU', what: "the same at 25,000/s, server's CPU each", unit: 'µs', compare: 'ratio', atMost: 1.15 },
    only('cpu'),
    options,
  ),
]);
process.exit();
