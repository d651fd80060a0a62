/** A page of the clinic with somebody who is signed in. */
import type { Browser, Page } from 'playwright-core';
import { openDevice } from './browser.ts';
import type { SignedIn } from './rest.ts';
import type { TestServer } from './server.ts';

export interface PageOptions {
  locale?: string;
  /** As wide as the smallest phone that is still in use. */
  phone?: boolean;
}

export async function openClinicPage(browser: Browser, server: TestServer, path: string, who: SignedIn, options: PageOptions = {}) {
  const device = await openDevice(browser, options);
  const { page, context } = device;
  if (options.phone) await page.setViewportSize({ width: 360, height: 740 });
  await context.addInitScript((session) => {
    if (!sessionStorage.getItem('wenzhen.session')) sessionStorage.setItem('wenzhen.session', session);
  }, JSON.stringify(who));
  await page.goto(server.url + path);
  return device;
}

/** Goes to another screen without loading the page anew, as with a link. @param address below `/clinic` */
export async function moveTo(page: Page, address: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, `/clinic${address}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
}
