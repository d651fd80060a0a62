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
  const { page } = await suite.device({ browser: suite.far });
  await page.goto(suite.origin);
  const now = Math.floor(Date.now() / 1_000);
  const answers = await Promise.all([
    offers(page, turnCredential(turn.secret, 'user', now + 60)),
    offers(page, turnCredential(turn.secret, 'user', now - 60)),
    offers(page, turnCredential('another secret', 'user', now + 60)),
  ]);
  expect(answers).toEqual([
    { relays: 1, errors: [] },
    { relays: 0, errors: [401] },
    { relays: 0, errors: [401] },
  ]);
});

describe('a call from such a network', () => {
  let people: People;
  let startedAt: number;
  beforeAll(async () => {
    people = await suite.call();
    startedAt = performance.now();
  });

  async function expectRelayed(): Promise<void> {
    expect(new Set((await received(people.patient.page)).localTypes)).toEqual(new Set(['relay']));
  }

  test('goes over the relay, both ways', async () => {
    await bothSeeAndHear(people);
    await expectRelayed();
  });

  // Both wait for ways that are blocked, as the last test waits for the end of a credential.
  test.concurrent('meanwhile the test page there finds the direct ways blocked and the relay working', async () => {
    const { server, far, origin } = suite;
    const device = await suite.device({ browser: far });
    const ways = await networkTest(device, origin, await signIn(server, server.patient));
    expect(ways).toEqual({ udp: 'blocked', tcp: 'blocked', relay: 'works' });
    expect(await device.page.getByTestId('test-verdict').innerText()).toMatch(/Video will work, but may be less clear|Sound only/);
  });

  test.concurrent('meanwhile the test page of a server with another secret than the relay says that the relay is blocked', async () => {
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

  test('comes back over the relay when the address changes after the credential has run out', async () => {
    // The credentials of this server live 15 s.
    await people.patient.page.waitForTimeout(Math.max(0, 17_000 - (performance.now() - startedAt)));
    await suite.namespace.changeAddress();
    await bothSee(people, 60_000);
    await expectRelayed();
  });
});
