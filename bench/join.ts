/**
 * P6 and P7: from the start of the page's script to the first frame of the other person, in Chromium. Bare is a sample
 * without accounts and rooms; ours goes through token check, policy, room actor and database. With 50 ms added to each
 * answer round trips show, without them work shows.
 */
import type { Browser } from 'playwright-core';
import { type Condition, conclude, finish, type Goal, measurePairs, type Options, readOptions, type Result } from './harness.ts';
import { launch, publish, view } from './join/browser.ts';
import { bareSide, type JoinSide, ourSide } from './join/sides.ts';
import { median } from './stats.ts';

const FAR_MS = 50;
const CALLS = 4;
/** What the sanity twin adds to each answer of our server. */
const TWIN_MS = 60;

interface Figure {
  /** ms, median of the joins */
  frame: number;
  calls: number;
}

/** Joins one after the other while somebody sends; the first, which fills the browser's caches, does not count. */
async function joins(browser: Browser, { address }: JoinSide, count: number): Promise<Figure> {
  const sender = await publish(browser, address);
  const viewer = await browser.newContext();
  const times: number[] = [];
  let calls = 0;
  try {
    for (let round = 0; round <= count; round++) {
      const bench = await view(viewer, address);
      if (round === 0) continue;
      times.push(bench.fromScript ?? Number.NaN);
      calls = Math.max(calls, bench.calls.length);
      if (round === count)
        console.log(
          `    ${Object.entries(bench.marks)
            .map(([name, at]) => `${name} ${at}`)
            .join(', ')}; calls: ${bench.calls.join(', ')}`,
        );
    }
  } finally {
    await viewer.close();
    await sender.close();
  }
  return { frame: median(times), calls };
}

async function compare(browser: Browser, goal: Pick<Goal, 'id' | 'what' | 'atMost'>, delay: number, options: Options): Promise<Result> {
  console.log(`${goal.id}: ${goal.what}`);
  const bare = await bareSide(delay);
  const ours = await ourSide(delay + (options.twin ? TWIN_MS : 0));
  // A join takes under half a second: `--seconds` says how many of them make a measurement.
  const count = Math.max(2, Math.round(options.seconds));
  try {
    const pairs = await measurePairs(options, { bare: () => joins(browser, bare, count), ours: () => joins(browser, ours, count) });
    const calls = Math.max(...pairs.map((pair) => pair.ours.calls));
    const conditions: Condition[] = [{ text: `at most ${CALLS} calls after the socket is open (${calls})`, holds: calls <= CALLS }];
    return conclude(
      { ...goal, unit: 'ms', compare: 'ratio' },
      pairs.map((pair) => ({ bare: pair.bare.frame, ours: pair.ours.frame })),
      options,
      conditions,
    );
  } finally {
    await bare.close();
    await ours.close();
  }
}

const options = readOptions({ pairs: 5, seconds: 6 });
const browser = await launch();
try {
  finish([
    await compare(
      browser,
      { id: 'P6', what: `script start → first remote frame, ${FAR_MS} ms added per reply`, atMost: 1.15 },
      FAR_MS,
      options,
    ),
    await compare(browser, { id: 'P7', what: 'script start → first remote frame, nothing added', atMost: 1.25 }, 0, options),
  ]);
} finally {
  await browser.close();
}
