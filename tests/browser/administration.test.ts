/** The screens of administrators and of doctors' schedules: every main button is pressed, and its effect is seen. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { moveTo, openClinicPage } from '../support/clinic-page.ts';
import { api, signIn, type SignedIn } from '../support/rest.ts';
import { checkScreen } from '../support/screen-check.ts';
import { secondNode } from '../support/second-node.ts';
import { type Account, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';

const PASSWORD = 'Invented-2026';
const DAY_MS = 86_400_000;
const date = (later: number) => new Date(Date.now() + later * DAY_MS).toISOString().slice(0, 10);

let folder: string;
let server: TestServer;
let browser: Browser;
let administrator: SignedIn;
let doctor: SignedIn;
let patient: SignedIn;
let proof: Account;
/** Of the administrator, on a desk. */
let desk: Page;
const contexts: BrowserContext[] = [];

const asAdministrator = <T>(method: string, address: string, body?: unknown) =>
  api<T>(server, method, address, { token: administrator.token, ...(body !== undefined && { body }) });

function demoAccount(name: string): Account {
  const password = new RegExp(`^\\W*${name}\\W+(\\S+)`, 'm').exec(server.output())?.[1];
  if (!password) throw new Error(`no ${name} account was printed`);
  return { account: name, password };
}

async function open(who: SignedIn, address: string, options: { phone?: boolean; locale?: string } = {}): Promise<Page> {
  const { page, context } = await openClinicPage(browser, server, `/clinic${address}`, who, options);
  contexts.push(context);
  return page;
}

async function go(address: string, page: Page = desk): Promise<void> {
  await page.goto(`${server.url}/clinic${address}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

const row = (text: string, page: Page = desk): Locator => page.locator('tbody tr[data-row-key]', { hasText: text });
const press = (testId: string, place: Page | Locator = desk): Promise<void> => place.getByTestId(testId).first().click();
const type = (testId: string, text: string, page: Page = desk): Promise<void> => page.getByTestId(testId).fill(text);
const submit = async (page: Page = desk): Promise<void> => {
  const dialog = page.getByTestId('form-dialog');
  await dialog.getByTestId('form-submit').click();
  await dialog.waitFor({ state: 'hidden' });
};

/** Chooses somebody in a field that finds people. */
async function choose(name: string, place: Page | Locator = desk): Promise<void> {
  await place.getByTestId('person-select').locator('input').fill(name);
  await desk.locator('.ant-select-item-option', { hasText: name }).first().click();
}

/** A doctor whose qualifications wait for a decision. */
async function applicant(): Promise<SignedIn> {
  const account = { account: 'newdoctor', password: PASSWORD };
  await asAdministrator('POST', '/users', { name: '周新 Zhou Xin', ...account, roles: ['doctor'] });
  const signedIn = await signIn(server, account);
  const own = { kind: 'doctor', name: '周新 Zhou Xin', qualifications: [{ name: '医师执业证书', number: '110110000012345' }] };
  const { id, version } = await api<{ id: string; version: number }>(server, 'POST', '/practitioners', {
    token: signedIn.token,
    body: own,
  });
  await api(server, 'POST', `/practitioners/${id}/submit`, { token: signedIn.token, body: { version } });
  return signedIn;
}

/** An appointment of the patient, paid with the balance, whose money is asked back. The administrator was verified just before. */
async function paidAndRegretted(): Promise<void> {
  const { token, user } = patient;
  await asAdministrator('POST', `/users/${user.id}/balance/top-ups`, { amount: 500, note: '现金' });
  const own = await api<{ id: string }>(server, 'GET', '/practitioners/me', { token: doctor.token });
  const services = await api<{ items: { id: string; name: string }[] }>(server, 'GET', '/services', { token });
  const serviceId = services.items.find(({ name }) => name === '视频问诊')?.id;
  const times = `/practitioners/${own.id}/slots?from=${date(1)}&until=${date(5)}&serviceId=${serviceId}`;
  const { days } = await api<{ days: { slots: { startsAt: string; available: boolean }[] }[] }>(server, 'GET', times, { token });
  const scheduledTime = days.flatMap(({ slots }) => slots).find(({ available }) => available)?.startsAt;
  const contact = { contactPerson: '王敏', contactPhone: '13800138000' };
  const booking = { practitionerId: own.id, serviceId, scheduledTime, ...contact };
  const { orderId } = await api<{ orderId: string }>(server, 'POST', '/appointments', { token, body: booking });
  await api(server, 'POST', '/auth/step-up', { token, body: { password: server.patient.password } });
  await api(server, 'POST', `/orders/${orderId}/payments`, { token, body: { method: 'balance' } });
  await api(server, 'POST', `/orders/${orderId}/refunds`, { token, body: { reason: '行程有变' } });
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-administration-'));
  const env = { RATE_HTTP_PER_MINUTE: '0', DATA_DIR: folder };
  [server, browser] = await Promise.all([startServer(env), launchBrowser()]);
  // Orders, refunds, reviews and records to look at.
  await server.stop();
  const seeding = ['src/main.ts', 'seed', '--scale', '0.03', '--force', '--password', PASSWORD];
  await promisify(execFile)(process.execPath, seeding, { env: { ...process.env, NODE_ENV: 'test', DATA_DIR: folder } });
  await server.start();
  proof = demoAccount('administrator');
  administrator = await signIn(server, proof);
  doctor = await signIn(server, server.doctor);
  patient = await signIn(server, server.patient);
  desk = await open(administrator, '/departments');
});
afterAll(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  await browser?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

test('an administrator adds, renames and disables a department', async () => {
  await go('/departments');
  await press('department-add');
  await type('department-code', 'sleep');
  await type('department-name', '睡眠门诊');
  await submit();
  await press('department-edit', row('SLEEP'));
  await type('department-name', '睡眠医学科');
  await submit();
  await row('睡眠医学科').waitFor();
  await press('department-toggle', row('SLEEP'));
  await press('confirm-ok');
  await row('SLEEP').getByText('Disabled').waitFor();
});

test('an administrator changes a price and adds a special one', async () => {
  await go('/services');
  await press('service-edit', row('复诊开药').first());
  await type('service-price', '45.5');
  await submit();
  await row('¥45.50').waitFor();
  await press('service-prices', row('¥45.50'));
  const dialog = desk.getByRole('dialog');
  await type('special-price', '30');
  await type('special-from', `${date(1)}T00:00`);
  await dialog.getByTestId('form-submit').click();
  await dialog.getByText('¥30.00').waitFor();
});

test('an administrator approves qualifications', async () => {
  const signedIn = await applicant();
  await go('/practitioners?reviewState=submitted');
  await row('周新').getByRole('link').click();
  await desk.getByTestId('qualification').getByText('110110000012345').waitFor();
  await press('practitioner-approve');
  await desk.locator('.clinic-head').getByText('Approved').waitFor();
  const own = await api<{ reviewState: string }>(server, 'GET', '/practitioners/me', { token: signedIn.token });
  expect(own.reviewState).toBe('approved');
});

test('an administrator adds a user, tops the balance up after a verification, and disables the account', async () => {
  await go('/users');
  await press('user-add');
  await type('user-name', '李测试');
  await type('user-account', 'li.test');
  await type('user-password', PASSWORD);
  await submit();
  await desk.getByRole('heading', { level: 1, name: '李测试' }).waitFor();
  await press('view-balance');
  await press('balance-top-up');
  await type('balance-amount', '120');
  await type('balance-note', '现金');
  await desk.getByTestId('form-dialog').getByTestId('form-submit').click();
  await type('step-up-password', proof.password);
  await press('step-up-confirm');
  await row('¥120.00').waitFor();
  await press('view-overview');
  await press('user-status');
  await press('confirm-ok');
  await desk.locator('.clinic-head').getByText('Disabled').waitFor();
  await expect(signIn(server, { account: 'li.test', password: PASSWORD })).rejects.toThrow('account_disabled');
  // Who has moved money stays, and it is said why.
  await go('/users?keyword=li.test');
  await row('李测试').getByRole('checkbox').check();
  await press('users-delete');
  await press('confirm-ok');
  await desk.getByTestId('delete-results').getByText('李测试').waitFor();
  await desk.keyboard.press('Escape');
});

test('an administrator makes a role, permits something, and gives it to somebody, who may do it then', async () => {
  await go('/roles');
  await press('role-add');
  await type('role-key', 'dispatcher');
  await type('role-name-zh', '调度');
  await type('role-name-en', 'Dispatcher');
  await submit();
  await desk.getByRole('heading', { level: 1, name: 'Dispatcher' }).waitFor();
  await desk.getByLabel('See and search every user').check();
  await press('form-submit');
  await desk.getByText('Saved').waitFor();
  await press('view-holders');
  await choose('周新');
  await press('form-submit');
  await row('周新').waitFor();
  const { token } = await signIn(server, { account: 'newdoctor', password: PASSWORD });
  const { items } = await api<{ items: { roles?: string[] }[] }>(server, 'GET', '/users?pageSize=1', { token });
  expect(items[0]).toHaveProperty('roles');
});

test('an administrator moves and hides entries of the menu', async () => {
  const mine = async () =>
    (await api<{ items: { key: string }[] }>(server, 'GET', '/menus/mine', { token: patient.token })).items.map(({ key }) => key);
  expect((await mine()).indexOf('visits')).toBeLessThan((await mine()).indexOf('book'));
  await go('/menus');
  const entry = (key: string) => desk.locator(`[data-menu=${key}] > .clinic-line`);
  await press('menu-up', entry('book'));
  await until('the entry to move up', async () => (await mine())[0] === 'book');
  await press('menu-visible', entry('queue'));
  await entry('queue').getByText('Hidden').waitFor();
  expect(await mine()).not.toContain('queue');
});

test('a doctor changes hours, closes a time and asks for leave, which is approved', async () => {
  const page = await open(doctor, '/schedule');
  await press('week-after', page);
  const slot = page.getByTestId('plan-day').last().getByTestId('plan-slot').first();
  const offered = await page.getByTestId('plan-day').last().getByTestId('plan-slot').count();
  await slot.click();
  await type('confirm-reason', '会议', page);
  await press('confirm-ok', page);
  await page.getByTestId('closure').waitFor();
  expect(await page.getByTestId('plan-day').last().getByTestId('plan-slot').count()).toBe(offered - 1);
  await press('slot-open', page);
  await page.getByTestId('closure').waitFor({ state: 'detached' });
  await press('view-hours', page);
  await press('rule-add', page);
  await type('hours-start', '12:00', page);
  await type('hours-end', '13:00', page);
  await submit(page);
  await page.getByTestId('weekday').first().getByText('12:00–13:00').waitFor();
  await press('view-changes', page);
  await press('change-add', page);
  await type('change-date', date(20), page);
  await submit(page);
  await page.getByTestId('day-change').getByText('The whole day').waitFor();
  await press('view-leave', page);
  await press('leave-add', page);
  await type('leave-from', `${date(30)}T00:00`, page);
  await type('leave-until', `${date(32)}T00:00`, page);
  await submit(page);
  await go('/schedules?view=leave');
  await press('leave-approve', row('Waiting'));
  await desk.getByText('There are no appointments in this time.').waitFor();
  await press('confirm-ok');
  await row('Approved').first().waitFor();
  await go('/schedule?view=leave', page);
  await row('Approved', page).waitFor();
});

test('an administrator adds a holiday and gives a task', async () => {
  await go('/schedules?view=holidays');
  await press('add-holiday');
  await type('holiday-name', '院庆');
  await type('holiday-from', date(60));
  await type('holiday-until', date(61));
  await submit();
  await desk.getByTestId('holiday-row').getByText('院庆').waitFor();
  await press('view-tasks');
  await press('task-add');
  await choose('林医生');
  await type('task-start', `${date(3)}T12:00`);
  await type('task-place', '社区卫生站');
  await submit();
  await press('task-finish', row('社区卫生站'));
  await row('社区卫生站').getByText('Done').waitFor();
});

test('an administrator approves a refund', async () => {
  await paidAndRegretted();
  await go('/refunds?state=requested');
  const asked = row('行程有变');
  await press('refund-approve', asked);
  await press('confirm-ok');
  await asked.waitFor({ state: 'detached' });
  await go('/refunds?state=succeeded');
  await row('行程有变').waitFor();
});

test('an administrator hides a review and shows it again', async () => {
  await go('/reviews?hidden=false');
  const first = desk.locator('tbody tr[data-row-key]').first();
  const review = desk.locator(`[data-row-key="${await first.getAttribute('data-row-key')}"]`);
  await press('review-visibility', first);
  await press('confirm-ok');
  await review.waitFor({ state: 'detached' });
  await go('/reviews?hidden=true');
  await review.getByText('Hidden').waitFor();
  await press('review-visibility', review);
  await review.waitFor({ state: 'detached' });
});

test('an administrator publishes an announcement, which reaches everybody', async () => {
  await go('/announcements');
  await press('announcement-add');
  await type('title-zh', '春节安排');
  await type('body-zh', '春节期间照常接诊。');
  await type('title-en', 'Spring festival');
  await type('body-en', 'We are open as usual.');
  await submit();
  await row('Spring festival').getByRole('link').click();
  await desk.locator('.clinic-lead', { hasText: 'Done' }).waitFor();
  const { items } = await api<{ items: { title: string }[] }>(server, 'GET', '/notifications', { token: doctor.token });
  expect(items.map(({ title }) => title).join()).toMatch(/春节安排|Spring festival/);
});

test('words of a message are checked for their variables, changed and restored', async () => {
  await go('/messages?view=templates');
  const card = desk.locator('[data-template=queue_called]');
  await press('template-edit', card);
  await type('template-text', 'Please come in, {{nobody}}.');
  await press('form-submit', desk.getByTestId('form-dialog'));
  await desk.getByText('There is no nobody in this message').waitFor();
  await type('template-text', 'Please come in: {{practitioner}} {{link}}');
  await submit();
  await card.getByText('Changed').waitFor();
  await press('template-restore', card);
  await press('confirm-ok');
  await card.getByText('Built in').waitFor();
});

test('an administrator changes a setting', async () => {
  await go('/settings');
  const card = desk.locator('[data-setting="appointments.holdMinutes"]');
  await press('setting-edit', card);
  await type('setting-value', '25');
  await submit();
  await card.getByText('25', { exact: true }).waitFor();
  await press('setting-history', card);
  await desk.getByTestId('setting-change').getByText('25', { exact: true }).waitFor();
});

test('an administrator reads who saw a patient’s records and has the log checked', async () => {
  const { token } = await signIn(server, { account: 'doctor01', password: PASSWORD });
  const { items } = await api<{ items: { name: string }[] }>(server, 'GET', '/patients?pageSize=1', { token });
  await go('/logs?view=medical');
  await choose(items[0]?.name ?? '', desk.getByTestId('access-patient'));
  await row('Read').or(row('Created')).first().waitFor();
  await press('chain-verify');
  await desk.getByTestId('chain-verdict').getByText('As it was written').waitFor();
  await press('view-operations');
  await row('PUT /api/v1/settings').first().waitFor();
  await press('view-logins');
  await row('Succeeded').first().waitFor();
});

test('a doctor keeps phrases and a template of prescriptions', async () => {
  const page = await open(doctor, '/templates');
  await press('phrase-add', page);
  await type('phrase-text', '清淡饮食，规律作息。', page);
  await submit(page);
  await row('清淡饮食', page).waitFor();
  await press('view-prescription', page);
  await press('template-add', page);
  await type('template-name', '高血压常规', page);
  await page.getByTestId('medicine-select').locator('input').fill('AML');
  await page.locator('.ant-select-item-option').first().click();
  await type('dose', '5', page);
  await submit(page);
  await press('template-edit', row('高血压常规', page));
  await type('template-name', '高血压首诊', page);
  await submit(page);
  await row('高血压首诊', page).waitFor();
});

test('an administrator sets up a ward, and a doctor admits a patient to it, changes the bed and discharges', async () => {
  await go('/departments');
  await press('wards');
  await press('ward-add');
  await type('ward-code', 'w3');
  await type('ward-name', '三病区');
  await submit();
  await row('三病区').getByRole('link').click();
  for (const label of ['301-1', '301-2']) {
    await press('bed-add');
    await type('bed-label', label);
    await submit();
  }
  const signedIn = await signIn(server, { account: 'doctor01', password: PASSWORD });
  const { items } = await api<{ items: { name: string }[] }>(server, 'GET', '/patients?pageSize=1', { token: signedIn.token });
  const name = items[0]?.name ?? '';
  const page = await open(signedIn, '/inpatients');
  const pick = async (testId: string, text: string) => {
    await press(testId, page.getByTestId('form-dialog'));
    await page.locator('.ant-select-item-option', { hasText: text }).last().click();
  };
  await press('admit', page);
  await page.getByTestId('person-select').locator('input').fill(name);
  await page.locator('.ant-select-item-option', { hasText: name }).first().click();
  await pick('ward', '三病区');
  await pick('bed', '301-1');
  await type('reason', '高血压急症，收住院观察', page);
  await submit(page);
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await press('stay-move', page);
  await pick('ward', '三病区');
  await pick('bed', '301-2');
  await submit(page);
  await page.getByText('三病区 301-2').waitFor();
  await go('/departments');
  await press('wards');
  await row('三病区').getByText('1', { exact: true }).waitFor();
  await press('stay-discharge', page);
  await type('summary', '血压平稳，出院随访', page);
  await submit(page);
  await page.getByTestId('stay-log').getByText('Discharged').waitFor();
  expect(await page.getByTestId('stay-move').count()).toBe(0);
  for (const address of ['/inpatients', '/inpatients?view=wards']) {
    await go(address, page);
    await checkScreen(page, address);
  }
});

test('figures are drawn, and can be read as tables', async () => {
  const { id } = await api<{ id: string }>(server, 'GET', '/practitioners/me', { token: doctor.token });
  for (const view of ['overview', 'visits', 'revenue', `practitioners&practitionerId=${id}`]) {
    await go(`/statistics?view=${view}`);
    const chart = desk.getByTestId('chart').first();
    await chart.locator('canvas').waitFor();
    await press('chart-switch', chart);
    await chart.locator('tbody tr').first().waitFor();
  }
});

test('a node is drained and takes rooms again; a room is moved to the node that is chosen', async () => {
  await asAdministrator('POST', '/auth/step-up', { password: proof.password });
  await go('/cluster');
  await desk.getByText('Takes rooms').first().waitFor();
  await press('node-drain');
  await press('confirm-ok');
  await desk.getByText('Draining', { exact: true }).first().waitFor();
  await press('node-undrain');
  await desk.getByText('Takes rooms').first().waitFor();

  const second = await secondNode(desk, server.url);
  await go('/cluster?view=rooms');
  await press('room-move');
  await press('move-target');
  await desk.locator('.ant-select-item-option', { hasText: 'second' }).click();
  await submit();
  expect(second.asked()).toEqual({ nodeId: second.id });
  await desk.unrouteAll({ behavior: 'wait' });
});

const ALL = [
  ...[
    '/departments',
    '/practitioners',
    '/services',
    '/schedules',
    '/schedules?view=leave',
    '/schedules?view=holidays',
    '/schedules?view=tasks',
  ],
  ...[
    '/all-appointments',
    '/all-orders',
    '/all-orders?view=payments',
    '/all-orders?view=gateways',
    '/refunds',
    '/reviews',
    '/reviews?view=tags',
  ],
  ...[
    '/announcements',
    '/messages',
    '/messages?view=templates',
    '/statistics',
    '/statistics?view=visits',
    '/statistics?view=revenue',
    '/statistics?view=practitioners',
  ],
  ...['/users', '/users?view=tags', '/roles', '/roles/doctor', '/menus', '/settings', '/files', '/api-keys'],
  ...['/hospitals', '/nearby', '/medicines', '/medicines?view=contraindications', '/book', '/book?view=times', '/book?view=recommended'],
  ...['/cluster', '/cluster?view=rooms', '/cluster?view=workers', '/cluster?view=queues'],
  ...['/operations', '/operations?view=checks', '/operations?view=caches', '/messages?view=reports'],
  ...['/logs', '/logs?view=medical', '/logs?view=logins', '/logs?view=security', '/logs?view=changes'],
];

test('every screen of administration fits on a desk in English and on a phone in Chinese', async () => {
  const look = async (options: { phone?: boolean; locale?: string }) => {
    const page = await open(administrator, '/departments', options);
    for (const address of ALL) {
      await moveTo(page, address);
      await page.locator('.ant-skeleton').first().waitFor({ state: 'detached' });
      await checkScreen(page, address);
    }
  };
  await Promise.all([look({}), look({ phone: true, locale: 'zh-CN' })]);
});
