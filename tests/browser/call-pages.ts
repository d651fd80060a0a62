/** Pages of Chromium in a visit, for the rows of the fault plan. */
import type { Page } from 'playwright-core';
import type { CallPages, OpenPages } from '../faults/call-pages.ts';
import { launchBrowser, seesMotion } from '../support/browser.ts';
import { joinVisit } from '../support/visit.ts';

const KEPT = ' kept';

/** What `watchPage` leaves in the page. */
interface Watching {
  look(): Promise<void>;
  /** ms */
  longest: number;
  timer: number;
}

/**
 * Runs in the page: the longest time without a packet of sound over all its connections. A busy page looks late, so what counts is the time of
 * the statistics, less the packets that came since the last ones: whoever speaks sends one every 20 ms.
 */
function watchPage(): void {
  const known = new Map<string, number>();
  let at = performance.timeOrigin + performance.now();
  let looking: Promise<void> | null = null;
  const count = async (): Promise<void> => {
    const { connections } = globalThis as unknown as { connections: RTCPeerConnection[] };
    let [heard, until] = [0, at];
    for (const [index, connection] of connections.entries()) {
      if (connection.connectionState === 'closed') continue;
      for (const { type, kind, id, packetsReceived = 0, timestamp } of (await connection.getStats()).values()) {
        if (type !== 'inbound-rtp' || kind !== 'audio') continue;
        heard = Math.max(heard, packetsReceived - (known.get(`${index} ${id}`) ?? 0));
        known.set(`${index} ${id}`, packetsReceived);
        until = Math.max(until, timestamp);
      }
    }
    watching.longest = Math.max(watching.longest, until - at - heard * 20);
    if (heard > 0) at = until;
  };
  const look = (): Promise<void> => (looking ??= count().finally(() => (looking = null)));
  const watching = { look, longest: 0, timer: setInterval(() => void look().catch(() => undefined), 50) };
  Object.assign(globalThis, { watching });
}

const silenceOf = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const { watching } = globalThis as unknown as { watching: Watching };
    clearInterval(watching.timer);
    await watching.look();
    return watching.longest;
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
