/** P9: from the sender's canvas to the receiver's decoded frame, read from a time code in the picture. */
import type { Browser } from 'playwright-core';
import { conclude, finish, measurePairs, readOptions } from './harness.ts';
import { launch, publish, view } from './join/browser.ts';
import { bareSide, type JoinSide, ourSide } from './join/sides.ts';
import { percentile } from './stats.ts';

/** One frame at 30 a second. */
const FRAME_MS = 33;
/** How long the sanity twin's receiver holds frames back. */
const TWIN_MS = 150;

async function glass(browser: Browser, { address }: JoinSide, seconds: number, hold: number): Promise<number> {
  const sender = await publish(browser, address, { media: 'timecode' });
  const viewer = await browser.newContext();
  try {
    const { delays = [] } = await view(viewer, address, { seconds: String(seconds), hold: String(hold) });
    if (delays.length < seconds * 10) throw new Error(`Only ${delays.length} frames could be read in ${seconds} s`);
    return percentile(delays, 0.95);
  } finally {
    await viewer.close();
    await sender.close();
  }
}

const options = readOptions({ pairs: 5, seconds: 10 });
const browser = await launch();
const bare = await bareSide(0);
const ours = await ourSide(0);
console.log('P9: glass to glass, p95');
try {
  const pairs = await measurePairs(options, {
    bare: () => glass(browser, bare, options.seconds, 0),
    ours: () => glass(browser, ours, options.seconds, options.twin ? TWIN_MS : 0),
  });
  finish([
    conclude(
      { id: 'P9', what: 'glass to glass, p95, against the bare sample', unit: 'ms', compare: 'difference', atMost: FRAME_MS },
      pairs,
      options,
    ),
  ]);
} finally {
  await browser.close();
  await bare.close();
  await ours.close();
}
