/** The screens of those who run a clinic: every main button is pressed, and its effect is seen. Every screen fits. */
import { moveTo } from '../support/clinic-page.ts';
import { date, deskSuite, PASSWORD } from '../support/desk-suite.ts';
import { api, signIn } from '../support/rest.ts';
import { checkScreen } from '../support/screen-check.ts';
import { secondNode } from '../support/second-node.ts';

const suite = deskSuite({ seeded: true });
const { asAdministrator, open, go, row, press, type, submit, choose } = suite;

/** An appointment of the patient, paid with the balance, whose money is asked back. */
async function paidAndRegretted(): Promise<void> {
  const { token, user } = suite.patient;
  await asAdministrator('POST', '/auth/step-up', { password: suite.proof.password });
  await asAdministrator('POST', `/users/${user.id}/balance/top-ups`, { amount: 500, note: '现金' });
  const own = await api<{ id: string }>(suite.server, 'GET', '/practitioners/me', { token: suite.doctor.token });
  const services = await api<{ items: { id: string; name: string }[] }>(suite.server, 'GET', '/services', { token });
  const serviceId = services.items.find(({ name }) => name === '视频问诊')?.id;
  const times = `/practitioners/${own.id}/slots?from=${date(1)}&until=${date(5)}&serviceId=${serviceId}`;
  const { days } = await api<{ days: { slots: { startsAt: string; available: boolean }[] }[] }>(suite.server, 'GET', times, { token });
  const scheduledTime = days.flatMap(({ slots }) => slots).find(({ available }) => available)?.startsAt;
  const contact = { contactPerson: '王敏', contactPhone: '13800138000' };
  const booking = { practitionerId: own.id, serviceId, scheduledTime, ...contact };
  const { orderId } = await api<{ orderId: string }>(suite.server, 'POST', '/appointments', { token, body: booking });
  await api(suite.server, 'POST', '/auth/step-up', { token, body: { password: suite.server.patient.password } });
  await api(suite.server, 'POST', `/orders/${orderId}/payments`, { token, body: { method: 'balance' } });
  await api(suite.server, 'POST', `/orders/${orderId}/refunds`, { token, body: { reason: '行程有变' } });
}

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
  const first = suite.desk.locator('tbody tr[data-row-key]').first();
  const review = suite.desk.locator(`[data-row-key="${await first.getAttribute('data-row-key')}"]`);
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
  await suite.desk.locator('.clinic-lead', { hasText: 'Done' }).waitFor();
  const { items } = await api<{ items: { title: string }[] }>(suite.server, 'GET', '/notifications', { token: suite.doctor.token });
  expect(items.map(({ title }) => title).join()).toMatch(/春节安排|Spring festival/);
});

test('an administrator changes a setting', async () => {
  await go('/settings');
  const card = suite.desk.locator('[data-setting="appointments.holdMinutes"]');
  await press('setting-edit', card);
  await type('setting-value', '25');
  await submit();
  await card.getByText('25', { exact: true }).waitFor();
  await press('setting-history', card);
  await suite.desk.getByTestId('setting-change').getByText('25', { exact: true }).waitFor();
});

test('an administrator reads who saw a patient’s records and has the log checked', async () => {
  const { token } = await signIn(suite.server, { account: 'doctor01', password: PASSWORD });
  const { items } = await api<{ items: { name: string }[] }>(suite.server, 'GET', '/patients?pageSize=1', { token });
  await go('/logs?view=medical');
  await choose(items[0]?.name ?? '', suite.desk.getByTestId('access-patient'));
  await row('Read').or(row('Created')).first().waitFor();
  await press('chain-verify');
  await suite.desk.getByTestId('chain-verdict').getByText('As it was written').waitFor();
  await press('view-operations');
  await row('PUT /api/v1/settings').first().waitFor();
  await press('view-logins');
  await row('Succeeded').first().waitFor();
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
  const signedIn = await signIn(suite.server, { account: 'doctor01', password: PASSWORD });
  const { items } = await api<{ items: { name: string }[] }>(suite.server, 'GET', '/patients?pageSize=1', { token: signedIn.token });
  const name = items[0]?.name ?? '';
  const page = await open(signedIn, '/inpatients');
  const pick = async (testId: string, text: string) => {
    // Until its choices are there it cannot be opened.
    await page.locator(`[data-testid=form-dialog] [data-testid=${testId}]:not(.ant-select-disabled)`).click();
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
  const { id } = await api<{ id: string }>(suite.server, 'GET', '/practitioners/me', { token: suite.doctor.token });
  for (const view of ['overview', 'visits', 'revenue', `practitioners&practitionerId=${id}`]) {
    await go(`/statistics?view=${view}`);
    const chart = suite.desk.getByTestId('chart').first();
    await chart.locator('canvas').waitFor();
    await press('chart-switch', chart);
    await chart.locator('tbody tr').first().waitFor();
  }
});

test('a node is drained and takes rooms again; a room is moved to the node that is chosen', async () => {
  await asAdministrator('POST', '/auth/step-up', { password: suite.proof.password });
  await go('/cluster');
  await suite.desk.getByText('Takes rooms').first().waitFor();
  await press('node-drain');
  await press('confirm-ok');
  await suite.desk.getByText('Draining', { exact: true }).first().waitFor();
  await press('node-undrain');
  await suite.desk.getByText('Takes rooms').first().waitFor();

  const second = await secondNode(suite.desk, suite.server.url);
  await go('/cluster?view=rooms');
  await press('room-move');
  await press('move-target');
  await suite.desk.locator('.ant-select-item-option', { hasText: 'second' }).click();
  await submit();
  expect(second.asked()).toEqual({ nodeId: second.id });
  await suite.desk.unrouteAll({ behavior: 'wait' });
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
    const page = await open(suite.administrator, '/departments', options);
    for (const address of ALL) {
      await moveTo(page, address);
      await page.locator('.ant-skeleton').first().waitFor({ state: 'detached' });
      await checkScreen(page, address);
    }
  };
  await Promise.all([look({}), look({ phone: true, locale: 'zh-CN' })]);
});
