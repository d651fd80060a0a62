/** P4: how many consumers one worker holds while 99.5 % of the packets still arrive, found by halving. */
import { consumersOf, type Shape } from './forwarding/plain.ts';
import { type Running, startSide } from './forwarding/run.ts';
import { conclude, finish, measurePairs, type Options, readOptions } from './harness.ts';

/** Broadcasts as mediasoup's documentation advises: a few hundred viewers each. */
const shape: Shape = { name: '8 × (1 to 200)', rooms: 8, senders: 1, viewers: 200 };
const PRECISION = 20;
const DELIVERED = 0.995;
/** A hiccup of the machine early in the search would halve what is found. */
const TRIES = 3;
/** Below this no further try is made. */
const HOPELESS = 0.6;
/** Share of a core that the sanity twin takes away on the worker's core. */
const TWIN_SHARE = 0.4;

/** Whether the worker holds this many, in one try at least. */
async function holdsUp(running: Running, count: number, seconds: number): Promise<boolean> {
  await running.receive(count);
  for (let tries = 0; tries < TRIES; tries++) {
    const { arrived, sent } = await running.measure(seconds);
    const delivered = arrived / ((sent / shape.rooms) * count);
    console.log(`    ${count} consumers: ${(delivered * 100).toFixed(1)} % delivered`);
    if (delivered >= DELIVERED) return true;
    if (delivered < HOPELESS) break;
  }
  return false;
}

async function capacity(side: 'bare' | 'ours', options: Options): Promise<number> {
  console.log(`  ${side}`);
  const running = await startSide(side, shape, options.twin ? TWIN_SHARE : 0);
  let holds = 0;
  let fails = consumersOf(shape) + PRECISION;
  try {
    while (fails - holds > PRECISION) {
      const count = Math.round((holds + fails) / 2);
      if (await holdsUp(running, count, options.seconds)) holds = count;
      else fails = count;
    }
  } finally {
    await running.stop();
  }
  return holds;
}

const options = readOptions({ pairs: 5, seconds: 5 });
console.log(`P4: consumers of 1 Mbit/s held by one worker, ${shape.name}`);
const pairs = await measurePairs(options, { bare: () => capacity('bare', options), ours: () => capacity('ours', options) });
finish([
  conclude(
    { id: 'P4', what: 'consumers held by one worker at ≥ 99.5 % delivered', unit: 'consumers', compare: 'ratio', atLeast: 0.95 },
    pairs,
    options,
  ),
]);
