import type { Browser, Page } from 'playwright-core';
import { turnCredential } from '#sfu/turn.ts';
import { hears, launchBrowser, openDevice, received, seesMotion } from '../support/browser.ts';
import { canCreateNamespaces, createNamespace, type Namespace } from '../support/namespaces.ts';
import { signIn } from '../support/rest.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { startTurn, type TurnServer } from '../support/turn.ts';
import { type Device, startCall } from '../support/visit.ts';

let namespace: Namespace;
let turn: TurnServer;
let server: TestServer;
let near: Browser;
let far: Browser;
let origin: string;
const devices: Device[] = [];

/** The patient's network lets nothing out but TCP to the web server and to the relay: no way to the media ports. */
beforeAll(async () => {
  if (!canCreateNamespaces) throw new Error('These tests build networks of their own: run them as root on Linux');
  namespace = await createNamespace();
  turn = await startTurn(namespace.hostAddress);
  server = await startServer({
    ...{ HOST: '0.0.0.0', MEDIA_LISTEN: `127.0.0.1,${namespace.hostAddress}` },
    ...{ TURN_URLS: turn.url, TURN_SECRET: turn.secret, TURN_TTL_SECONDS: '15' },
  });
  await namespace.allowTcpTo(server.port, turn.port);
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
  await turn?.close();
  await namespace?.close();
});

/** What a relay answers to a credential: how many relay candidates, and STUN error codes. */
function offers(page: Page, credential: { username: string; credential: string }): Promise<{ relays: number; errors: number[] }> {
  return page.evaluate(
    async (iceServer) => {
      const connection = new RTCPeerConnection({ iceServers: [iceServer], iceTransportPolicy: 'relay' });
      const answer = { relays: 0, errors: [] as number[] };
      connection.addEventListener('icecandidateerror', ({ errorCode }) => answer.errors.push(errorCode));
      const complete = new Promise<void>((done) =>
        connection.addEventListener('icecandidate', ({ candidate }) => {
          if (candidate?.type === 'relay') answer.relays += 1;
          if (!candidate) done();
        }),
      );
      connection.createDataChannel('test');
      await connection.setLocalDescription();
      await complete;
      connection.close();
      return answer;
    },
    { urls: turn.url, ...credential },
  );
}

test('coturn accepts our credentials and refuses expired ones and those of another secret', async () => {
  const device = await openDevice(far);
  devices.push(device);
  await device.page.goto(origin);
  const now = Math.floor(Date.now() / 1_000);
  expect(await offers(device.page, turnCredential(turn.secret, 'user', now + 60))).toEqual({ relays: 1, errors: [] });
  expect(await offers(device.page, turnCredential(turn.secret, 'user', now - 60))).toEqual({ relays: 0, errors: [401] });
  expect(await offers(device.page, turnCredential('another secret', 'user', now + 60))).toEqual({ relays: 0, errors: [401] });
});

test('the test page finds the direct ways blocked and the relay working', async () => {
  const device = await openDevice(far);
  devices.push(device);
  const { page } = device;
  await page.addInitScript((text) => sessionStorage.setItem('wenzhen.session', text), JSON.stringify(await signIn(server, server.patient)));
  await page.goto(`${origin}/test`);
  await page.getByTestId('test-start').click();
  await page.getByTestId('test-verdict').waitFor({ timeout: 60_000 });
  const result = (path: string) => page.getByTestId(`test-${path}`).getAttribute('data-result');
  expect({ udp: await result('udp'), tcp: await result('tcp'), relay: await result('relay') }).toEqual({
    udp: 'blocked',
    tcp: 'blocked',
    relay: 'works',
  });
  expect(await page.getByTestId('test-verdict').innerText()).toMatch(/Video will work, but may be less clear|Sound only/);
});

async function relayed(): Promise<{ doctor: Device; patient: Device }> {
  const people = await startCall(server, { doctor: near, patient: far }, { patient: origin });
  devices.push(people.doctor, people.patient);
  await Promise.all([
    seesMotion(people.doctor.page),
    seesMotion(people.patient.page),
    hears(people.doctor.page),
    hears(people.patient.page),
  ]);
  return people;
}

test('a call from such a network goes over the relay, both ways', async () => {
  const { patient } = await relayed();
  expect(new Set((await received(patient.page)).localTypes)).toEqual(new Set(['relay']));
});

test('a server with another secret than the relay: the test page says that the relay is blocked', async () => {
  const mistaken = await startServer({
    ...{ HOST: '0.0.0.0', MEDIA_LISTEN: '127.0.0.1' },
    ...{ TURN_URLS: turn.url, TURN_SECRET: 'not that of coturn' },
  });
  try {
    const device = await openDevice(near);
    devices.push(device);
    const { page } = device;
    await page.addInitScript(
      (text) => sessionStorage.setItem('wenzhen.session', text),
      JSON.stringify(await signIn(mistaken, mistaken.patient)),
    );
    await page.goto(`${mistaken.url}/test`);
    await page.getByTestId('test-start').click();
    await page.getByTestId('test-verdict').waitFor({ timeout: 60_000 });
    expect(await page.getByTestId('test-relay').getAttribute('data-result')).toBe('blocked');
    expect(await page.getByTestId('test-udp').getAttribute('data-result')).toBe('works');
  } finally {
    await mistaken.close();
  }
});

test('the address changes after the credential has run out: the call comes back over the relay', async () => {
  const { doctor, patient } = await relayed();
  // The credentials of this server live 15 s.
  await patient.page.waitForTimeout(17_000);
  await namespace.changeAddress();
  await Promise.all([seesMotion(doctor.page, { deadlineMs: 60_000 }), seesMotion(patient.page, { deadlineMs: 60_000 })]);
  expect(new Set((await received(patient.page)).localTypes)).toEqual(new Set(['relay']));
});
