import { browserSuite } from '../support/browser-suite.ts';
import { api, type SignedIn, signIn } from '../support/rest.ts';
import { bothSee, chatTexts, type Device, openPanel, say } from '../support/visit.ts';
import { until } from '../support/wait.ts';

/** A token lives some seconds here, so that a call outlives it soon. */
const suite = browserSuite({ settings: { JWT_TTL_SECONDS: '10' } });

const session = ({ page }: Device) =>
  page.evaluate(() => JSON.parse(sessionStorage.getItem('wenzhen.session') ?? 'null') as SignedIn | null);

test('a call goes on although its tokens run out; when the session is ended elsewhere, so is the call', async () => {
  const { doctor, patient } = await suite.call();
  const first = await session(patient);
  await openPanel(doctor.page, 'chat');
  // Twice renewed: the token of the handshake is over.
  let renewed = 0;
  let last = first?.token;
  await until(
    'two renewals',
    async () => {
      const token = (await session(patient))?.token;
      if (token !== last) renewed++;
      last = token;
      return renewed === 2;
    },
    60_000,
    200,
  );
  await say(patient.page, 'still here');
  await until('the text', async () => (await chatTexts(doctor.page)).includes('still here'));
  await bothSee({ doctor, patient });
  expect(await patient.page.getByTestId('room').getAttribute('data-phase')).toBe('room');

  const { token } = await signIn(suite.server, suite.server.patient);
  await api(suite.server, 'DELETE', '/auth/sessions', { token });
  await patient.page.getByTestId('sign-in').waitFor();
  expect(await session(patient)).toBeNull();
});
