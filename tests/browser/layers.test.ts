import { hears, received, seesMotion, sentLayers } from '../support/browser.ts';
import { browserSuite } from '../support/browser-suite.ts';
import { createVisit } from '../support/rest.ts';
import type { Device, People } from '../support/visit.ts';
import { until } from '../support/wait.ts';

const LARGE = { width: 1280, height: 800 };
const MIDDLE = { width: 560, height: 560 };
const SMALL = { width: 320, height: 320 };
/** Encoders on a busy machine start late. */
const PATIENCE_MS = 40_000;
/** Longer than the pause between two key frames or two packets of any layer that is sent. */
const STANDS_MS = 1_500;

const suite = browserSuite();

let people: People;
/** Each test leaves them as it found them: the patient gets the largest layer. */
beforeAll(async () => {
  people = await look();
});

/** The doctor sends a camera and the patient, who has none, looks at it: one encoder for the machine to carry. */
async function look(): Promise<People> {
  const visit = await createVisit(suite.server);
  const doctor = await suite.join(visit, visit.doctor);
  const patient = await suite.open(visit, visit.patient);
  await patient.page.getByTestId('preview-video').waitFor();
  await patient.page.getByTestId('preview-camera').click();
  await patient.page.getByTestId('join-button').click();
  await patient.page.getByTestId('tile').waitFor();
  return { doctor, patient };
}

/** Which layers are being sent, lowest first. */
async function flowing({ page }: Device): Promise<boolean[]> {
  const before = await sentLayers(page);
  await page.waitForTimeout(STANDS_MS);
  const after = await sentLayers(page);
  return after.map(({ packets }, index) => packets > (before[index]?.packets ?? 0));
}

async function untilSends(doctor: Device, ...wanted: boolean[]): Promise<void> {
  let seen: boolean[] = [];
  await until(
    `the layers sent to be ${wanted.join()}`,
    async () => {
      seen = await flowing(doctor);
      if (seen.join() !== wanted.join()) throw new Error(`${seen.join()} instead`);
      return true;
    },
    PATIENCE_MS,
  );
}

/** Waits until the patient gets the picture in the size of this layer of the doctor, and it moves. */
async function untilGets({ doctor, patient }: People, layer: number): Promise<void> {
  await until(
    `layer ${layer} to arrive`,
    async () => {
      const [{ frameHeight }, layers] = await Promise.all([received(patient.page), sentLayers(doctor.page)]);
      if (frameHeight === 0 || frameHeight !== layers[layer]?.frameHeight) throw new Error(`${frameHeight} of ${JSON.stringify(layers)}`);
      return true;
    },
    PATIENCE_MS,
    200,
  );
  await seesMotion(patient.page);
}

/** As when somebody goes to another tab: a headless browser shows all of its pages. */
async function setHidden({ page }: Device, hidden: boolean): Promise<void> {
  await page.evaluate(
    (state) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
      document.dispatchEvent(new Event('visibilitychange'));
    },
    hidden ? 'hidden' : 'visible',
  );
}

test('the size of the tile decides the layer, and layers that nobody looks at are not sent', async () => {
  const { doctor, patient } = people;
  await untilGets(people, 2);
  const heights = (await sentLayers(doctor.page)).map(({ frameHeight }) => frameHeight);
  expect(heights).toEqual(heights.toSorted((a, b) => a - b));
  expect(new Set(heights).size).toBe(3);
  await untilSends(doctor, true, true, true);
  await patient.page.setViewportSize(SMALL);
  await untilGets(people, 0);
  await untilSends(doctor, true, false, false);
  await patient.page.setViewportSize(MIDDLE);
  await untilGets(people, 1);
  await untilSends(doctor, true, true, false);
  await patient.page.setViewportSize(LARGE);
  await untilGets(people, 2);
  expect([...doctor.errors, ...patient.errors]).toEqual([]);
});

test('a hidden page gets no picture and the camera sends nothing; shown again, it moves', async () => {
  await untilGets(people, 2);
  await setHidden(people.patient, true);
  await untilSends(people.doctor, false, false, false);
  await hears(people.patient.page);
  await setHidden(people.patient, false);
  await untilGets(people, 2);
});

test('sound only at the one who looks: the camera sends nothing until video is wanted again', async () => {
  const { doctor, patient } = people;
  await untilGets(people, 2);
  await patient.page.getByTestId('more-button').click();
  await patient.page.getByTestId('audio-only').click();
  await patient.page.keyboard.press('Escape');
  await untilSends(doctor, false, false, false);
  await hears(patient.page);
  await patient.page.getByTestId('video-back').click();
  await untilGets(people, 2);
});

test('when the last one leaves, the camera sends nothing; when they come back, it sends again', async () => {
  const { doctor, patient } = people;
  await untilGets(people, 2);
  await patient.page.getByTestId('leave-button').click();
  await patient.page.getByTestId('leave-confirm').click();
  await patient.page.getByTestId('ended').waitFor();
  await untilSends(doctor, false, false, false);
  await patient.page.getByTestId('rejoin-button').click();
  await patient.page.getByTestId('join-button').click();
  await patient.page.getByTestId('tile').waitFor();
  await untilGets(people, 2);
});
