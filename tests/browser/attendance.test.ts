import type { Page } from 'playwright-core';
import { browserSuite } from '../support/browser-suite.ts';
import { createVisit } from '../support/rest.ts';
import { until } from '../support/wait.ts';

/** Long enough between them for two pages to be open before nobody is waited for any more, on a busy machine. */
const LATE_MS = 8_000;
const NO_SHOW_MS = 25_000;

const suite = browserSuite({ settings: { ROOM_LATE_MS: String(LATE_MS), ROOM_NO_SHOW_MS: String(NO_SHOW_MS) } });

/** Texts that this place shows one after the other, until the last of them. */
async function shown(page: Page, testId: string, last: string): Promise<string[]> {
  const texts: string[] = [];
  await until(
    last,
    async () => {
      const text = (await page.getByTestId(testId).innerText()).split('\n')[0] ?? '';
      if (texts.at(-1) !== text) texts.push(text);
      return text === last;
    },
    60_000,
    100,
  );
  return texts;
}

test.concurrent('the patient waits in the lobby: the page says that the doctor is late, then that nobody came, then that they are here', async () => {
  const visit = await createVisit(suite.server, { lobby: true });
  const { page } = await suite.join(visit, visit.patient);
  const texts = await shown(page, 'lobby-attendance', 'The doctor has not come');
  expect(['The doctor is not here yet', 'The doctor is late', 'The doctor has not come'].join()).toContain(texts.join());
  expect(texts).toContain('The doctor is late');
  await suite.join(visit, visit.doctor);
  await shown(page, 'lobby-attendance', 'The doctor is here');
});

test.concurrent('the doctor waits in the room: late and no-show of the patient are shown, and having left afterwards', async () => {
  const visit = await createVisit(suite.server);
  const { page } = await suite.join(visit, visit.doctor);
  const texts = await shown(page, 'attendance-patient', 'The patient has not come');
  expect(['The patient is not here yet', 'The patient is late', 'The patient has not come'].join()).toContain(texts.join());
  expect(texts).toContain('The patient is late');
  const patient = await suite.join(visit, visit.patient);
  await page.getByTestId('attendance-patient').waitFor({ state: 'detached' });
  await patient.page.getByTestId('leave-button').click();
  await patient.page.getByTestId('leave-confirm').click();
  await shown(page, 'attendance-patient', 'The patient has left');
});
