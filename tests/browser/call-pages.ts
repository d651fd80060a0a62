/** Pages of Chromium in a visit, for the rows of the fault plan. */
import type { Page } from 'playwright-core';
import type { CallPages, OpenPages } from '../faults/call-pages.ts';
import { launchBrowser, seesMotion } from '../support/browser.ts';
import { joinVisit } from '../support/visit.ts';

const KEPT = ' kept';

/** Runs in the page: the longest time without a packet of sound over all its connections. */
function watchPage(): void {
  const watch = { packets: -1, at: performance.now(), longest: 0 };
  const look = async (): Promise<void> => {
    const { connections } = globalThis as unknown as { connections: RTCPeerConnection[] };
    let packets = 0;
    for (const connection of connections.filter((one) => one.connectionState !== 'closed')) {
      for (const report of (await connection.getStats()).values())
        if (report.type === 'inbound-rtp' && report.kind === 'audio') packets += report.packetsReceived ?? 0;
    }
    const now = performance.now();
    if (packets === watch.packets) return;
    watch.longest = Math.max(watch.longest, now - watch.at);
    Object.assign(watch, { packets, at: now });
  };
  Object.assign(globalThis, { watch, watching: setInterval(() => void look().catch(() => undefined), 50) });
}

const silenceOf = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const { watch, watching } = globalThis as unknown as { watch: { at: number; longest: number }; watching: number };
    clearInterval(watching);
    return Math.max(watch.longest, performance.now() - watch.at);
  });

export const openPages: OpenPages = async (visitId, people) => {
  const browser = await launchBrowser();
  try {
    const pages: Page[] = [];
    for (const { id, token, origin } of people) {
      const who = { token, user: { id, name: '王敏', roles: ['patient'] } };
      const { page } = await joinVisit(browser, visitId, who, { origin });
      // A page that is loaded again would lose this.
      await page.evaluate((mark) => void (document.title += mark), KEPT);
      pages.push(page);
    }
    return {
      move: (deadlineMs) => Promise.all(pages.map((page) => seesMotion(page, deadlineMs === undefined ? {} : { deadlineMs }))),
      watch: () => Promise.all(pages.map((page) => page.evaluate(watchPage))),
      silences: () => Promise.all(pages.map(silenceOf)),
      reloads: async () => (await Promise.all(pages.map((page) => page.title()))).filter((title) => !title.includes(KEPT)).length,
      close: () => browser.close(),
    } satisfies CallPages;
  } catch (error) {
    await browser.close();
    throw error;
  }
};
