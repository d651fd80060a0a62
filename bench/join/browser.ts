/** Chromium with a fake camera, and pages of the two sides in it. */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Bench } from './bench-page.ts';
import { BLANK } from './front.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
];
const PATIENCE_MS = 30_000;

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });

/** Where one side's pages are: without a query. */
export interface PageAddress {
  url: string;
  publish: Record<string, string>;
  view: Record<string, string>;
}

const addressOf = (base: string, query: Record<string, string>): string => `${base}/?${new URLSearchParams(query).toString()}`;

/** Reads `window.bench` once the page reached a state. @throws when the page failed, with its error */
async function reached(page: Page, state: Bench['state']): Promise<Bench> {
  const read = (): Promise<Bench> => page.evaluate(() => (globalThis as unknown as { bench: Bench }).bench);
  await page.waitForFunction(
    (wanted) => [wanted, 'failed'].includes((globalThis as unknown as { bench?: Bench }).bench?.state ?? ''),
    state,
    {
      timeout: PATIENCE_MS,
      polling: 50,
    },
  );
  const bench = await read();
  if (bench.state === 'failed') throw new Error(`The page failed: ${bench.error}`);
  return bench;
}

/** Opens the page that sends; it goes on until its context is closed. */
export async function publish(browser: Browser, address: PageAddress, extra: Record<string, string> = {}): Promise<BrowserContext> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(addressOf(address.url, { role: 'publish', ...address.publish, ...extra }));
  await reached(page, 'publishing');
  return context;
}

/** Opens a page that receives, in a tab that shows the site already, waits until it is done, and closes it. */
export async function view(context: BrowserContext, address: PageAddress, extra: Record<string, string> = {}): Promise<Bench> {
  const page = await context.newPage();
  try {
    await page.goto(`${address.url}${BLANK}`);
    await page.goto(addressOf(address.url, { role: 'view', ...address.view, ...extra }));
    return await reached(page, 'done');
  } finally {
    await page.close();
  }
}
