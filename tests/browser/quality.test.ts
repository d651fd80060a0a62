import type { Browser, Page } from 'playwright-core';
import { launchBrowser, received, seesMotion } from '../support/browser.ts';
import { canCreateNamespaces, createNamespace, type Namespace } from '../support/namespaces.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Device, startCall } from '../support/visit.ts';
import { until } from '../support/wait.ts';

let namespace: Namespace;
let server: TestServer;
let near: Browser;
let far: Browser;
let origin: string;
const devices: Device[] = [];

beforeAll(async () => {
  if (!canCreateNamespaces) throw new Error('These tests build networks of their own: run them as root on Linux');
  namespace = await createNamespace();
  server = await startServer({ HOST: '0.0.0.0' });
  origin = `http://${namespace.hostAddress}:${server.port}`;
  [near, far] = await Promise.all([
    launchBrowser(),
    launchBrowser({ secure: origin, program: await namespace.wrapper('/usr/bin/chromium') }),
  ]);
});
afterAll(async () => {
  await Promise.all(devices.map(({ context }) => context.close()));
  await Promise.all([near?.close(), far?.close()]);
  await server?.close();
  await namespace?.close();
});

const words = async (page: Page, testId: string): Promise<string> => (await page.getByTestId(testId).getAttribute('aria-label')) ?? '';
const level = async (page: Page, testId: string, way: 'up' | 'down'): Promise<number> =>
  Number(await page.getByTestId(testId).getAttribute(`data-${way}`));

test('a network that becomes far too slow: told in words on both sides, video is given up by itself, sound goes on', async () => {
  const { doctor, patient } = await startCall(server, { doctor: near, patient: far }, { patient: origin });
  devices.push(doctor, patient);
  await Promise.all([seesMotion(doctor.page), seesMotion(patient.page)]);
  await until('the own quality', async () => (await level(patient.page, 'own-quality', 'down')) >= 3, 40_000);
  expect(await words(patient.page, 'own-quality')).toMatch(/^Your connection: sending \w+, receiving (good|excellent)$/);
  expect(await words(doctor.page, 'quality')).toMatch(/^Connection of .+: sending \w+, receiving (good|excellent)$/);

  await namespace.limit(150);
  await until('the quality to fall', async () => (await level(patient.page, 'own-quality', 'down')) === 1, 40_000);
  expect(await words(patient.page, 'own-quality')).toContain('receiving bad');
  await until('the doctor to see it', async () => (await words(doctor.page, 'quality')).includes('receiving bad'));
  // What goes first depends on which way starves first: the own picture, or all pictures.
  const bar = patient.page.locator('[data-testid=audio-only-bar][data-because=network], [data-testid=camera-held-bar]');
  await bar.waitFor({ timeout: 40_000 });
  expect(await bar.innerText()).toMatch(
    /^Your (connection is weak, so video is off and you keep the sound|upload is weak, so your picture is not sent)/,
  );
  const { audioPackets } = await received(patient.page);
  await until('sound to go on', async () => (await received(patient.page)).audioPackets > audioPackets + 100, 30_000);
  const heard = (await received(doctor.page)).audioPackets;
  await until('sound to go on at the doctor', async () => (await received(doctor.page)).audioPackets > heard + 100, 30_000);
});
