import type { Locator, Page } from 'playwright-core';
import { received } from '../support/browser.ts';
import { farSuite } from '../support/browser-suite.ts';
import { bothSee, type Device, type People } from '../support/visit.ts';
import { until } from '../support/wait.ts';

const suite = farSuite();
afterEach(() => suite.namespace.unlimit());

const words = async (page: Page, testId: string): Promise<string> => (await page.getByTestId(testId).getAttribute('aria-label')) ?? '';
const level = async (page: Page, testId: string, way: 'up' | 'down'): Promise<number> =>
  Number(await page.getByTestId(testId).getAttribute(`data-${way}`));
const bars = ({ page }: Device) => page.locator('[data-testid=audio-only-bar], [data-testid=camera-held-bar]');
const tileOf = ({ page }: Device): Promise<string> => page.getByTestId('tile').innerText();

/** The patient is on a network that is good whenever a test begins. */
let people: People;
beforeAll(async () => {
  people = await suite.call();
});

/** Both see each other, and know how good the patient's network is. */
async function call(): Promise<People> {
  await bothSee(people);
  for (const [{ page }, sign] of [[people.patient, 'own-quality'] as const, [people.doctor, 'quality'] as const]) {
    const known = async () => (await level(page, sign, 'down')) >= 3 && (await level(page, sign, 'up')) > 0;
    await until(`the ${sign} of the patient both ways`, known, 40_000);
  }
  return people;
}

async function soundGoesOn({ page }: Device): Promise<void> {
  const { audioPackets } = await received(page);
  await until('sound to go on', async () => (await received(page)).audioPackets > audioPackets + 100, 30_000);
}

/** Narrows the patient's network until video is given up: a busy machine encodes so small that it may fit through the first. */
async function narrow(bar: Locator): Promise<void> {
  const givenUp = async (kbps: number): Promise<void> => {
    await suite.namespace.limit(kbps);
    await bar.waitFor({ timeout: 40_000 });
  };
  await givenUp(150)
    .catch(() => givenUp(100))
    .catch(() => givenUp(80));
}

test('a network that becomes far too slow: told in words on both sides, video is given up by itself, sound goes on, video can be had again', async () => {
  const { doctor, patient } = await call();
  expect(await words(patient.page, 'own-quality')).toMatch(/^Your connection: sending \w+, receiving (good|excellent)$/);
  expect(await words(doctor.page, 'quality')).toMatch(/^Connection of .+: sending \w+, receiving (good|excellent)$/);

  const told = [[patient, 'own-quality'] as const, [doctor, 'quality'] as const].map(([{ page }, sign]) =>
    until(`${sign} to say it`, async () => (await words(page, sign)).includes('receiving bad'), 120_000, 250),
  );
  const bar = patient.page.locator('[data-testid=audio-only-bar][data-because=network]');
  await Promise.all([narrow(bar), ...told]);
  expect(await bar.innerText()).toContain('Your connection is weak, so video is off and you keep the sound.');
  await Promise.all([soundGoesOn(patient), soundGoesOn(doctor)]);
  expect(await tileOf(doctor)).toContain('Sound only');
  // The doctor's own network is fine, and what the patient's loses is not held against it.
  expect(await bars(doctor).count()).toBe(0);
  expect(await words(doctor.page, 'own-quality')).not.toContain('bad');

  await suite.namespace.unlimit();
  await patient.page.getByTestId('video-back').click();
  await bothSee({ doctor, patient }, 40_000);
  expect(await tileOf(doctor)).not.toContain('Sound only');
  await until('the quality to be good again', async () => (await level(patient.page, 'own-quality', 'down')) >= 3, 40_000);
  for (const person of [doctor, patient]) expect(await bars(person).count()).toBe(0);
}, 300_000);

test('only the way up becomes too slow: the own picture is held back, both are told, the others stay visible, and it can be sent again', async () => {
  const { doctor, patient } = await call();
  await suite.namespace.limit(80, 'up');
  await patient.page.getByTestId('camera-held-bar').waitFor({ timeout: 60_000 });
  // The socket may have been cut by the full upload, and has to come back first.
  await until('the doctor to be told', async () => (await tileOf(doctor)).includes('No picture: weak upload'), 40_000);
  const { framesDecoded } = await received(patient.page);
  await until('the doctor to stay visible', async () => (await received(patient.page)).framesDecoded > framesDecoded + 20, 40_000);
  await soundGoesOn(doctor);
  expect(await bars(doctor).count()).toBe(0);
  await suite.namespace.unlimit();
  await patient.page.getByTestId('camera-back').click();
  await bothSee({ doctor, patient }, 40_000);
  expect(await tileOf(doctor)).not.toContain('No picture');
});
