/** One whole visit through the pages, from the registration to the rating, on each of the two ways to run a clinic. */
import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Download, Page } from 'playwright-core';
import { launchBrowser, openDevice, seesMotion } from '../support/browser.ts';
import { openClinicPage } from '../support/clinic-page.ts';
import { png } from '../support/sample-files.ts';
import { checkScreen } from '../support/screen-check.ts';
import { until } from '../support/wait.ts';
import { type Engine, type OpenClinic, startClinic } from '../support/whole-visit.ts';

const PHONE = '13912345678';
/** Sections of a new record. */
const RECORD = ['头晕三天', '无诱因出现头晕', '血压偏高', '低盐饮食'];
const PASSWORD = 'correct horse 9';

describe.each(['SQLite alone', 'MariaDB and Redis'] as const satisfies Engine[])('a whole visit on %s', (engine) => {
  let clinic: OpenClinic;
  let browser: Browser;
  let patient: Page;
  let doctor: Page;
  /** Id of the appointment that takes place. */
  let visited: string;
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    [clinic, browser] = await Promise.all([startClinic(engine), launchBrowser()]);
  });
  afterAll(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    await browser?.close();
    await clinic?.close();
  });

  async function desk(who: 'doctor' | 'pharmacist' | 'patient', path: string): Promise<Page> {
    const { page, context } = await openClinicPage(browser, clinic.server, `/clinic${path}`, clinic.people[who]);
    contexts.push(context);
    return page;
  }
  const go = (page: Page, path: string) => page.goto(`${clinic.server.url}/clinic${path}`);
  const button = (page: Page, name: string) => page.getByRole('button', { name: new RegExp(`^(loading )?${name}$`) });
  async function choose(page: Page, label: string, option: string): Promise<void> {
    await page.getByLabel(label, { exact: true }).first().click();
    // Before it has come to rest it takes no clicks; what is tried then scrolls the page, and with it the list away from the next attempt.
    const list = page.locator('.ant-select-dropdown:not([class*="ant-slide-up"])');
    await list.locator('.ant-select-item-option').filter({ hasText: option, visible: true }).first().click();
    // It leaves with a movement, and takes its room until then.
    await page.keyboard.press('Escape');
    await page.locator('.ant-select-dropdown').filter({ visible: true }).waitFor({ state: 'detached' });
  }
  async function downloaded(page: Page, name: string): Promise<Buffer> {
    const [download]: [Download, unknown] = await Promise.all([page.waitForEvent('download'), button(page, name).click()]);
    return readFile(await download.path());
  }
  /** Fills in the medicine of this row of the prescription. */
  async function medicine(index: number, name: string, dose: string): Promise<void> {
    const row = doctor.getByRole('group', { name: `Medicine ${index + 1}` });
    await row.getByLabel('Medicine', { exact: true }).fill(name);
    await doctor.locator('.ant-select-item-option').filter({ hasText: name, visible: true }).first().click();
    await row.getByLabel('Dose', { exact: true }).fill(dose);
  }
  const appointmentOf = (page: Page): string => /appointments\/([\w-]+)/.exec(page.url())?.[1] ?? '';

  /** Books a time of the doctor. @param day which of the days with free times, @param forWhom a visit profile */
  async function book(day: 'first' | 'last', nth: number, forWhom?: string): Promise<void> {
    await go(patient, '/book');
    await choose(patient, 'Department', '中医内科');
    await button(patient, 'Book').click();
    const days = patient.getByRole('group', { name: 'Day' }).getByRole('button');
    await (day === 'first' ? days.first() : days.last()).click();
    await patient.getByRole('group', { name: 'Free times' }).getByRole('button', { disabled: false }).nth(nth).click();
    if (forWhom) {
      await choose(patient, 'Patient', forWhom);
      await patient.getByTestId('book-profile').getByText(forWhom).waitFor();
    }
    await patient.getByLabel('Contact person').fill('王敏');
    await patient.getByLabel('Phone').fill(PHONE);
    await patient.getByLabel('What it is about').fill('头晕三天');
    // By key: a click waits until the button stands still over two pictures, and a busy machine was seen to draw none for half a minute.
    await button(patient, 'Book this time').press('Enter');
    await patient.getByText('Pay before').waitFor();
  }
  /** The order's page knows of the payment by itself. @returns id of the appointment */
  async function confirmed(): Promise<string> {
    await patient.locator('.clinic-lead').getByText('Confirmed').waitFor({ timeout: 30_000 });
    await button(patient, 'See appointment').click();
    await button(patient, 'Add to calendar').waitFor();
    return appointmentOf(patient);
  }
  async function payAtCashier(method: string): Promise<string> {
    await button(patient, method).click();
    const [cashier] = await Promise.all([
      patient.context().waitForEvent('page'),
      patient.getByRole('link', { name: 'Open the cashier' }).click(),
    ]);
    await cashier.getByRole('button', { name: /Pay/ }).click();
    // Not waited for: a page that still talks to its server may take its time to close.
    void cashier.close().catch(() => undefined);
    return confirmed();
  }

  test('a patient registers with a code and adds a family member', async () => {
    const device = await openDevice(browser, { moving: true });
    contexts.push(device.context);
    patient = device.page;
    await patient.goto(clinic.server.url);
    await button(patient, 'Register').click();
    await patient.getByLabel('Name').fill('王敏');
    await patient.getByLabel('Mobile phone').fill(PHONE);
    await button(patient, 'Send code').click();
    await patient.getByText('The code was sent').waitFor();
    await patient.getByLabel('Code from text message').fill(await clinic.codeFor(`+86${PHONE}`));
    await patient.getByLabel('Choose a password').fill(PASSWORD);
    await checkScreen(patient, 'register');
    await button(patient, 'Register and sign in').click();
    await patient.getByRole('heading', { name: 'My visits' }).waitFor();

    await go(patient, '/profiles');
    await button(patient, 'Add a profile').click();
    await patient.getByLabel('Name').fill('王小明');
    await patient.getByLabel('ID number').fill('110101199003070012');
    await button(patient, 'Save').click();
    await patient.locator('.ant-form-item-explain-error').waitFor();
    await patient.getByLabel('ID number').fill('110101199003070011');
    await button(patient, 'Save').click();
    await patient.getByText('110101********0011').waitFor();
    await checkScreen(patient, 'profiles');
  });

  test('books a time for the family member, pays with the balance after a password, and downloads the calendar file', async () => {
    const { id } = (await patient.evaluate(() => JSON.parse(sessionStorage.getItem('wenzhen.session') ?? '{}').user)) as { id: string };
    await clinic.topUp(id, 100);
    await book('first', 0, '王小明');
    await patient.getByText('Your balance: 100.00 yuan').waitFor();
    await checkScreen(patient, 'order');
    await button(patient, 'Balance').click();
    await patient.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await button(patient, 'Confirm').click();
    visited = await confirmed();
    await checkScreen(patient, 'appointment');
    const calendar = (await downloaded(patient, 'Add to calendar')).toString();
    expect(calendar).toMatch(/^BEGIN:VCALENDAR\r\n/);
    expect(calendar).toContain('林医生');
  });

  test('the doctor sees the day, calls the patient in from the line, and both meet; a third person is refused', async () => {
    doctor = await desk('doctor', '/appointments');
    await button(doctor, 'Today').waitFor();
    await doctor.getByRole('link', { name: '视频问诊' }).first().waitFor();
    await checkScreen(doctor, 'day');
    await button(patient, 'I am here').click();
    await patient.getByText('Waiting: number 1 of 1').waitFor();
    await go(doctor, '/queue');
    await doctor.getByTestId('waiting-patient').getByText('王小明').waitFor();
    await checkScreen(doctor, 'queue');
    await button(doctor, 'Call the next patient').click();
    await patient.getByText('The doctor is calling you').waitFor();
    await checkScreen(patient, 'called');
    await button(patient, 'Enter the room').click();
    for (const page of [doctor, patient]) {
      await page.getByTestId('join-button').click();
      await page.locator('[data-testid=room][data-phase=room]').waitFor();
    }
    await Promise.all([seesMotion(doctor), seesMotion(patient)]);
    const third = await desk('patient', '');
    await third.goto(patient.url());
    await third.getByTestId('join-button').click();
    await third.getByTestId('ended').waitFor();
    expect(await third.getByTestId('ended').getAttribute('data-reason')).toBe('forbidden');
  });

  test('the doctor writes the record from a template and prescribes; a pharmacist approves, and only then there is a paper', async () => {
    await doctor.getByTestId('leave-button').click();
    await doctor.getByTestId('end-button').click();
    await doctor.getByTestId('end-confirm').click();
    await doctor.getByRole('link', { name: 'See the appointment' }).click();
    await doctor.locator('.clinic-lead').getByText('Completed').waitFor();

    await button(doctor, 'Write a record').click();
    const texts = doctor.getByLabel('Text', { exact: true });
    for (const [index, text] of RECORD.entries()) await texts.nth(index).fill(text);
    await button(doctor, 'Save as a template').click();
    await doctor.getByLabel('Name of the template').fill('高血压初诊');
    await doctor.getByRole('dialog').getByRole('button', { name: 'Save as a template' }).click();
    await doctor.getByText('Template saved').waitFor();
    await doctor.reload();
    await choose(doctor, 'Start from a template', '高血压初诊');
    await until('the template to be in the form', async () => (await texts.last().inputValue()) === RECORD.at(-1));
    await checkScreen(doctor, 'record');
    await button(doctor, 'Save the record').click();

    await button(doctor, 'Prescribe').click();
    await doctor.getByLabel('Code', { exact: true }).fill('I10');
    await doctor.getByLabel('Name', { exact: true }).fill('原发性高血压');
    await medicine(0, '华法林', '2.5');
    await button(doctor, 'Add a medicine').click();
    await medicine(1, '阿司匹林', '100');
    await button(doctor, 'Check for contraindications').click();
    await doctor.getByText('Severe: Together they bleed much more easily').waitFor();
    await checkScreen(doctor, 'prescribe');
    await button(doctor, 'Remove: Medicine 1').click();
    await button(doctor, 'Send for review').click();
    await doctor.getByRole('heading', { level: 1, name: /^RX\d{12}$/ }).waitFor();
    const prescriptionNo = (await doctor.getByRole('heading', { level: 1 }).textContent()) ?? '';

    await go(patient, '/prescriptions');
    await patient.getByRole('link', { name: prescriptionNo }).click();
    await patient.getByText('Waiting for review').waitFor();
    expect(await button(patient, 'Download').count()).toBe(0);
    const pharmacist = await desk('pharmacist', '/prescription-reviews');
    await pharmacist.getByRole('link', { name: prescriptionNo }).click();
    await checkScreen(pharmacist, 'review of a prescription');
    await button(pharmacist, 'Approve').click();
    await pharmacist.getByText('Prescription approved').waitFor();
    await patient.reload();
    expect((await downloaded(patient, 'Download')).subarray(0, 5).toString()).toBe('%PDF-');
    await go(patient, '/records');
    await patient
      .getByRole('row', { name: /王小明/ })
      .getByRole('link')
      .click();
    await patient.getByText('低盐饮食').waitFor();
    await patient.getByTestId('record-visit').getByText('王小明').waitFor();

    // The doctor adds what belongs to it, on the way from the patient; the patient sees it.
    await doctor.goto(patient.url());
    await doctor.getByRole('navigation', { name: 'You are here' }).getByRole('link', { name: 'My patients' }).waitFor();
    await doctor.getByTestId('attachment-add-file').setInputFiles({ name: 'ecg.png', mimeType: 'image/png', buffer: await png() });
    await doctor.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await doctor.getByTestId('attachment').waitFor();
    await checkScreen(doctor, 'record with an attachment');
    await patient.reload();
    await patient.getByTestId('stored-show').click();
    await patient.getByTestId('stored-image').waitFor();
  });

  test('the patient rates the visit, the doctor replies, and the patient is told', async () => {
    await go(patient, `/appointments/${visited}`);
    await patient.getByRole('radio', { name: 'Very good' }).click();
    await choose(patient, 'What was good', '态度耐心');
    await patient.getByLabel('What you want to say').fill('医生很耐心');
    await checkScreen(patient, 'rate');
    await button(patient, 'Send the review').click();
    await patient.getByRole('heading', { name: 'Your review' }).waitFor();

    await go(doctor, '/practice/profile');
    await doctor.getByText('医生很耐心').waitFor();
    await doctor.getByTestId('photo-other-file').setInputFiles({ name: 'award.png', mimeType: 'image/png', buffer: await png() });
    await doctor.getByTestId('practice-photo').waitFor();
    await checkScreen(doctor, 'practice');
    await button(doctor, 'Reply').click();
    await doctor.getByRole('dialog').getByLabel('Reply').fill('祝早日康复');
    await doctor.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await doctor.getByText('祝早日康复').waitFor();

    await until(
      'the notice of the reply',
      async () => {
        await go(patient, '/notices');
        await patient.getByTestId('notice').first().waitFor();
        return (await patient.getByTestId('notice').first().textContent())?.includes('replied') ?? false;
      },
      20_000,
      500,
    );
    await checkScreen(patient, 'notices');
    await patient.getByTestId('notice').first().getByRole('button', { name: 'Open' }).click();
    await patient.getByText('祝早日康复').waitFor();
  });

  test('paid by WeChat, moved to another time, and called off: the money comes back for the patient to see', async () => {
    await book('last', 0);
    await payAtCashier('WeChat Pay');
    const before = await patient.locator('time').first().getAttribute('datetime');
    await button(patient, 'Move appointment').click();
    // Not today: too near a time, nobody may call it off any more.
    await patient.getByRole('group', { name: 'Day' }).getByRole('button').last().click();
    await patient.getByRole('group', { name: 'Free times' }).getByRole('button', { disabled: false }).last().click();
    await checkScreen(patient, 'move');
    await button(patient, 'Move to this time').click();
    await patient.getByText('Appointment moved').waitFor();
    await until('the new time', async () => (await patient.locator('time').first().getAttribute('datetime')) !== before);
    await button(patient, 'Cancel appointment').click();
    await patient.getByLabel('Reason').fill('临时有事');
    await patient.getByRole('dialog').getByRole('button', { name: 'Cancel appointment' }).click();
    await patient.locator('.clinic-lead').getByText('Cancelled').waitFor();
    await button(patient, 'See refund').click();
    await patient.getByTestId('refund').getByText('Paid back', { exact: true }).waitFor({ timeout: 30_000 });
    await checkScreen(patient, 'refund');
  });

  test('paid by Alipay, and confirmed for the doctor as well', async () => {
    await book('last', 3);
    const paid = await payAtCashier('Alipay');
    await go(doctor, `/appointments/${paid}`);
    await doctor.locator('.clinic-lead').getByText('Confirmed').waitFor();
  });
});
