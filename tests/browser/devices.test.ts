import type { Page } from 'playwright-core';
import { launchBrowser, received, seesMotion } from '../support/browser.ts';
import { browserSuite } from '../support/browser-suite.ts';
import { createVisit, signIn } from '../support/rest.ts';
import { type Device, networkTest } from '../support/visit.ts';
import { until } from '../support/wait.ts';

/** Leads to loopback but is not secure for browsers, as an address in the clinic's own network without a certificate. */
const PLAIN = 'clinic.test';

const suite = browserSuite({ args: [`--host-resolver-rules=MAP ${PLAIN} 127.0.0.1`] });

/** Lets `getUserMedia` fail like this: `only` for one kind of device, `until` the page has a global of this name. */
const failing =
  (name: string, options: { message?: string; only?: 'audio' | 'video'; until?: string } = {}) =>
  (page: Page) =>
    page.addInitScript(
      ({ name, message, only, until }) => {
        const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (constraints) => {
          if ((only && !constraints?.[only]) || (until && until in globalThis)) return real(constraints);
          if (name === 'OverconstrainedError') throw new OverconstrainedError('deviceId', message);
          throw new DOMException(message, name);
        };
      },
      { name, message: options.message ?? '', only: options.only ?? null, until: options.until ?? null },
    );

async function preview(prepare: (page: Page) => Promise<unknown>, origin = suite.server.url): Promise<Device> {
  const visit = await createVisit(suite.server);
  return suite.open(visit, visit.patient, { origin, prepare });
}

const told = async (page: Page): Promise<string> => (await page.getByTestId('media-problem').allInnerTexts()).join('\n');

test.each([
  { name: 'NotAllowedError', problem: 'denied', text: 'access is blocked' },
  { name: 'NotAllowedError', message: 'Permission dismissed', problem: 'dismissed', text: 'the question was closed' },
  { name: 'NotAllowedError', message: 'Permission denied by system', problem: 'denied-system', text: 'blocked by your system' },
  { name: 'NotFoundError', problem: 'not-found', text: 'none found' },
  { name: 'NotReadableError', problem: 'in-use', text: 'in use elsewhere' },
  { name: 'OverconstrainedError', problem: 'overconstrained', text: 'the chosen one does not fit' },
  { name: 'AbortError', problem: 'aborted', text: 'could not be started' },
])('$name ($problem) of both devices: told once in its own words, and the visit can be joined without them', async (failure) => {
  const { page, errors } = await preview(failing(failure.name, failure.message ? { message: failure.message } : {}));
  await page.locator(`[data-problem=${failure.problem}]`).waitFor();
  expect(await told(page)).toContain(`Camera + Microphone: ${failure.text}`);
  expect(await page.getByText('You will join without camera and microphone').isVisible()).toBe(true);
  await page.getByTestId('join-button').click();
  await page.locator('[data-testid=room][data-phase=room]').waitFor();
  expect(await page.getByTestId('mute-button').getAttribute('aria-pressed')).toBe('true');
  expect(errors).toEqual([]);
});

test('what failed works when it is tried again: the button beside the text brings the picture', async () => {
  const { page } = await preview(failing('NotReadableError', { until: 'fixed' }));
  await page.locator('[data-problem=in-use]').waitFor();
  await page.evaluate(() => Object.assign(globalThis, { fixed: true }));
  await page.getByTestId('media-problem').getByRole('button', { name: 'Try again' }).click();
  await page.getByTestId('preview-video').waitFor();
  expect(await page.getByTestId('media-problem').count()).toBe(0);
});

test('a permission that Chromium itself refuses is told as such', async () => {
  const strict = await launchBrowser({ args: ['--use-fake-ui-for-media-stream=deny'] });
  try {
    const visit = await createVisit(suite.server);
    const { page } = await suite.open(visit, visit.patient, { browser: strict });
    await page.locator('[data-problem=denied]').waitFor();
    expect(await told(page)).toContain('Camera + Microphone: access is blocked');
  } finally {
    await strict.close();
  }
});

test('only the camera fails: the microphone works, the doctor is seen, and the patient is heard', async () => {
  const visit = await createVisit(suite.server);
  const doctor = await suite.join(visit, visit.doctor);
  const prepare = failing('NotReadableError', { only: 'video' });
  const patient = await suite.open(visit, visit.patient, { prepare });
  await patient.page.locator('[data-problem=in-use]').waitFor();
  expect(await told(patient.page)).toContain('Camera: in use elsewhere');
  expect(await patient.page.getByText('You will be heard but not seen.').isVisible()).toBe(true);
  await patient.page.getByTestId('join-button').click();
  await seesMotion(patient.page);
  await until('sound of the patient', async () => (await received(doctor.page)).audioLevel > 0);
});

test('without devices somebody still sees and hears the other side', async () => {
  const visit = await createVisit(suite.server);
  await suite.join(visit, visit.doctor);
  const patient = await suite.join(visit, visit.patient, { prepare: failing('NotFoundError') });
  await seesMotion(patient.page);
  await until('sound of the doctor', async () => (await received(patient.page)).audioLevel > 0);
});

test('a page over plain http: the text says what is wrong with the address, and the visit can be joined to watch and write', async () => {
  const { page } = await preview(async () => undefined, suite.server.url.replace('127.0.0.1', PLAIN));
  await page.locator('[data-problem=insecure]').waitFor();
  expect(await told(page)).toContain('this page is not secure');
  await page.getByTestId('join-button').click();
  await page.locator('[data-testid=room][data-phase=room]').waitFor();
  await page.getByTestId('chat-button').click();
  await page.getByTestId('chat-input').fill('no camera here');
  await page.getByTestId('chat-send').click();
  await page.getByTestId('chat-message').waitFor();
});

test('the test page: UDP and TCP work, both rates are measured, the verdict is in words, camera and microphone are heard and seen', async () => {
  const { server } = suite;
  const device = await suite.device();
  const { page, errors } = device;
  const ways = await networkTest(device, server.url, await signIn(server, server.patient));
  expect(ways).toEqual({ udp: 'works', tcp: 'works', relay: 'absent' });
  for (const direction of ['down', 'up']) expect(await page.getByTestId(`test-${direction}`).innerText()).toMatch(/\d+\.\d Mbit\/s: \w+/);
  expect(await page.getByTestId('test-verdict').innerText()).toMatch(/Video will work|Sound only/);
  await page.getByTestId('test-devices').click();
  await page.getByTestId('test-video').waitFor();
  await page.getByText('The microphone hears you.').waitFor();
  expect(errors).toEqual([]);
});
