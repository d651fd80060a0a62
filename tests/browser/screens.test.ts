import type { Page } from 'playwright-core';
import { PROTOCOL_VERSION } from '#rooms/protocol-version.ts';
import { seesMotion } from '../support/browser.ts';
import { browserSuite } from '../support/browser-suite.ts';
import { createVisit, signIn } from '../support/rest.ts';
import { checkScreen as check, tabTo } from '../support/screen-check.ts';
import { type Device, openPanel, say, signedIn } from '../support/visit.ts';
import { until } from '../support/wait.ts';

const suite = browserSuite();

/** A device at the start page, signed out. */
async function start(options: { locale?: string; phone?: boolean } = {}): Promise<Device> {
  const device = await suite.device(options);
  await device.page.goto(suite.server.url);
  await device.page.getByTestId('sign-in').waitFor();
  return device;
}

async function fillIn(page: Page, account: string, password: string): Promise<void> {
  await page.getByTestId('sign-in-account').fill(account);
  await page.getByTestId('sign-in-password').fill(password);
  await page.getByTestId('sign-in-submit').click();
}

test('sign-in: a wrong password is told in words, the right one shows the visits', async () => {
  const visit = await createVisit(suite.server);
  const { page } = await start();
  await fillIn(page, suite.server.doctor.account, 'not the password');
  expect(await page.getByTestId('sign-in-error').innerText()).toContain('Account or password is wrong');
  await fillIn(page, suite.server.doctor.account, suite.server.doctor.password);
  await page.locator(`[data-testid=visit-card][data-visit-id="${visit.id}"]`).waitFor();
  await page.getByTestId('sign-out').click();
  await page.getByTestId('sign-in').waitFor();
});

test('language: the browser decides, the switch changes page and lang and is remembered', async () => {
  const { page } = await start({ locale: 'zh-CN' });
  const lang = () => page.evaluate(() => document.documentElement.lang);
  expect(await lang()).toBe('zh-CN');
  expect(await page.getByTestId('sign-in-submit').innerText()).toBe('登录');
  await page.getByTestId('language-switch').click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  expect(await lang()).toBe('en');
  await page.reload();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  expect(await lang()).toBe('en');
});

test.each([
  { on: 'a phone', phone: true, locale: 'en-US' },
  { on: 'a phone in Chinese', phone: true, locale: 'zh-CN' },
  { on: 'a desk', phone: false, locale: 'en-US' },
])('$on: on every screen nothing is cut or scrolls sideways, every control has a name, and the console is quiet', async (options) => {
  const visit = await createVisit(suite.server, { lobby: true });
  const own = await start(options);
  const { page } = own;
  await check(page, 'sign-in');
  await fillIn(page, suite.server.doctor.account, suite.server.doctor.password);
  await page.getByTestId('visit-card').first().waitFor();
  await check(page, 'home');
  await page.getByTestId('new-visit').click();
  await page.getByTestId('new-visit-dialog').waitFor();
  await check(page, 'new visit');
  await page.keyboard.press('Escape');
  await page.getByTestId('visit-invite').first().click();
  await page.getByRole('dialog').waitFor();
  await check(page, 'invite');
  await page.keyboard.press('Escape');

  const patient = await suite.open(visit, visit.patient, options);
  await patient.page.getByTestId('preview-video').waitFor();
  await check(patient.page, 'preview');
  await patient.page.getByTestId('join-button').click();
  await patient.page.getByTestId('lobby').waitFor();
  await check(patient.page, 'lobby');

  await page.locator(`[data-testid=visit-card][data-visit-id="${visit.id}"]`).getByTestId('visit-join').click();
  await page.getByTestId('join-button').click();
  await page.getByTestId('knock-admit').waitFor();
  await check(page, 'room with somebody waiting');
  await page.getByTestId('knock-admit').click();
  await patient.page.getByTestId('tile').waitFor();
  await check(patient.page, 'room');
  await seesMotion(page, { frames: 3 });
  await say(page, '血压 120/80, see https://example.org/a-very-long-address/without/any/place/to/break-it-at-all-0123456789');
  await say(patient.page, 'x'.repeat(200));
  await until('both messages', async () => (await page.getByTestId('chat-text').count()) === 2);
  await check(page, 'room with chat');
  await openPanel(page, 'people');
  await page.getByTestId('peer-kick').waitFor();
  await check(page, 'room with people');
  await page.keyboard.press('Escape');
  await page.getByTestId('more-button').click();
  await check(page, 'settings');
  await page.keyboard.press('Escape');
  await page.getByTestId('leave-button').click();
  await check(page, 'leave');
  await page.getByTestId('end-button').click();
  await page.getByTestId('end-confirm').click();
  await patient.page.getByTestId('ended').waitFor();
  await check(patient.page, 'ended');
  await page.goto(`${suite.server.url}/test`);
  await page.getByTestId('test-start').waitFor();
  await check(page, 'test');
  await page.goto(`${suite.server.url}/no/such/page`);
  await page.getByRole('heading').waitFor();
  await check(page, 'missing');
  expect([...own.errors, ...patient.errors]).toEqual([]);
});

test('on a phone in Chinese every screen of a booking fits', async () => {
  const { page } = await suite.device({ phone: true, locale: 'zh-CN' });
  // As wide as the smallest phone that is still in use.
  await page.setViewportSize({ width: 360, height: 740 });
  await signedIn(page, await signIn(suite.server, suite.server.patient));
  await page.goto(`${suite.server.url}/clinic/book`);
  await page.getByTestId('book-practitioner').first().click();
  const free = page.locator('[data-testid=slot]:not([disabled])');
  await free.first().waitFor();
  await check(page, 'times');
  await free.last().click();
  await page.getByTestId('book-contact').fill('王敏');
  await page.getByTestId('book-phone').fill('13800138000');
  await page.locator('form button[type=submit]').click();
  await page.getByTestId('pay-wechat').waitFor();
  await check(page, 'order');
  await page.goto(`${suite.server.url}/clinic/appointments`);
  await page.getByTestId('appointment-card').first().waitFor();
  await check(page, 'appointments');
  await page.goto(`${suite.server.url}/clinic/orders`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await check(page, 'orders');
});

test('keyboard: from the sign-in to muting oneself, writing and leaving without a mouse', async () => {
  const visit = await createVisit(suite.server);
  const { page } = await start();
  await page.keyboard.type(suite.server.patient.account);
  await page.keyboard.press('Tab');
  await page.keyboard.type(suite.server.patient.password);
  await page.keyboard.press('Enter');
  const join = `[data-visit-id="${visit.id}"] [data-testid=visit-join]`;
  await page.locator(join).waitFor();
  await tabTo(page, join);
  await page.keyboard.press('Enter');
  await page.getByTestId('join-button').waitFor();
  await tabTo(page, 'join-button');
  await page.keyboard.press('Enter');
  await page.locator('[data-testid=room][data-phase=room]').waitFor();
  await page.getByTestId('own-video').waitFor();
  await tabTo(page, 'mute-button');
  await page.keyboard.press('Space');
  await until('the own mute', async () => (await page.getByTestId('mute-button').getAttribute('aria-pressed')) === 'true');
  await tabTo(page, 'chat-button');
  await page.keyboard.press('Enter');
  await tabTo(page, 'chat-input');
  await page.keyboard.type('by keyboard');
  await page.keyboard.press('Enter');
  await page.getByTestId('chat-message').waitFor();
  await page.keyboard.press('Escape');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('chat-button');
  await tabTo(page, 'leave-button');
  await page.keyboard.press('Enter');
  await tabTo(page, 'leave-confirm');
  await page.keyboard.press('Enter');
  await page.getByTestId('ended').waitFor();
});

test('a second page of the same person: the first is told, the call goes on at the second, and it can be moved back', async () => {
  const { visit, doctor, patient } = await suite.call();
  const second = await suite.join(visit, visit.patient);
  await until(
    'the first page to be told',
    async () => (await patient.page.getByTestId('ended').getAttribute('data-reason')) === 'replaced',
  );
  expect(await patient.page.getByRole('heading').innerText()).toBe('You joined on another device');
  await seesMotion(second.page);
  expect(await doctor.page.getByTestId('tile').count()).toBe(1);
  await patient.page.getByTestId('rejoin-button').click();
  await patient.page.getByTestId('join-button').click();
  await seesMotion(patient.page);
  await second.page.getByTestId('ended').waitFor();
});

test('a page older than the server: told by the capabilities, it says so and reloads', async () => {
  const { page } = await suite.device();
  await signedIn(page, await signIn(suite.server, suite.server.patient));
  const address = '**/api/v1/media/capabilities';
  await page.route(address, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { data: { protocolVersion: string } };
    await route.fulfill({ response: answer, json: { ...body, data: { ...body.data, protocolVersion: '2.0' } } });
  });
  await page.goto(suite.server.url);
  await page.getByTestId('outdated').waitFor();
  expect(await page.getByTestId('outdated').innerText()).toContain('out of date');
  await page.unroute(address);
  await page.getByTestId('reload-button').click();
  await page.getByRole('heading', { name: 'My visits' }).waitFor();
});

test('the server is updated during a call: the page says that it is out of date, and the reload leads back into the room', async () => {
  const visit = await createVisit(suite.server);
  let version: string | null = null;
  let cut: (() => Promise<void>) | undefined;
  const { page } = await suite.join(visit, visit.patient, {
    // The real server refuses what an old page would say.
    prepare: (own) =>
      own.routeWebSocket(/socket\.io/, (client) => {
        const upstream = client.connectToServer();
        client.onMessage((message) =>
          upstream.send(version ? String(message).replace(`"protocol":"${PROTOCOL_VERSION}"`, `"protocol":"${version}"`) : message),
        );
        cut = () => client.close();
      }),
  });
  version = '0.9';
  await cut?.();
  await page.getByTestId('outdated').waitFor();
  version = null;
  await page.getByTestId('reload-button').click();
  await page.locator('[data-testid=room][data-phase=room]').waitFor();
});
