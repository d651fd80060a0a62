/** Screens of visit profiles, of a doctor's patients, and of the clinic's administrators. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { openClinicPage } from '../support/clinic-page.ts';
import { api, signIn, type SignedIn } from '../support/rest.ts';
import { checkScreen } from '../support/screen-check.ts';
import { type Account, startServer, type TestServer } from '../support/server.ts';

type Name = 'doctor' | 'patient' | 'administrator';
const PHONE = { phone: true, locale: 'zh-CN' };

let server: TestServer;
let browser: Browser;
let people: Record<Name, SignedIn>;
const contexts: BrowserContext[] = [];

function demoAccount(name: string): Account {
  const password = new RegExp(`^\\W*${name}\\W+(\\S+)`, 'm').exec(server.output())?.[1];
  if (!password) throw new Error(`no ${name} account was printed`);
  return { account: name, password };
}

/** Only a visit that began or an appointment makes two people doctor and patient. What costs nothing is confirmed at once. */
async function bookFreeVisit(): Promise<void> {
  const { administrator, doctor, patient } = people;
  const free = { name: '义诊', category: 'consultation', price: 0, durationMinutes: 30 };
  const service = await api<{ id: string }>(server, 'POST', '/services', { token: administrator.token, body: free });
  const own = await api<{ id: string }>(server, 'GET', '/practitioners/me', { token: doctor.token });
  const day = (later: number) => new Date(Date.now() + later * 86_400_000).toISOString().slice(0, 10);
  const { days } = await api<{ days: { slots: { startsAt: string; available: boolean }[] }[] }>(
    server,
    'GET',
    `/practitioners/${own.id}/slots?from=${day(1)}&until=${day(10)}&serviceId=${service.id}`,
    { token: patient.token },
  );
  const slot = days.flatMap(({ slots }) => slots).find(({ available }) => available);
  const contact = { contactPerson: '王敏', contactPhone: '13800138000' };
  const body = { practitionerId: own.id, serviceId: service.id, scheduledTime: slot?.startsAt, ...contact };
  await api(server, 'POST', '/appointments', { token: patient.token, body });
}

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer({ RATE_HTTP_PER_MINUTE: '0' }), launchBrowser()]);
  const doctor = await signIn(server, server.doctor);
  const patient = await signIn(server, server.patient);
  people = { doctor, patient, administrator: await signIn(server, demoAccount('administrator')) };
  await bookFreeVisit();
});
afterAll(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  await browser?.close();
  await server?.close();
});

async function open(name: Name, path: string, options: { phone?: boolean; locale?: string } = {}): Promise<Page> {
  const { page, context } = await openClinicPage(browser, server, `/clinic${path}`, people[name], options);
  contexts.push(context);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

const row = (page: Page, text: string) => page.locator('tbody tr[data-row-key]', { hasText: text });

test('a patient adds a visit profile, is told of a wrong ID number, sees the right one masked, and deletes it', async () => {
  const page = await open('patient', '/profiles');
  await page.getByTestId('profile-add').click();
  await page.getByTestId('profile-name').fill('王小明');
  await page.getByTestId('profile-id-number').fill('110101199003070012');
  await page.getByTestId('form-submit').click();
  await page.locator('.ant-form-item-explain-error').waitFor();
  await page.getByTestId('profile-id-number').fill('110101199003070011');
  await page.getByTestId('form-submit').click();
  await row(page, '王小明').waitFor();
  expect(await page.getByTestId('masked-value').first().textContent()).toBe('110101********0011');
  await checkScreen(page, 'profiles');
  const phone = await open('patient', '/profiles', PHONE);
  await phone.getByTestId('profile-card').waitFor();
  await checkScreen(phone, 'profiles on a phone');
  await page.getByTestId('profile-delete').click();
  await page.getByTestId('confirm-ok').click();
  await row(page, '王小明').waitFor({ state: 'detached' });
});

test('a doctor finds a patient, checks a prescription, and sends it', async () => {
  const page = await open('doctor', '/patients');
  await page.locator('tbody tr[data-row-key] a').first().click();
  await page.getByTestId('prescribe').click();
  await page.getByTestId('diagnosis-code').fill('I10');
  await page.getByTestId('diagnosis-name').fill('原发性高血压');
  await page.getByTestId('medicine-select').locator('input').fill('ASP');
  await page.locator('.ant-select-item-option').first().click();
  await page.getByTestId('dose').fill('100');
  await page.getByTestId('prescription-check').click();
  await page.getByTestId('findings').locator('.ant-alert').first().waitFor();
  await checkScreen(page, 'prescribe');
  await page.getByTestId('form-submit').click();
  await page.getByTestId('prescribe').waitFor();
  await row(page, 'RX').or(row(page, 'Prescription')).first().waitFor();
  await checkScreen(page, 'patient');
});

test('a doctor writes a record on a phone', async () => {
  const page = await open('doctor', `/patients/${people.patient.user.id}/record`, PHONE);
  const texts = page.getByTestId('section-text');
  await texts.first().waitFor();
  for (const field of await texts.all()) await field.fill('头晕三天。');
  await checkScreen(page, 'record');
  await page.getByTestId('form-submit').click();
  await page.getByTestId('write-record').waitFor();
  await page.getByTestId('timeline-card').first().waitFor();
  await checkScreen(page, 'patient on a phone');
});

test('an administrator adds a department and disables it', async () => {
  const page = await open('administrator', '/departments');
  await page.getByTestId('department-add').click();
  await page.getByTestId('department-code').fill('sleep');
  await page.getByTestId('department-name').fill('睡眠门诊');
  await page.getByTestId('form-submit').click();
  await row(page, 'SLEEP').getByTestId('department-toggle').click();
  await page.getByTestId('confirm-ok').click();
  await row(page, 'SLEEP').getByText('Disabled').waitFor();
  await checkScreen(page, 'departments');
});

test.each(['/departments', '/practitioners', '/users', '/logs'])('%s shows its rows on a desk and on a phone', async (path) => {
  const desk = await open('administrator', path);
  await desk.locator('tbody tr[data-row-key]').first().waitFor();
  await checkScreen(desk, path);
  const phone = await open('administrator', path, PHONE);
  await phone.locator('.clinic-cards .clinic-card').first().waitFor();
  await checkScreen(phone, `${path} on a phone`);
});
