import { received } from '../support/browser.ts';
import { farSuite } from '../support/browser-suite.ts';
import { bothSee, chatTexts, type Device, openPanel, type People, say } from '../support/visit.ts';
import { until } from '../support/wait.ts';

const suite = farSuite();

/** The doctor beside the server, the patient on a host of its own. */
async function call() {
  const started = await suite.call();
  await bothSee(started);
  // A reload would lose this.
  for (const { page } of [started.doctor, started.patient]) await page.evaluate(() => void (document.title += ' kept'));
  return started;
}

async function bothMove({ doctor, patient }: People, what: string): Promise<void> {
  const times = await bothSee({ doctor, patient }, 30_000);
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
  for (const pid of await suite.server.workers()) process.kill(pid, signal);
}

test('kill -9 of the media worker in a call: both see moving video again, without a reload', async () => {
  const people = await call();
  const before = await suite.server.workers();
  await signalWorkers('SIGKILL');
  await bothMove(people, 'media worker killed');
  const after = await suite.server.workers();
  expect(after).toHaveLength(before.length);
  expect(after.some((pid) => before.includes(pid))).toBe(false);
});

test('a frozen media worker is found, killed and replaced; both see moving video again', async () => {
  const people = await call();
  const before = await suite.server.workers();
  await signalWorkers('SIGSTOP');
  await until('new workers', async () => (await suite.server.workers()).every((pid) => !before.includes(pid)), 15_000);
  await bothMove(people, 'media worker frozen');
});

test('server restart: same seats, same chat, moving video, nobody asked again', async () => {
  const people = await call();
  await say(people.doctor.page, 'before the restart');
  await openPanel(people.patient.page, 'chat');
  await until('the message', async () => (await chatTexts(people.patient.page)).length === 1);
  await suite.server.kill();
  await people.patient.page.locator('[data-testid=connection-banner]:not([data-state=fine])').waitFor();
  await suite.server.start();
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
  await suite.namespace.cut();
  const cutAt = performance.now();
  await patient.page.locator('[data-testid=connection-banner]:not([data-state=fine])').waitFor({ timeout: 6_000 });
  console.log(`network cut: the page said so after ${Math.round(performance.now() - cutAt)} ms`);
  await patient.page.getByTestId('chat-input').fill('written without a network');
  await patient.page.getByTestId('chat-send').click();
  await say(doctor.page, 'are you there?');
  await patient.page.waitForTimeout(Math.max(0, 10_000 - (performance.now() - cutAt)));
  await suite.namespace.mend();
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
  await suite.namespace.changeAddress();
  await bothMove(people, 'address changed');
});

test('UDP dropped by a firewall: the call goes over TCP', async () => {
  await suite.namespace.dropUdp();
  const { patient, doctor } = await call();
  const { protocols } = await received(patient.page);
  expect(new Set(protocols)).toEqual(new Set(['tcp']));
  expect((await received(doctor.page)).protocols).toContain('udp');
});
