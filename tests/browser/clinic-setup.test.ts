/** The screens with which a clinic is set up: who works there, when, for how much, and what they may do. Every main button is pressed. */
import { date, deskSuite, PASSWORD } from '../support/desk-suite.ts';
import { api, signIn, type SignedIn } from '../support/rest.ts';
import { until } from '../support/wait.ts';

const suite = deskSuite();
const { asAdministrator, open, go, row, press, type, submit, choose } = suite;

/** A doctor whose qualifications wait for a decision. */
async function applicant(): Promise<SignedIn> {
  const account = { account: 'newdoctor', password: PASSWORD };
  await asAdministrator('POST', '/users', { name: '周新 Zhou Xin', ...account, roles: ['doctor'] });
  const signedIn = await signIn(suite.server, account);
  const own = { kind: 'doctor', name: '周新 Zhou Xin', qualifications: [{ name: '医师执业证书', number: '110110000012345' }] };
  const { id, version } = await api<{ id: string; version: number }>(suite.server, 'POST', '/practitioners', {
    token: signedIn.token,
    body: own,
  });
  await api(suite.server, 'POST', `/practitioners/${id}/submit`, { token: signedIn.token, body: { version } });
  return signedIn;
}

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
  const dialog = suite.desk.getByRole('dialog');
  await type('special-price', '30');
  await type('special-from', `${date(1)}T00:00`);
  await dialog.getByTestId('form-submit').click();
  await dialog.getByText('¥30.00').waitFor();
});

test('an administrator adds a medicine and a hospital, and takes both out of sight', async () => {
  await go('/medicines');
  await press('medicine-add');
  await type('medicine-code', 'test-1');
  await type('medicine-name', '氯沙坦钾片');
  await suite.desk.getByTestId('medicine-ingredients').locator('input').fill('losartan,');
  await type('medicine-specification', '50mg×7片');
  await type('medicine-unit', '盒');
  await submit();
  await press('medicine-toggle', row('氯沙坦钾片'));
  await press('confirm-ok');
  await row('氯沙坦钾片').getByText('Disabled').waitFor();
  await go('/hospitals');
  await press('hospital-add');
  await type('hospital-code', 'sh-9');
  await type('hospital-name', '第九人民医院');
  await type('hospital-address', '制造局路 639 号');
  await type('hospital-longitude', '121.4868');
  await type('hospital-latitude', '31.2029');
  await submit();
  await press('hospital-toggle', row('第九人民医院'));
  await press('confirm-ok');
  await row('第九人民医院').getByText('Hidden').waitFor();
});

test('an administrator approves qualifications', async () => {
  const signedIn = await applicant();
  await go('/practitioners?reviewState=submitted');
  await row('周新').getByRole('link').click();
  await suite.desk.getByTestId('qualification').getByText('110110000012345').waitFor();
  await press('practitioner-approve');
  await suite.desk.locator('.clinic-head').getByText('Approved').waitFor();
  const own = await api<{ reviewState: string }>(suite.server, 'GET', '/practitioners/me', { token: signedIn.token });
  expect(own.reviewState).toBe('approved');
});

test('an administrator adds a user, tops the balance up after a verification, and disables the account', async () => {
  await go('/users');
  await press('user-add');
  await type('user-name', '李测试');
  await type('user-account', 'li.test');
  await type('user-password', PASSWORD);
  await submit();
  await suite.desk.getByRole('heading', { level: 1, name: '李测试' }).waitFor();
  await press('view-balance');
  await press('balance-top-up');
  await type('balance-amount', '120');
  await type('balance-note', '现金');
  await suite.desk.getByTestId('form-dialog').getByTestId('form-submit').click();
  await type('step-up-password', suite.proof.password);
  await press('step-up-confirm');
  await row('¥120.00').waitFor();
  await press('view-overview');
  await press('user-status');
  await press('confirm-ok');
  await suite.desk.locator('.clinic-head').getByText('Disabled').waitFor();
  await expect(signIn(suite.server, { account: 'li.test', password: PASSWORD })).rejects.toThrow('account_disabled');
  // Who has moved money stays, and it is said why.
  await go('/users?keyword=li.test');
  await row('李测试').getByRole('checkbox').check();
  await press('users-delete');
  await press('confirm-ok');
  await suite.desk.getByTestId('delete-results').getByText('李测试').waitFor();
  await suite.desk.keyboard.press('Escape');
});

test('an administrator makes a role, permits something, and gives it to somebody, who may do it then', async () => {
  await go('/roles');
  await press('role-add');
  await type('role-key', 'dispatcher');
  await type('role-name-zh', '调度');
  await type('role-name-en', 'Dispatcher');
  await submit();
  await suite.desk.getByRole('heading', { level: 1, name: 'Dispatcher' }).waitFor();
  await suite.desk.getByLabel('See and search every user').check();
  await press('form-submit');
  const permitted = async () => (await asAdministrator<{ permissions: string[] }>('GET', '/roles/dispatcher')).permissions;
  await until('the permission to be saved', async () => (await permitted()).includes('users:read-all'));
  await press('view-holders');
  await choose('周新');
  await press('form-submit');
  await row('周新').waitFor();
  const { token } = await signIn(suite.server, { account: 'newdoctor', password: PASSWORD });
  const { items } = await api<{ items: { roles?: string[] }[] }>(suite.server, 'GET', '/users?pageSize=1', { token });
  expect(items[0]).toHaveProperty('roles');
});

test('an administrator moves and hides entries of the menu', async () => {
  const mine = async () =>
    (await api<{ items: { key: string }[] }>(suite.server, 'GET', '/menus/mine', { token: suite.patient.token })).items.map(
      ({ key }) => key,
    );
  expect((await mine()).indexOf('visits')).toBeLessThan((await mine()).indexOf('book'));
  await go('/menus');
  const entry = (key: string) => suite.desk.locator(`[data-menu=${key}] > .clinic-line`);
  await press('menu-up', entry('book'));
  await until('the entry to move up', async () => (await mine())[0] === 'book');
  await press('menu-visible', entry('queue'));
  await entry('queue').getByText('Hidden').waitFor();
  expect(await mine()).not.toContain('queue');
});

test('a doctor changes hours, closes a time and asks for leave, which is approved', async () => {
  const page = await open(suite.doctor, '/schedule');
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
  await suite.desk.getByText('There are no appointments in this time.').waitFor();
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
  await suite.desk.getByTestId('holiday-row').getByText('院庆').waitFor();
  await press('view-tasks');
  await press('task-add');
  await choose('林医生');
  await type('task-start', `${date(3)}T12:00`);
  await type('task-place', '社区卫生站');
  await submit();
  await press('task-finish', row('社区卫生站'));
  await row('社区卫生站').getByText('Done').waitFor();
});

test('words of a message are checked for their variables, changed and restored', async () => {
  await go('/messages?view=templates');
  const card = suite.desk.locator('[data-template=queue_called]');
  await press('template-edit', card);
  await type('template-text', 'Please come in, {{nobody}}.');
  await press('form-submit', suite.desk.getByTestId('form-dialog'));
  await suite.desk.getByText('There is no nobody in this message').waitFor();
  await type('template-text', 'Please come in: {{practitioner}} {{link}}');
  await submit();
  await card.getByText('Changed').waitFor();
  await press('template-restore', card);
  await press('confirm-ok');
  await card.getByText('Built in').waitFor();
});

test('an administrator gives a payment partner its keys, and the history says who did, without them', async () => {
  await asAdministrator('POST', '/auth/step-up', { password: suite.proof.password });
  await go('/all-orders?view=gateways');
  const card = suite.desk.locator('[data-channel=wechat_v2]');
  await press('gateway-keys', card);
  const keys = { 'App id': 'wx2026112700', 'Merchant number': '1600000001', 'API key': 'a-key-of-32-letters-for-the-test' };
  for (const [label, key] of Object.entries(keys)) await suite.desk.getByTestId('form-dialog').getByLabel(label).fill(key);
  await submit();
  await press('gateway-history', card);
  const change = suite.desk.getByTestId('gateway-change').first();
  await change.getByText('1600000001').waitFor();
  await change.getByText('secrets were entered').waitFor();
  expect(await change.innerText()).not.toContain(keys['API key']);
  await suite.desk.keyboard.press('Escape');
});

test('a doctor keeps phrases and a template of prescriptions', async () => {
  const page = await open(suite.doctor, '/templates');
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
