import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser, openDevice } from '../support/browser.ts';
import { api, signIn, type SignedIn } from '../support/rest.ts';
import { checkScreen, tabTo } from '../support/screen-check.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';

let server: TestServer;
let browser: Browser;
let doctor: SignedIn;
let patient: SignedIn;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer({ RATE_HTTP_PER_MINUTE: '0' }), launchBrowser()]);
  [doctor, patient] = await Promise.all([signIn(server, server.doctor), signIn(server, server.patient)]);
  for (let count = 0; count < 22; count += 1) await createVisit();
});
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** A visit of both that starts now. */
async function createVisit(): Promise<string> {
  const now = Date.now();
  const [scheduledStart, scheduledEnd] = [now, now + 1_800_000].map((time) => new Date(time).toISOString());
  const body = { title: 'Follow-up', patientId: patient.user.id, scheduledStart, scheduledEnd, lobby: false };
  return (await api<{ id: string }>(server, 'POST', '/consultations', { token: doctor.token, body })).id;
}

interface Options {
  locale?: string;
  phone?: boolean;
  prepare?(context: BrowserContext): Promise<unknown>;
}

/** A page of somebody who is signed in. */
async function open(
  path: string,
  who: SignedIn,
  options: Options = {},
): Promise<{ page: Page; context: BrowserContext; errors: string[] }> {
  const device = await openDevice(browser, options);
  contexts.push(device.context);
  const { page, context } = device;
  // The smallest phone that is still in use.
  if (options.phone) await page.setViewportSize({ width: 360, height: 740 });
  await context.addInitScript((session) => {
    if (!sessionStorage.getItem('wenzhen.session')) sessionStorage.setItem('wenzhen.session', session);
  }, JSON.stringify(who));
  await options.prepare?.(context);
  await page.goto(server.url + path);
  return device;
}

const heading = (page: Page): Promise<string> => page.getByRole('heading', { level: 1 }).innerText();
const focused = (page: Page): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? '');
const rows = (page: Page) => page.getByTestId('list-visits').locator('tbody tr[data-row-key]');

test.each([
  { on: 'a desk', phone: false, locale: 'en-US' },
  { on: 'a desk in Chinese', phone: false, locale: 'zh-CN' },
  { on: 'a phone', phone: true, locale: 'en-US' },
  { on: 'a phone in Chinese', phone: true, locale: 'zh-CN' },
])('$on: on every screen nothing is cut or scrolls sideways, every control has a name, and the console is quiet', async (options) => {
  const { page, errors } = await open('/clinic', doctor, options);
  await page
    .getByTestId(options.phone ? 'visit-card' : 'column-choice')
    .first()
    .waitFor();
  await checkScreen(page, 'visits');
  await page.getByTestId('account-menu').click();
  await page.getByRole('menuitem').first().waitFor();
  await checkScreen(page, 'account menu');
  await page.keyboard.press('Escape');
  if (options.phone) {
    await page.getByTestId('filter-open').click();
    await page.getByTestId('filter-done').waitFor();
    await checkScreen(page, 'filters');
    await page.getByTestId('filter-done').click();
  }
  await page.getByTestId('list-visits').getByRole('link').first().click();
  await page.getByTestId('visit-cancel').click();
  await page.getByTestId('confirm-cancel').waitFor();
  await checkScreen(page, 'confirm');
  await page.getByTestId('confirm-cancel').click();
  await checkScreen(page, 'visit');
  await page.goto(`${server.url}/clinic/visits/new`);
  await page.getByTestId('form-submit').waitFor();
  await checkScreen(page, 'new visit');
  await page.goto(`${server.url}/clinic/no/such/page`);
  await page.getByTestId('missing').waitFor();
  await checkScreen(page, 'missing');
  expect(errors).toEqual([]);
});

test('visits: page, order, filter and columns work, and all but the columns are in the address', async () => {
  const { page, errors } = await open('/', doctor);
  await page.getByRole('link', { name: 'Open the clinic' }).click();
  await rows(page).first().waitFor();
  expect(await page.title()).toBe('Visits · Wenzhen');
  expect(await page.getByTestId('side-menu').locator('[aria-current=page]').innerText()).toBe('Visits');
  expect(await rows(page).count()).toBe(20);

  await page.getByTitle('2', { exact: true }).click();
  await until('the second page', async () => (await rows(page).count()) < 20);
  expect(new URL(page.url()).search).toBe('?page=2');

  await page.getByRole('columnheader', { name: 'Begins' }).click();
  await page.waitForURL(/sort=scheduledStart$|\/visits$/);
  expect(new URL(page.url()).search).not.toContain('page');

  await page.getByTestId('filter-status').getByRole('combobox').click();
  await page.getByTitle('Cancelled', { exact: true }).click();
  await page.getByTestId('list-empty').waitFor();
  await page.reload();
  await page.getByTestId('list-empty').waitFor();
  await page.getByTestId('filter-reset').click();
  await rows(page).first().waitFor();

  await page.getByTestId('column-choice').click();
  await page.getByRole('checkbox', { name: 'Length' }).uncheck();
  await page.reload();
  await rows(page).first().waitFor();
  expect(await page.getByRole('columnheader', { name: 'Length' }).count()).toBe(0);
  expect(errors).toEqual([]);
});

test('one visit: the heading has the focus, the crumbs lead back, and cancelling asks first', async () => {
  const id = await createVisit();
  const { page } = await open('/clinic/visits', doctor);
  await page.locator(`a[href$="${id}"]`).click();
  await page.getByTestId('visit-cancel').waitFor();
  expect(await focused(page)).toBe('Follow-up');
  await page.getByTestId('visit-cancel').click();
  await page.getByTestId('confirm-cancel').waitFor();
  // Enter alone cancels nothing.
  await page.keyboard.press('Enter');
  await page.getByTestId('confirm-cancel').waitFor({ state: 'hidden' });
  await page.getByTestId('visit-cancel').click();
  await page.getByTestId('confirm-ok').click();
  await page.getByText('The visit was cancelled').waitFor();
  await page.getByTestId('visit-cancel').waitFor({ state: 'detached' });
  await page.getByRole('navigation', { name: 'You are here' }).getByRole('link', { name: 'Visits' }).click();
  await until('the list', async () => (await heading(page)) === 'Visits');
  await page
    .locator('tr', { has: page.locator(`a[href$="${id}"]`) })
    .getByText('Cancelled')
    .waitFor();
  await page.goBack();
  await until('the visit again', async () => (await heading(page)) === 'Follow-up');
});

test('keyboard: skip link, menu, a form whose fault is told at its field, and a visit that is made', async () => {
  const { page } = await open('/clinic/visits', doctor);
  await rows(page).first().waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('skip-link');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('clinic-main');
  await tabTo(page, 'visit-new');
  await page.keyboard.press('Enter');
  await until('the form', async () => (await focused(page)) === 'New visit');
  await tabTo(page, 'form-submit');
  await page.keyboard.press('Enter');
  await until('the first fault to have the focus', async () => page.evaluate(() => document.activeElement?.id === 'patientId'));
  await page.keyboard.type(patient.user.name.slice(0, 2));
  await page.locator('.ant-select-item-option').waitFor();
  await page.keyboard.press('Enter');
  await tabTo(page, 'visit-title');
  // The server refuses what is no text; the page does not know that rule.
  await page.getByTestId('visit-title').fill('a\u0007b');
  await tabTo(page, 'form-submit');
  await page.keyboard.press('Enter');
  await page.getByTestId('form-fault').waitFor();
  await page.locator('.ant-form-item-explain-error', { hasText: 'contains characters that are not text' }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('visit-title');
  await page.getByTestId('visit-title').fill('By keyboard');
  await page.keyboard.press('Enter');
  await until('the new visit', async () => (await heading(page)) === 'By keyboard');
});

test('what is not there and what is not allowed have pages of their own', async () => {
  const { page } = await open('/clinic/visits/new', patient);
  await page.getByTestId('forbidden').waitFor();
  for (const path of ['no/such/page', 'visits/0198c1de-0000-7000-8000-000000000000', 'visits/no-id']) {
    await page.goto(`${server.url}/clinic/${path}`);
    await page.getByTestId('missing').waitFor();
  }
  await page.goto(`${server.url}/clinic`);
  await rows(page).first().waitFor();
  expect(await page.getByTestId('visit-new').count()).toBe(0);
});

test('a list that cannot be read says so with the request’s id, and is read again on demand', async () => {
  const address = '**/api/v1/consultations?**';
  const { page } = await open('/clinic/visits', doctor, {
    prepare: async (context) => {
      // The page asks by itself when its socket opens: this one never does.
      await context.routeWebSocket(/socket\.io/, () => undefined);
      await context.route(address, (route) =>
        route.fulfill({ status: 500, json: { success: false, code: 500, error: { code: 'internal' }, data: null, requestId: 'req_test' } }),
      );
    },
  });
  const failure = page.getByTestId('failure');
  await failure.waitFor();
  expect(await failure.innerText()).toContain('req_test');
  await page.context().unroute(address);
  await failure.getByRole('button', { name: 'Try again' }).click();
  await rows(page).first().waitFor();
});

test('a session that runs out is renewed once for all tabs that share it, and ends when it is revoked', async () => {
  const brief = await startServer({ JWT_TTL_SECONDS: '3' });
  try {
    const { context, page } = await openDevice(browser);
    contexts.push(context);
    /** Bodies of the requests that were answered: each refresh token may be used once. */
    const spent: (string | null)[] = [];
    context.on('requestfinished', (request) => request.url().endsWith('/auth/refresh') && spent.push(request.postData()));
    await page.goto(`${brief.url}/clinic/visits`);
    await page.getByTestId('sign-in-account').fill(brief.doctor.account);
    await page.getByTestId('sign-in-password').fill(brief.doctor.password);
    await page.getByTestId('sign-in-submit').click();
    await page.getByTestId('visit-new').waitFor();
    // A tab that is opened so begins with a copy of the session.
    const [twin] = await Promise.all([context.waitForEvent('page'), page.evaluate(() => void window.open(location.href))]);
    await twin.getByTestId('visit-new').waitFor();

    const token = (tab: Page) => tab.evaluate(() => (JSON.parse(sessionStorage.getItem('wenzhen.session')!) as { token: string }).token);
    const expired = async (tab: Page) => (JSON.parse(atob((await token(tab)).split('.')[1]!)) as { exp: number }).exp * 1_000 < Date.now();
    // As on a device that was asleep: the pages renew it in time as long as they can.
    const refresh = '**/auth/refresh';
    await context.route(refresh, (route) => route.abort());
    await until('the tokens to run out', async () => (await expired(page)) && (await expired(twin)));
    // Before: a page may renew it by itself as soon as it can.
    spent.length = 0;
    await context.unroute(refresh);
    await Promise.all([page, twin].map((tab) => tab.getByTestId('list-visits').getByRole('link').first().click()));
    await Promise.all([page, twin].map((tab) => tab.getByTestId('visit-cancel').waitFor()));
    await until('both tabs to have the same token', async () => (await token(twin)) === (await token(page)));
    await until('a renewal', () => spent.length > 0);
    expect(new Set(spent).size).toBe(spent.length);

    // The socket tells of it at once.
    await api(brief, 'POST', '/auth/logout', { token: await token(page) });
    await page.getByTestId('sign-in-notice').waitFor();
  } finally {
    await brief.close();
  }
});

test('the way into a visit loads nothing of the clinic', async () => {
  const { page } = await open(`/visit/${await createVisit()}`, patient);
  await page.getByTestId('join-button').click();
  await page.locator('[data-testid=room][data-phase=room]').waitFor();
  const files = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  const code = files.filter((name) => /\.(js|css)$/.test(name));
  expect(code.length).toBeGreaterThan(3);
  const texts = await Promise.all(code.map(async (name) => (await fetch(name)).text()));
  expect(code.filter((_name, index) => /ant-btn|clinic-frame|QueryClient/.test(texts[index]!))).toEqual([]);
});
