/** Processor time of Node and worker per forwarded packet, ours against bare mediasoup, for one shape of rooms. */
import { type Condition, conclude, type Goal, measurePairs, type Options, type Result } from '../harness.ts';
import { median } from '../stats.ts';
import { consumersOf, type Shape } from './plain.ts';
import { startSide } from './run.ts';

/** Share of a core that the sanity twin burns: far beyond what 1.03 or 1.05 allow at about 60 % of a core. */
const TWIN_SHARE = 0.15;
/** Below this the two sides did not do the same work. */
const DELIVERED = 0.98;

interface Figure {
  /** microseconds of processor time per forwarded packet; the same number as seconds per million packets */
  cost: number;
  node: number;
  delivered: number;
  late: number;
}

async function measure(side: 'bare' | 'ours', shape: Shape, options: Options): Promise<Figure> {
  const running = await startSide(side, shape, options.twin ? TWIN_SHARE : 0);
  try {
    await running.receive(consumersOf(shape));
    const { arrived, sent, worker, node, late } = await running.measure(options.seconds);
    const expected = sent * (shape.senders - 1 + shape.viewers);
    return { cost: ((worker + node) * 1e6) / arrived, node: (node * 1e6) / arrived, delivered: arrived / expected, late };
  } finally {
    await running.stop();
  }
}

/** Measures the pairs of one shape and judges them. */
export async function compareForwarding(goal: Pick<Goal, 'id' | 'atMost'>, shape: Shape, options: Options): Promise<Result> {
  console.log(`${goal.id}: ${shape.name}, SRTP both ways`);
  const pairs = await measurePairs(options, {
    bare: () => measure('bare', shape, options),
    ours: () => measure('ours', shape, options),
  });
  const delivered = Math.min(...pairs.flatMap((pair) => [pair.bare.delivered, pair.ours.delivered]));
  const conditions: Condition[] = [
    {
      text: `every run delivered at least ${DELIVERED * 100} % of the packets (worst: ${(delivered * 100).toFixed(1)} %)`,
      holds: delivered >= DELIVERED,
    },
  ];
  console.log(
    `  of this in Node: bare ${median(pairs.map((pair) => pair.bare.node)).toFixed(3)} us, ours ${median(pairs.map((pair) => pair.ours.node)).toFixed(3)} us`,
  );
  return conclude(
    { ...goal, what: `worker + Node CPU per forwarded packet, ${shape.name}, SRTP both ways`, unit: 'us', compare: 'ratio' },
    pairs.map(({ bare, ours }) => ({ bare: bare.cost, ours: ours.cost })),
    options,
    conditions,
  );
}
