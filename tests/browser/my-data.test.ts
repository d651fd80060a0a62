/** A patient's own data, also as the doctor reads it beside the video; the own account; the officer's desk. */
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startWechatLogin, type WechatLoginSimulator } from '#src/partners/wechat-login.ts';
import { launchBrowser, openDevice } from '../support/browser.ts';
import { openClinicPage } from '../support/clinic-page.ts';
import { api, createVisit, signIn, type SignedIn } from '../support/rest.ts';
import { png } from '../support/sample-files.ts';
import { checkScreen } from '../support/screen-check.ts';
import { until } from '../support/wait.ts';
import { type Account, startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let browser: Browser;
let administrator: Account;
let wechat: WechatLoginSimulator;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  wechat = await startWechatLogin({ appId: 'wx1', secret: 's1' });
  const login = { LOGIN_WECHAT_WEB: 'wx1:s1', LOGIN_WECHAT_URL: wechat.url };
  [server, browser] = await Promise.all([startServer({ RATE_HTTP_PER_MINUTE: '0', ...login }), launchBrowser()]);
  const password = /^\W*administrator\W+(\S+)/m.exec(server.output())?.[1] ?? '';
  administrator = { account: 'administrator', password };
});
afterAll(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  await browser?.close();
  await server?.close();
  await wechat?.close();
});

async function open(account: Account, address: string, options: { phone?: boolean; locale?: string } = {}): Promise<Page> {
  const who: SignedIn = await signIn(server, account);
  const { page, context } = await openClinicPage(browser, server, address, who, options);
  contexts.push(context);
  return page;
}

/** A picture of the screen, where somebody asks for them. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['PICTURES'];
  if (folder) await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
}

/** Fills the dialog that asks who it is. */
async function prove(page: Page, { password }: Account): Promise<void> {
  const dialog = page.getByTestId('step-up');
  await dialog.locator('input[type=password]').fill(password);
  await dialog.locator('button[type=submit]').click();
}

test('a patient asks for a copy and downloads it; the visit that is open keeps the account', async () => {
  const page = await open(server.patient, '/clinic/my-data', { locale: 'zh-CN' });
  await page.getByTestId('blockers').waitFor();
  await checkScreen(page, 'my data');
  await picture(page, 'my-data-zh');
  expect(await page.getByTestId('erase-ask').isDisabled()).toBe(true);
  await page.getByTestId('copy-ask').click();
  await prove(page, server.patient);
  await page.getByText('已申请', { exact: false }).first().waitFor();
  await page.waitForTimeout(1_000);
  await page.reload();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('copy-fetch').click()]);
  expect(download.suggestedFilename()).toMatch(/\.zip$/);
});

test('on a phone in English everything fits', async () => {
  const page = await open(server.patient, '/clinic/my-data', { phone: true, locale: 'en' });
  await page.getByTestId('held-card').first().waitFor();
  await checkScreen(page, 'my data on a phone');
  await picture(page, 'my-data-phone-en');
});

test('an officer places a legal hold and lifts it', async () => {
  const page = await open(administrator, '/clinic/privacy', { locale: 'en' });
  await page.getByText('Copy of data').first().waitFor();
  await checkScreen(page, 'requests');
  await picture(page, 'privacy-en');
  await page.getByText('Legal holds').click();
  await page.getByTestId('privacy-add').click();
  const { user } = await signIn(server, server.patient);
  await page.getByTestId('privacy-user').fill(user.id);
  await page.getByTestId('privacy-reason').fill('医疗纠纷');
  await page.getByTestId('form-dialog').locator('button[type=submit]').click();
  await page.getByTestId('hold-lift').click();
  await checkScreen(page, 'holds');
  await page.getByRole('dialog').getByRole('button', { name: 'Lift' }).click();
  await page.getByTestId('hold-lift').waitFor({ state: 'detached' });
});

test('the doctor reads the health profile beside the video, writes the record there, and the patient sees what was said', async () => {
  const [health, visit] = await Promise.all([
    open(server.patient, '/clinic/health-profile', { phone: true, locale: 'zh-CN' }),
    createVisit(server, { lobby: false }),
  ]);
  await health.getByTestId('health-edit').click();
  await health.getByTestId('has-allergy').click();
  await health.getByRole('button', { name: '添加过敏原' }).click();
  await health.getByTestId('allergy-substance').fill('青霉素');
  await checkScreen(health, 'health profile');
  await health.getByTestId('form-submit').click();
  await health.getByText('青霉素').waitFor();

  // A visit makes somebody one's patient once both have met.
  await health.goto(`${server.url}/visit/${visit.id}?join=now`);
  await health.getByTestId('room').waitFor();
  const room = await open(server.doctor, `/visit/${visit.id}?join=now`, { locale: 'en' });
  await room.getByTestId('chat-button').click();
  await room.getByTestId('chat-input').fill('Please do not take penicillin.');
  await room.getByTestId('chat-send').click();
  await room.getByTestId('file-button').click();
  const file = room.getByTestId('file-panel');
  await file.getByText('青霉素').waitFor();
  await file.getByTestId('file-write-record').click();
  for (const text of await file.getByTestId('section-text').all()) await text.fill('Well');
  // A look at the chat costs nothing that was written.
  await room.getByTestId('chat-button').click();
  await room.getByTestId('file-button').click();
  await file.getByTestId('form-submit').click();
  await file.getByTestId('file-entry').click();
  await file.getByText('Well').first().waitFor();
  await picture(room, 'visit-file-en');

  await health.goto(`${server.url}/clinic/visits`);
  const unread = health.getByTestId('visit-card').getByTestId('unread');
  await unread.waitFor();
  // The socket tells of what is written meanwhile; a page without one looks every half minute only.
  await room.getByTestId('chat-button').click();
  await room.getByTestId('chat-input').fill('And drink a lot.');
  await room.getByTestId('chat-send').click();
  await unread.getByText('2', { exact: true }).waitFor({ timeout: 10_000 });
  await health.getByTestId('visit-card').getByRole('link').first().click();
  await health.getByText('Please do not take penicillin.').waitFor();
  await health.getByTestId('unread').first().waitFor({ state: 'detached' });
  await checkScreen(health, 'visit with its chat');

  // The record is corrected; what stood there before can still be read.
  const { token } = await signIn(server, server.patient);
  const { items } = await api<{ items: { id: string }[] }>(server, 'GET', '/medical-records', { token });
  await room.goto(`${server.url}/clinic/records/${items[0]?.id}`);
  await room.getByTestId('record-correct').click();
  await room.getByTestId('section-text').first().fill('Better');
  await room.getByTestId('correction-reason').fill('Heard wrongly');
  await room.getByTestId('form-submit').click();
  await room.getByText('Better').waitFor();
  await room.getByTestId('record-version').click();
  await room.locator('.ant-select-item-option').last().click();
  await room.getByTestId('earlier-version').waitFor();
  expect(await room.getByText('Better').count()).toBe(0);
  await checkScreen(room, 'an earlier version of a record');
});

test('a person puts up a picture and binds a phone', async () => {
  const page = await open(server.doctor, '/clinic/account', { phone: true, locale: 'zh-CN' });
  await page.getByTestId('avatar-change-file').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: await png() });
  await page.locator('.clinic-avatar img').waitFor();
  const drawn = () => page.locator('.clinic-avatar img').evaluate((image: HTMLImageElement) => image.naturalWidth);
  expect(await drawn()).toBeGreaterThan(0);
  await checkScreen(page, 'account with a picture');
  await page.getByTestId('avatar-remove').click();
  await page.locator('.clinic-avatar img').waitFor({ state: 'detached' });

  const phone = '+8613900001234';
  await page.goto(`${server.url}/clinic/account?view=security`);
  await page.getByTestId('change-phone').click();
  await page.getByTestId('phone-number').fill('13900001234');
  await page.getByTestId('phone-send-code').click();
  const code = await until('the code', async () => {
    const { items } = await api<{ items: { to: string; text: string }[] }>(server, 'GET', '/demo/inbox');
    return /\d{6}/.exec(items.find(({ to }) => to === phone)?.text ?? '')?.[0];
  });
  await page.getByTestId('phone-code').fill(code);
  await page.getByTestId('form-submit').click();
  await prove(page, server.doctor);
  await page.getByText(/139.*1234/).waitFor();
  await checkScreen(page, 'security with a phone');
});

test('a person signs in with another service, and binds it to an account', async () => {
  wechat.signIn({ openId: 'o-1', unionId: 'u-1', nickname: '小明' });
  const { page, context } = await openDevice(browser, { locale: 'zh-CN' });
  contexts.push(context);
  // Where people are sent back to: the tab that began knows it there only.
  const home = server.url.replace('127.0.0.1', 'localhost');
  await page.goto(home);
  await page.getByTestId('with-wechat').click();
  await page.getByTestId('sign-out').waitFor();
  // An address that somebody else was sent to opens nothing here.
  await page.goto(`${home}/sign-in/wechat?code=made-up&state=made-up`);
  await page.getByTestId('external-fault').waitFor();
  await checkScreen(page, 'a return that nobody began');

  wechat.signIn({ openId: 'o-2', unionId: 'u-2', nickname: '林' });
  const own = await open(server.doctor, '', { locale: 'en' });
  await own.goto(`${home}/clinic/account?view=security`);
  await own.getByTestId('identity-bind').click();
  await prove(own, server.doctor);
  await own.getByTestId('identity-unbind').waitFor();
  await checkScreen(own, 'security with another service');
});

test('a person changes the password and stays signed in; other devices do not', async () => {
  const [page, other] = await Promise.all([
    open(server.patient, '/clinic/account?view=security', { locale: 'zh-CN' }),
    open(server.patient, '/clinic/account', { phone: true, locale: 'en' }),
  ]);
  await other.getByTestId('account-name').waitFor();
  await checkScreen(other, 'account on a phone');
  await other.goto(`${server.url}/clinic/account?view=balance`);
  await other.getByText('0.00').first().waitFor();
  await checkScreen(other, 'own balance on a phone');
  await picture(other, 'own-balance-phone-en');
  await other.goto(`${server.url}/clinic/account?view=notices`);
  // With the main switch off its parts are off.
  await other.getByTestId('notice-service-sms').click();
  await other.locator('.ant-checkbox-wrapper-disabled').first().waitFor();
  await checkScreen(other, 'notices on a phone');
  await picture(other, 'notices-phone-en');
  await page.getByTestId('session-card').first().waitFor();
  await checkScreen(page, 'sign-in and security');
  await page.getByTestId('change-password').click();
  await page.getByTestId('old-password').fill(server.patient.password);
  await page.getByTestId('new-password').fill('another horse 8');
  await page.getByTestId('repeat-password').fill('another horse 8');
  await page.getByTestId('form-submit').click();
  await page.getByTestId('form-dialog').waitFor({ state: 'detached' });
  await page.reload();
  await page.getByTestId('session-card').first().waitFor();
  await other.reload();
  await other.getByTestId('sign-in').waitFor();
});
