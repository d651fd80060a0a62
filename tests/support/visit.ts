/** People in a visit, as browser tests see them: signed in, past the preview, inside the room. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openDevice } from './browser.ts';
import { createVisit, type SignedIn } from './rest.ts';
import type { TestServer } from './server.ts';

export interface Device {
  context: BrowserContext;
  page: Page;
  /** Uncaught errors and console errors of the page. */
  errors: string[];
}

export interface DeviceOptions {
  origin: string;
  locale?: string;
  phone?: boolean;
  /** A guest's link instead of an account. */
  guestToken?: string;
  /** Called with the page before it loads anything. */
  prepare?(page: Page): Promise<unknown>;
}

/** Opens the visit's page as somebody who is signed in already; stops at the preview. */
export async function openVisit(browser: Browser, visitId: string, who: SignedIn | null, options: DeviceOptions): Promise<Device> {
  const device = await openDevice(browser, options);
  if (who) {
    await device.page.addInitScript((session) => {
      if (!sessionStorage.getItem('wenzhen.session')) sessionStorage.setItem('wenzhen.session', session);
    }, JSON.stringify(who));
  }
  await options.prepare?.(device.page);
  await device.page.goto(`${options.origin}/visit/${visitId}${options.guestToken ? `#guest=${options.guestToken}` : ''}`);
  await device.page.getByTestId('join-button').waitFor();
  return device;
}

/** Opens the visit's page and clicks "join"; waits for the lobby or the room. */
export async function joinVisit(browser: Browser, visitId: string, who: SignedIn | null, options: DeviceOptions): Promise<Device> {
  const device = await openVisit(browser, visitId, who, options);
  await device.page.getByTestId('join-button').click();
  await device.page.locator('[data-testid=lobby], [data-testid=room][data-phase=room]').first().waitFor();
  return device;
}

/** Both people of a visit without a lobby, inside the room. */
export async function startCall(server: TestServer, browsers: { doctor: Browser; patient: Browser }, origins?: { patient?: string }) {
  const visit = await createVisit(server);
  const doctor = await joinVisit(browsers.doctor, visit.id, visit.doctor, { origin: server.url });
  const patient = await joinVisit(browsers.patient, visit.id, visit.patient, { origin: origins?.patient ?? server.url });
  return { visit, doctor, patient };
}

/** Writes into the chat; opens the panel when it is closed. */
export async function say(page: Page, text: string): Promise<void> {
  await openPanel(page, 'chat');
  await page.getByTestId('chat-input').fill(text);
  await page.getByTestId('chat-send').click();
}

export async function openPanel(page: Page, panel: 'chat' | 'people'): Promise<void> {
  const button = page.getByTestId(`${panel}-button`);
  if ((await button.getAttribute('aria-expanded')) !== 'true') await button.click();
}

/** Texts of the chat in the order shown. */
export function chatTexts(page: Page): Promise<string[]> {
  return page.getByTestId('chat-text').allInnerTexts();
}
