import { received } from '../support/browser.ts';
import { farSuite } from '../support/browser-suite.ts';
import { bothSee, chatTexts, type Device, openPanel, type People, say } from '../support/visit.ts';
import { until } from '../support/wait.ts';

const suite = farSuite();

/** The doctor beside the server, the patient on a host of its own: one call that all of this happens to. */
let people: People;
beforeAll(async () => {
  people = await suite.call();
  // A reload would lose this.
  for (const { page } of [people.doctor, people.patient]) await page.evaluate(() => void Object.assign(globalThis, { kept: true }));
});

async function bothMove(what: string): Promise<void> {
  const { doctor, patient } = people;
  const times = await bothSee(people, 30_000);
  console.log(`${what}: pictures move again after ${times[0]} ms (doctor) and ${times[1]} ms (patient)`);
  for (const { page } of [doctor, patient]) expect(await page.evaluate(() => 'kept' in globalThis)).toBe(true);
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
  await bothSee(people);
  const before = await suite.server.workers();
  await signalWorkers('SIGKILL');
  await bothMove('media worker killed');
  const after = await suite.server.workers();
  expect(after).toHaveLength(before.length);
  expect(after.some((pid) => before.includes(pid))).toBe(false);
});

test('a frozen media worker is found, killed and replaced; both see moving video again', async () => {
  await bothSee(people);
  const before = await suite.server.workers();
  await signalWorkers('SIGSTOP');
  await until('new workers', async () => (await suite.server.workers()).every((pid) => !before.includes(pid)), 15_000);
  await bothMove('media worker frozen');
});

test('server restart: same seats, same chat, moving video, nobody asked again', async () => {
  await bothSee(people);
  const { doctor, patient } = people;
  await say(doctor.page, 'before the restart');
  await openPanel(patient.page, 'chat');
  await until('the message', async () => (await chatTexts(patient.page)).length === 1);
  await suite.server.kill();
  await patient.page.locator('[data-testid=connection-banner]:not([data-state=fine])').waitFor();
  await suite.server.start();
  await bothMove('server restarted');
  await say(patient.page, 'after the restart');
  await until('both messages', async () => (await chatTexts(doctor.page)).length === 2);
  expect(await chatTexts(doctor.page)).toEqual(['before the restart', 'after the restart']);
});

test('network cut for 10 s: said within 3 s, then the same seat and chat, nothing lost or doubled, ICE restarted', async () => {
  await bothSee(people);
  const { doctor, patient } = people;
  const seat = await doctor.page.getByTestId('tile').getAttribute('data-peer-id');
  const before = await ufrags(patient);
  await openPanel(patient.page, 'chat');
  const earlier = await chatTexts(patient.page);
  await suite.namespace.cut();
  const cutAt = performance.now();
  await patient.page.locator('[data-testid=connection-banner]:not([data-state=fine])').waitFor({ timeout: 6_000 });
  console.log(`network cut: the page said so after ${Math.round(performance.now() - cutAt)} ms`);
  await patient.page.getByTestId('chat-input').fill('written without a network');
  await patient.page.getByTestId('chat-send').click();
  await say(doctor.page, 'are you there?');
  await patient.page.waitForTimeout(Math.max(0, 10_000 - (performance.now() - cutAt)));
  await suite.namespace.mend();
  await bothMove('network back');
  expect(await doctor.page.getByTestId('tile').getAttribute('data-peer-id')).toBe(seat);
  await until('pending messages to go', async () => (await patient.page.getByTestId('chat-pending').count()) === 0, 15_000);
  for (const { page } of [doctor, patient]) {
    await until('both messages', async () => (await chatTexts(page)).length >= earlier.length + 2);
    const texts = await chatTexts(page);
    expect(texts.slice(0, earlier.length)).toEqual(earlier);
    expect(texts.slice(earlier.length).toSorted()).toEqual(['are you there?', 'written without a network']);
  }
  const after = await ufrags(patient);
  expect(after).toHaveLength(before.length);
  expect(after.every((ufrag, index) => ufrag !== before[index])).toBe(true);
});

test('the address changes as from Wi-Fi to mobile data: media goes on over an ICE restart', async () => {
  await bothSee(people);
  await suite.namespace.changeAddress();
  await bothMove('address changed');
});

test('UDP dropped by a firewall: the call goes over TCP', async () => {
  await Promise.all([people.doctor, people.patient].map(({ context }) => context.close()));
  await suite.namespace.dropUdp();
  const { patient, doctor } = await suite.call();
  await bothSee({ patient, doctor });
  const { protocols } = await received(patient.page);
  expect(new Set(protocols)).toEqual(new Set(['tcp']));
  expect((await received(doctor.page)).protocols).toContain('udp');
});
