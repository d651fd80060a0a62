import type { Browser } from 'playwright-core';
import { launchBrowser, received, seesMotion } from '../support/browser.ts';
import { canCreateNamespaces, createNamespace, type Namespace } from '../support/namespaces.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { chatTexts, type Device, openPanel, say, startCall } from '../support/visit.ts';
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
afterEach(async () => {
  await Promise.all(devices.splice(0).map(({ context }) => context.close()));
});
afterAll(async () => {
  await Promise.all([near?.close(), far?.close()]);
  await server?.close();
  await namespace?.close();
});

/** The doctor beside the server, the patient on a host of its own. */
async function call() {
  const started = await startCall(server, { doctor: near, patient: far }, { patient: origin });
  devices.push(started.doctor, started.patient);
  await Promise.all([seesMotion(started.doctor.page), seesMotion(started.patient.page)]);
  // A reload would lose this.
  for (const { page } of [started.doctor, started.patient]) await page.evaluate(() => void (document.title += ' kept'));
  return started;
}

async function bothMove({ doctor, patient }: { doctor: Device; patient: Device }, what: string): Promise<void> {
  const times = await Promise.all([seesMotion(doctor.page, { deadlineMs: 30_000 }), seesMotion(patient.page, { deadlineMs: 30_000 })]);
  console.log(`${what}: pictures move again after ${times[0]} ms (doctor) and ${times[1]} ms (patient)`);
  for (const { page } of [doctor, patient]) expect(await page.title()).toContain('kept');
}

const ufrags = ({ page }: Device): Promise<string[]> =>
  page.evaluate(() =>
    (globalThis as unknown as { connections: RTCPeerConnection[] }).connections
      .filter((one) => one.connectionState !== 'closed')
      .map((one) => /ice-ufrag:(\S+)/.exec(one.remoteDescription?.sdp ?? '')?.[1] ?? ''),
  );

/** The worker that carries the call: the one with transports is the one whose death both notice, so all are ended. */
async function signalWorkers(signal: NodeJS.Signals): Promise<void> {
  for (const pid of await server.workers()) process.kill(pid, signal);
}

test('kill -9 of the media worker in a call: both see moving video again, without a reload', async () => {
  const people = await call();
  const before = await server.workers();
  await signalWorkers('SIGKILL');
  await bothMove(people, 'media worker killed');
  const after = await server.workers();
  expect(after).toHaveLength(before.length);
  expect(after.some((pid) => before.includes(pid))).toBe(false);
});

test('a frozen media worker is found, killed and replaced; both see moving video again', async () => {
  const people = await call();
  const before = await server.workers();
  await signalWorkers('SIGSTOP');
  await until('new workers', async () => (await server.workers()).every((pid) => !before.includes(pid)), 15_000);
  await bothMove(people, 'media worker frozen');
});

test('server restart: same seats, same chat, moving video, nobody asked again', async () => {
  const people = await call();
  await say(people.doctor.page, 'before the restart');
  await openPanel(people.patient.page, 'chat');
  await until('the message', async () => (await chatTexts(people.patient.page)).length === 1);
  await server.kill();
  await people.patient.page.locator('[data-testid=connection-banner]:not([data-state=fine])').waitFor();
  await server.start();
  await bothMove(people, 'server restarted');
  await say(people.patient.page, 'after the restart');
  await until('both messages', async () => (await chatTexts(people.doctor.page)).length === 2);
  expect(await chatTexts(people.doctor.page)).toEqual(['before the restart', 'after the restart']);
});

test('network cut for 10 s: said within 3 s, then the same seat and chat, nothing lost or doubled, ICE restarted', async () => {
  const people = await call();
  const { doctor, patient } = people;
  const seat = await doctor.page.getByTestId('tile').getAttribute('data-peer-id');
  const before = await ufrags(patient);
  await openPanel(patient.page, 'chat');
  await namespace.cut();
  const cutAt = performance.now();
  await patient.page.locator('[data-testid=connection-banner]:not([data-state=fine])').waitFor({ timeout: 6_000 });
  console.log(`network cut: the page said so after ${Math.round(performance.now() - cutAt)} ms`);
  await patient.page.getByTestId('chat-input').fill('written without a network');
  await patient.page.getByTestId('chat-send').click();
  await say(doctor.page, 'are you there?');
  await patient.page.waitForTimeout(Math.max(0, 10_000 - (performance.now() - cutAt)));
  await namespace.mend();
  await bothMove(people, 'network back');
  expect(await doctor.page.getByTestId('tile').getAttribute('data-peer-id')).toBe(seat);
  await until('pending messages to go', async () => (await patient.page.getByTestId('chat-pending').count()) === 0, 15_000);
  for (const { page } of [doctor, patient]) {
    await until('both messages', async () => (await chatTexts(page)).length >= 2);
    expect((await chatTexts(page)).toSorted()).toEqual(['are you there?', 'written without a network']);
  }
  const after = await ufrags(patient);
  expect(after).toHaveLength(before.length);
  expect(after.every((ufrag, index) => ufrag !== before[index])).toBe(true);
});

test('the address changes as from Wi-Fi to mobile data: media goes on over an ICE restart', async () => {
  const people = await call();
  await namespace.changeAddress();
  await bothMove(people, 'address changed');
});

test('UDP dropped by a firewall: the call goes over TCP', async () => {
  await namespace.dropUdp();
  const { patient, doctor } = await call();
  const { protocols } = await received(patient.page);
  expect(new Set(protocols)).toEqual(new Set(['tcp']));
  expect((await received(doctor.page)).protocols).toContain('udp');
});
