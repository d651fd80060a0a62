/** People in a visit, as browser tests see them: signed in, past the preview, inside the room. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { hears, openDevice, seesMotion } from './browser.ts';
import type { SignedIn } from './rest.ts';

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

/** Signs in without the screen; a page that was reloaded keeps the session that it has. */
export async function signedIn(page: Page, who: SignedIn): Promise<void> {
  await page.addInitScript((session) => {
    if (!sessionStorage.getItem('wenzhen.session')) sessionStorage.setItem('wenzhen.session', session);
  }, JSON.stringify(who));
}

/** Opens the visit's page as somebody who is signed in already; stops at the preview. */
export async function openVisit(browser: Browser, visitId: string, who: SignedIn | null, options: DeviceOptions): Promise<Device> {
  const device = await openDevice(browser, options);
  if (who) await signedIn(device.page, who);
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

export interface People {
  doctor: Device;
  patient: Device;
}

/**
 * Waits until both see the other move.
 * @returns ms that it took for the doctor and for the patient
 */
export function bothSee({ doctor, patient }: People, deadlineMs?: number): Promise<[number, number]> {
  const options = deadlineMs === undefined ? {} : { deadlineMs };
  return Promise.all([seesMotion(doctor.page, options), seesMotion(patient.page, options)]);
}

/** Waits until both see and hear the other. */
export async function bothSeeAndHear(people: People): Promise<void> {
  await Promise.all([bothSee(people), hears(people.doctor.page), hears(people.patient.page)]);
}

/** Runs the network test of the test page. @returns what it says of each way */
export async function networkTest(
  { page }: Device,
  origin: string,
  who: SignedIn,
): Promise<Record<'udp' | 'tcp' | 'relay', string | null>> {
  await signedIn(page, who);
  await page.goto(`${origin}/test`);
  await page.getByTestId('test-start').click();
  await page.getByTestId('test-verdict').waitFor({ timeout: 60_000 });
  const result = (way: string) => page.getByTestId(`test-${way}`).getAttribute('data-result');
  return { udp: await result('udp'), tcp: await result('tcp'), relay: await result('relay') };
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
