/** A visit that is recorded, from the question to the film in the page: real browsers, real ffmpeg, the real program. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { browserSuite } from '../support/browser-suite.ts';
import { openClinicPage } from '../support/clinic-page.ts';
import { colourAt, factsOf, volumeOf } from '../support/film.ts';
import { recordersOf } from '../support/recorders.ts';
import { api, signIn } from '../support/rest.ts';
import { demoAccounts } from '../support/server.ts';
import { bothSeeAndHear } from '../support/visit.ts';
import { until } from '../support/wait.ts';

const suite = browserSuite({ settings: { MEDIA_RECORDING_SEGMENT_MS: '2000' } });

interface Recording {
  id: string;
  state: string;
  durationSeconds: number;
}

async function allowRecordings(): Promise<void> {
  const { server } = suite;
  const { administrator } = demoAccounts(server.output());
  const { token } = await signIn(server, administrator);
  await api(server, 'POST', '/auth/step-up', { token, body: { password: administrator.password } });
  const { items } = await api<{ items: { key: string; version: number }[] }>(server, 'GET', '/settings', { token });
  const version = items.find(({ key }) => key === 'recordings.enabled')!.version;
  await api(server, 'PUT', '/settings/recordings.enabled', { token, body: { value: true, version } });
}

// After the suite's own, which starts the server.
beforeAll(allowRecordings, 30_000);

const badge = (page: Page, state: string) => page.locator(`[data-testid=recording-badge][data-state=${state}]`);

const recorders = (): Promise<number[]> => recordersOf(suite.server.pid());

test('two people consent, are recorded, and both are in the film that plays on the page of the visit', async () => {
  const { visit, doctor, patient } = await suite.call();
  await bothSeeAndHear({ doctor, patient });
  await doctor.page.getByTestId('record-button').click();
  await doctor.page.getByTestId('recording-ask').click();
  await badge(doctor.page, 'asked').waitFor();
  await patient.page.getByTestId('recording-consent').waitFor();
  // Asked is not consented: nothing runs that could record.
  expect(await recorders()).toEqual([]);
  await patient.page.getByTestId('recording-consent').click();
  await badge(patient.page, 'recording').waitFor();
  await badge(doctor.page, 'recording').waitFor();
  await until('a process for each track', async () => (await recorders()).length === 4, 10_000);
  await patient.page.waitForTimeout(3_000);
  // One of them is killed: it costs its last piece, and neither the call nor the rest of the film.
  process.kill((await recorders())[0]!, 'SIGKILL');
  await patient.page.waitForTimeout(3_000);

  await badge(patient.page, 'recording').click();
  await patient.page.getByTestId('recording-withdraw').click();
  await until('the recording to end', async () => (await badge(doctor.page, 'recording').count()) === 0);
  await until('every process to end', async () => (await recorders()).length === 0, 5_000);
  await bothSeeAndHear({ doctor, patient });
  expect([...doctor.errors, ...patient.errors]).toEqual([]);

  const { token } = visit.patient;
  const list = () => api<{ items: Recording[] }>(suite.server, 'GET', `/consultations/${visit.id}/recordings`, { token });
  const ready = await until('the film', async () => (await list()).items.find(({ state }) => state === 'ready'), 60_000, 500);
  const { url } = await api<{ url: string }>(suite.server, 'POST', `/recordings/${ready.id}/link`, { token });
  const folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-film-'));
  try {
    const film = path.join(folder, 'film.mp4');
    await writeFile(film, Buffer.from(await (await fetch(suite.server.url + url)).arrayBuffer()));
    const facts = await factsOf(film);
    expect(facts).toMatchObject({ width: 1_280, height: 360, codecs: ['aac', 'h264'] });
    // From before the first wait to the withdrawal, its last moments with it.
    expect(facts.seconds).toBeGreaterThan(5);
    for (const x of [160, 800]) {
      const seen = await Promise.all([2, facts.seconds - 1].map((at) => colourAt(film, at, { x, y: 40, width: 320, height: 280 })));
      // The made-up camera is green with a clock and a moving disc (140 and more in sum), and no plain surface; a tile without picture is black
      // (below 50). The one that was cut may be black for a moment, not in both places.
      expect(Math.max(...seen.map(({ red, green, blue }) => red + green + blue))).toBeGreaterThan(100);
      expect(Math.max(...seen.map(({ spread }) => spread))).toBeGreaterThan(5);
    }
    expect(await volumeOf(film, 0, facts.seconds)).toBeGreaterThan(-50);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }

  const { page, context } = await openClinicPage(suite.near, suite.server, `/clinic/visits/${visit.id}`, visit.patient);
  await page.getByTestId('recording-play').click();
  const video = page.getByTestId('recording-film');
  await video.waitFor();
  const plays = () =>
    video.evaluate((element) => (element as HTMLVideoElement).currentTime > 1 && (element as HTMLVideoElement).videoWidth === 1_280);
  await until('the film to play', plays, 20_000);
  await context.close();
});

test('when the server is killed while it records, everybody is asked anew on their page, and it goes on once all have answered', async () => {
  const people = await suite.call();
  const { doctor, patient } = people;
  await bothSeeAndHear(people);
  await doctor.page.getByTestId('record-button').click();
  await doctor.page.getByTestId('recording-ask').click();
  await patient.page.getByTestId('recording-consent').click();
  await badge(patient.page, 'recording').waitFor();

  await suite.server.kill();
  await suite.server.start();
  for (const { page } of [doctor, patient]) await page.getByTestId('recording-consent').waitFor();
  expect(await recorders()).toEqual([]);
  await patient.page.getByTestId('recording-consent').click();
  await badge(patient.page, 'paused').waitFor();
  await doctor.page.getByTestId('recording-consent').click();
  for (const { page } of [doctor, patient]) await badge(page, 'recording').waitFor();
  await bothSeeAndHear(people);
});
