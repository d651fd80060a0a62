/** What holds for every screen, in every language and size. */
import type { Page } from 'playwright-core';

const NAMED = ['button', 'link', 'textbox', 'combobox', 'checkbox', 'radio', 'spinbutton', 'slider', 'searchbox', 'img', 'meter', 'dialog'];
const nameless = new RegExp(String.raw`^\s*- (?:${NAMED.join('|')})(?! ")\b.*$`, 'gm');

/** Every control has a name for screen readers, as Chromium computes it, and nothing is cut at the sides. */
export async function checkScreen(page: Page, screen: string): Promise<void> {
  const tree = await page.locator('body').ariaSnapshot();
  expect({ screen, nameless: tree.match(nameless) ?? [] }).toEqual({ screen, nameless: [] });
  const wide = await page.evaluate(() => {
    const right = document.documentElement.clientWidth;
    const cut = [...document.querySelectorAll('button, input, select, textarea, a, h1, h2, p, video, td, th')].filter((element) => {
      // What scrolls by itself may be longer than the screen.
      if (element.closest('.ant-table-content, .clinic-chart-table')) return false;
      const box = element.getBoundingClientRect();
      return box.width > 0 && element.checkVisibility() && (box.left < -1 || box.right > right + 1);
    });
    return { scrolls: document.documentElement.scrollWidth - right, cut: cut.map((element) => element.outerHTML.slice(0, 160)) };
  });
  expect({ screen, ...wide }).toEqual({ screen, scrolls: 0, cut: [] });
}

/** Presses Tab until the focus is on what has this test id, or matches this selector. */
export async function tabTo(page: Page, wanted: string): Promise<void> {
  const selector = wanted.startsWith('[') ? wanted : `[data-testid=${wanted}]`;
  const stops: string[] = [];
  for (let presses = 0; presses < 60; presses += 1) {
    const stop = await page.evaluate((css) => {
      const { activeElement } = document;
      if (activeElement?.matches(css)) return null;
      return activeElement?.getAttribute('data-testid') ?? activeElement?.tagName ?? '';
    }, selector);
    if (stop === null) return;
    stops.push(stop);
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${wanted}: ${stops.join(' ')}`);
}
