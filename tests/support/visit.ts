/** People in a visit, as browser tests see them: signed in, past the preview, inside the room. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openDevice } from './browser.ts';
import type { Account, TestServer } from './server.ts';

export interface SignedIn {
  token: string;
  user: { id: string; name: string; roles: string[] };
}

interface Envelope<T> {
  success: boolean;
  data: T;
  error?: { code: string };
}

/** Calls the REST API. @throws when the answer is not a success, with its code */
export async function api<T>(server: TestServer, method: string, path: string, options: { token?: string; body?: unknown } = {}): Promise<T> {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: {
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const answer = (await response.json()) as Envelope<T>;
  if (!answer.success) throw new Error(`${method} ${path}: ${response.status} ${answer.error?.code}`);
  return answer.data;
}

export function signIn(server: TestServer, { account, password }: Account): Promise<SignedIn> {
  return api(server, 'POST', '/auth/login', { body: { account, password } });
}

export interface Visit {
  id: string;
  doctor: SignedIn;
  patient: SignedIn;
}

/** A visit between the two demo accounts that starts now. */
export async function createVisit(server: TestServer, options: { lobby?: boolean } = {}): Promise<Visit> {
  const [doctor, patient] = await Promise.all([signIn(server, server.doctor), signIn(server, server.patient)]);
  const now = Date.now();
  const { id } = await api<{ id: string }>(server, 'POST', '/consultations', {
    token: doctor.token,
    body: {
      title: 'Follow-up',
      patientId: patient.user.id,
      scheduledStart: new Date(now).toISOString(),
      scheduledEnd: new Date(now + 1_800_000).toISOString(),
      lobby: options.lobby ?? false,
    },
  });
  return { id, doctor, patient };
}

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
}

/** Opens the visit's page as somebody who is signed in already; stops at the preview. */
export async function openVisit(browser: Browser, visitId: string, who: SignedIn | null, options: DeviceOptions): Promise<Device> {
  const device = await openDevice(browser, options);
  if (who) {
    await device.page.addInitScript((session) => {
      if (!sessionStorage.getItem('wenzhen.session')) sessionStorage.setItem('wenzhen.session', session);
    }, JSON.stringify(who));
  }
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
