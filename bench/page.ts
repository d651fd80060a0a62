/**
 * P8: from navigation to the first remote frame of the real web client (its page, its screens, camera and microphone on),
 * against the bare page that only receives. MiroTalk SFU took 6.2 times as long as such a bare page in the same rounds
 * on the machine that the goals were measured on; it is not started here.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { conclude, finish, measurePairs, readOptions } from './harness.ts';
import { bundlePage } from './join/bundle.ts';
import { launch, publish, view } from './join/browser.ts';
import { bareSide, type JoinSide, ourSide } from './join/sides.ts';
import { type Site, startSite } from './server.ts';
import { median } from './stats.ts';

const PATIENCE_MS = 30_000;
/** What the sanity twin's page waits before its scripts run. */
const TWIN_MS = 400;
const root = join(import.meta.dirname, '..');

async function openClient(context: BrowserContext, site: Site, visit: string): Promise<number> {
  const page = await context.newPage();
  try {
    // The tab shows the site already. From elsewhere the browser would change the process, because the client isolates itself from other
    // sites, and the bare page does not.
    await page.goto(`${site.url}/favicon.svg`);
    await page.goto(`${site.url}/visit/${visit}?join=now`);
    const read = (): number | undefined => (globalThis as unknown as { firstFrame?: number }).firstFrame;
    const frame = await page.waitForFunction(read, undefined, { timeout: PATIENCE_MS, polling: 50 });
    return (await frame.jsonValue()) ?? Number.NaN;
  } finally {
    await page.close();
  }
}

async function clientContext(browser: Browser, site: Site, twin: boolean): Promise<BrowserContext> {
  const context = await browser.newContext({ permissions: ['camera', 'microphone'], viewport: { width: 1280, height: 800 } });
  await context.addInitScript({ content: await bundlePage('first-frame') });
  await context.addInitScript({
    content: `sessionStorage.setItem('wenzhen.session', ${JSON.stringify(JSON.stringify(site.doctor.session))})`,
  });
  if (twin) {
    await context.route('**/*.js', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, TWIN_MS));
      await route.continue();
    });
  }
  return context;
}

/** Opens pages one after the other while somebody sends; the first does not count. @returns the median in ms */
async function rounds(
  browser: Browser,
  sender: JoinSide,
  context: BrowserContext,
  count: number,
  open: () => Promise<number>,
): Promise<number> {
  const sending = await publish(browser, sender.address);
  const times: number[] = [];
  try {
    await open();
    while (times.length < count) times.push(await open());
  } finally {
    await context.close();
    await sending.close();
  }
  return median(times);
}

if (!existsSync(join(root, 'web/dist/index.html')))
  execFileSync(join(root, 'node_modules/.bin/vite'), ['build', 'web'], { cwd: root, stdio: 'inherit' });
const options = readOptions({ pairs: 5, seconds: 5 });
const count = Math.max(2, Math.round(options.seconds));
const browser = await launch();
const site = await startSite();
const visit = await site.book();
const bare = await bareSide(0);
const ours = await ourSide(0, { site, id: visit });
console.log('P8: navigation → first remote frame of the web client');
try {
  const pairs = await measurePairs(options, {
    bare: async () => {
      const context = await browser.newContext();
      return rounds(browser, bare, context, count, async () => (await view(context, bare.address)).fromNavigation ?? Number.NaN);
    },
    ours: async () => {
      const context = await clientContext(browser, site, options.twin);
      return rounds(browser, ours, context, count, () => openClient(context, site, visit));
    },
  });
  finish([
    conclude(
      { id: 'P8', what: 'navigation → first remote frame, web client against bare page', unit: 'ms', compare: 'ratio', atMost: 1.8 },
      pairs,
      options,
    ),
  ]);
} finally {
  await browser.close();
  await bare.close();
  await ours.close();
  await site.close();
}
