/** A whole visit through the pages: find a doctor, book, pay at a partner, wait in line, be called, prescribe, review, rate. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { openClinicPage } from '../support/clinic-page.ts';
import { api, signIn, type SignedIn } from '../support/rest.ts';
import { checkScreen } from '../support/screen-check.ts';
import { type Account, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';

let server: TestServer;
let browser: Browser;
const people: Record<string, SignedIn> = {};
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer({ RATE_HTTP_PER_MINUTE: '0' }), launchBrowser()]);
  const accounts: Record<string, Account> = { doctor: server.doctor, patient: server.patient, pharmacist: demoAccount('pharmacist') };
  for (const [name, account] of Object.entries(accounts)) people[name] = await signIn(server, account);
});
afterAll(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  await browser?.close();
  await server?.close();
});

function demoAccount(name: string): Account {
  const password = new RegExp(`^\\W*${name}\\W+(\\S+)`, 'm').exec(server.output())?.[1];
  if (!password) throw new Error(`no ${name} account was printed`);
  return { account: name, password };
}

async function open(name: string, path: string, options: { phone?: boolean; locale?: string } = {}): Promise<Page> {
  const { page, context } = await openClinicPage(browser, server, path, people[name] as SignedIn, options);
  contexts.push(context);
  return page;
}

/** Books the first free time of the demo's doctor. @returns the page, at the order that is to be paid */
async function book(options: { phone?: boolean; locale?: string } = {}): Promise<Page> {
  const page = await open('patient', '/clinic/book', options);
  await page.getByTestId('book-practitioner').first().click();
  const free = page.locator('[data-testid=slot]:not([disabled])');
  await free.first().waitFor();
  await checkScreen(page, 'times');
  await free.last().click();
  await page.getByTestId('book-contact').fill('王敏');
  await page.getByTestId('book-phone').fill('13800138000');
  await page.locator('form button[type=submit]').click();
  await page.getByTestId('pay-wechat').waitFor();
  await checkScreen(page, 'order');
  return page;
}

test('a patient finds a doctor, books a time, pays at the partner’s cashier, and sees the confirmed appointment', async () => {
  const page = await book();
  await page.getByTestId('pay-wechat').click();
  const [cashier] = await Promise.all([page.context().waitForEvent('page'), page.getByTestId('cashier').click()]);
  await cashier.getByRole('button').first().click();
  await page.getByTestId('order-appointment').waitFor();
  await until('the order to be paid', async () => !(await page.getByTestId('pay-wechat').isVisible()), 20_000);
  await page.getByTestId('order-appointment').click();
  await page.getByTestId('appointment-enter').waitFor();
  await checkScreen(page, 'appointment');
});

test('on a phone in Chinese every screen of the way fits', async () => {
  const page = await book({ phone: true, locale: 'zh-CN' });
  await page.goto(`${server.url}/clinic/appointments`);
  await page.getByTestId('appointment-card').first().waitFor();
  await checkScreen(page, 'appointments');
  await page.goto(`${server.url}/clinic/orders`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await checkScreen(page, 'orders');
});

test('a pharmacist approves a prescription at the desk, and the patient can download it then', async () => {
  const { doctor, patient } = people as Record<string, SignedIn>;
  const [medicine] = (await api<{ items: { id: string }[] }>(server, 'GET', '/medicines?keyword=ASP', { token: doctor?.token ?? '' }))
    .items;
  const appointments = await api<{ items: { id: string; status: string }[] }>(server, 'GET', '/appointments?status=confirmed', {
    token: patient?.token ?? '',
  });
  expect(appointments.items.length).toBeGreaterThan(0);
  const item = { medicineId: medicine?.id, dose: 100, doseUnit: 'mg', frequency: 'qd', route: 'oral', days: 30, quantity: 1 };
  const body = {
    patientId: patient?.user.id,
    diagnoses: [{ system: 'ICD-10', code: 'I10', name: '原发性高血压', primary: true }],
    items: [item],
  };
  const { id } = await api<{ id: string }>(server, 'POST', '/prescriptions', { token: doctor?.token ?? '', body });
  const desk = await open('pharmacist', '/clinic/prescription-reviews');
  await desk.locator('tbody tr[data-row-key] a').first().click();
  await checkScreen(desk, 'prescription');
  await desk.getByTestId('prescription-approve').click();
  await desk.getByTestId('export').waitFor();
  const page = await open('patient', `/clinic/prescriptions/${id}`);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export').click()]);
  expect(download.suggestedFilename()).toMatch(/^RX\d+\.pdf$/);
});
