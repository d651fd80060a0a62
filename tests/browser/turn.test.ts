import type { Page } from 'playwright-core';
import { turnCredential } from '#sfu/turn.ts';
import { received } from '../support/browser.ts';
import { farSuite } from '../support/browser-suite.ts';
import { signIn } from '../support/rest.ts';
import { startServer } from '../support/server.ts';
import { startTurn, type TurnServer } from '../support/turn.ts';
import { bothSee, bothSeeAndHear, networkTest, type People } from '../support/visit.ts';

let turn: TurnServer;

/** The patient's network lets nothing out but TCP to the web server and to the relay: no way to the media ports. */
const suite = farSuite({
  async settings({ hostAddress }) {
    turn = await startTurn(hostAddress);
    const relay = { TURN_URLS: turn.url, TURN_SECRET: turn.secret, TURN_TTL_SECONDS: '15' };
    return { HOST: '0.0.0.0', MEDIA_LISTEN: `127.0.0.1,${hostAddress}`, ...relay };
  },
  shape: (namespace, { port }) => namespace.allowTcpTo(port, turn.port),
});
afterAll(() => turn?.close());

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
  const device = await suite.device({ browser: suite.far });
  await device.page.goto(suite.origin);
  const now = Math.floor(Date.now() / 1_000);
  expect(await offers(device.page, turnCredential(turn.secret, 'user', now + 60))).toEqual({ relays: 1, errors: [] });
  expect(await offers(device.page, turnCredential(turn.secret, 'user', now - 60))).toEqual({ relays: 0, errors: [401] });
  expect(await offers(device.page, turnCredential('another secret', 'user', now + 60))).toEqual({ relays: 0, errors: [401] });
});

test('the test page finds the direct ways blocked and the relay working', async () => {
  const { server, far, origin } = suite;
  const device = await suite.device({ browser: far });
  const ways = await networkTest(device, origin, await signIn(server, server.patient));
  expect(ways).toEqual({ udp: 'blocked', tcp: 'blocked', relay: 'works' });
  expect(await device.page.getByTestId('test-verdict').innerText()).toMatch(/Video will work, but may be less clear|Sound only/);
});

async function relayed(): Promise<People> {
  const people = await suite.call();
  await bothSeeAndHear(people);
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
    const ways = await networkTest(await suite.device(), mistaken.url, await signIn(mistaken, mistaken.patient));
    expect(ways).toMatchObject({ udp: 'works', relay: 'blocked' });
  } finally {
    await mistaken.close();
  }
});

test('the address changes after the credential has run out: the call comes back over the relay', async () => {
  const { doctor, patient } = await relayed();
  // The credentials of this server live 15 s.
  await patient.page.waitForTimeout(17_000);
  await suite.namespace.changeAddress();
  await bothSee({ doctor, patient }, 60_000);
  expect(new Set((await received(patient.page)).localTypes)).toEqual(new Set(['relay']));
});
