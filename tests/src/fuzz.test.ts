/**
 * Bad input to every route: requests made from the schemas, then broken, as people who may much. `FUZZ_REQUESTS` and `FUZZ_SEED` say how
 * many and which; `npm run fuzz` sends 10,000 with a seed of its own.
 */
import { PASSWORD, startApp, type TestApp } from '#tests/support/app.ts';
import { type Identity, sides } from '#tests/support/access/identities.ts';
import { tried } from '#tests/support/access/matrix.ts';
import { createWorld, type World } from '#tests/support/access/world.ts';
import { answerFaults } from '#tests/support/answers.ts';
import { newMariaDb } from '#tests/support/databases.ts';
import { createRandom } from '#tests/support/fuzz/random.ts';
import { createGateways } from '#src/payments/gateway-registry.ts';
import { brokenRequest } from '#tests/support/fuzz/requests.ts';
import { INSIDE } from '#tests/support/fuzz/values.ts';
import { routesOf } from '#tests/support/routes.ts';

const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 2_000) / 2;
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_126);
const TIMEOUT_MS = 60_000 + REQUESTS * 100;
/** Partners that are not there answer so, as it is declared. */
const AWAY = new Set(['partner_unavailable', 'provider_unavailable', 'sms_unavailable']);
/** Effects of these would take the askers’ own sessions and rights away, or the world that they ask about. */
const UNDONE = /^\/(auth|users|roles|settings|partner-accounts|payment-gateways|consultations\/\{id\}|api-keys)/;
const DEADLINE_MS = 10_000;

describe.each(['sqlite', 'mysql'] as const)(`${REQUESTS} broken requests of seed ${SEED} on %s`, (engine) => {
  let server: TestApp;
  let world: World;
  const rejections: unknown[] = [];
  const note = (reason: unknown) => void rejections.push(reason);
  beforeAll(async () => {
    process.on('unhandledRejection', note);
    server = await startApp(engine === 'mysql' ? { DATABASE_URL: await newMariaDb() } : {});
    world = await createWorld(server);
  }, 60_000);
  afterAll(async () => {
    process.off('unhandledRejection', note);
    await server?.close();
  });

  test(
    'end nothing, are refused by name, and are told nothing that is not declared',
    async () => {
      const random = createRandom(SEED + (engine === 'mysql' ? 1 : 0));
      const routes = routesOf(server.app).filter(({ isPublicPage }) => !isPublicPage);
      const people = [
        'administrator',
        'administrator',
        'administrator',
        'patient-a',
        'patient-a',
        'doctor-a',
        'staff',
        'pharmacist',
        'anonymous',
      ];
      const byName = new Map(world.identities.map((identity): [string, Identity] => [identity.name, identity]));
      const faults: string[] = [];
      const statuses = new Map<number, number>();
      for (let n = 0; n < REQUESTS; n++) {
        const route = routes[n % routes.length]!;
        const { token, name } = byName.get(random.of(people))!;
        const request = brokenRequest(route, world.objects[random.of(sides)], random);
        request.headers = { ...(token && { authorization: `Bearer ${token}` }), ...request.headers };
        request.remoteAddress = `198.51.100.${1 + (n % 200)}`;
        const keeps = random.chance(0.2) && !UNDONE.test(route.path);
        const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), DEADLINE_MS).unref());
        const answer = await Promise.race([keeps ? server.app.inject(request) : tried(server, request), late]);
        const shown = `${n}: ${name} ${JSON.stringify(request).slice(0, 600)}`;
        if (answer !== 'late') statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1);
        if (answer === 'late') faults.push(`no answer: ${shown}`);
        else if (answer.statusCode >= 500 && !AWAY.has(answer.json().error?.code)) faults.push(`${answer.statusCode}: ${shown}`);
      }
      expect(faults).toEqual([]);
      // Not all of it may end at the door or at the schema.
      for (const status of [200, 400, 404]) expect([status, (statuses.get(status) ?? 0) > REQUESTS / 20]).toEqual([status, true]);
      await server.workers.drained();
      expect(answerFaults(server.app)).toEqual([]);
      expect(rejections).toEqual([]);
      expect('polluted' in {}).toBe(false);
      expect((await server.call('GET', '/health/ready')).status).toBe(200);
      const login = { account: 'matrix-streamer', password: PASSWORD };
      expect((await server.call('POST', '/api/v1/auth/login', null, login)).status).toBe(200);
    },
    TIMEOUT_MS,
  );
});

test('in production no address that a request names is ever called: partners have their own', async () => {
  const server = await startApp({}, {}, false);
  const gateways = createGateways({ ...server.foundation, production: true });
  const options = { appId: 'wx1', merchantId: '1900000001', apiKey: 'k'.repeat(32) };
  for (const address of [...INSIDE, 'https://example.test/']) {
    const change = { enabled: true, version: 0, options: { ...options, baseUrl: address } };
    await expect(gateways.save('somebody', 'wechat_v2', change)).rejects.toMatchObject({ code: 'invalid_request' });
  }
  expect(await server.database.models.paymentGateways.count()).toBe(0);
  await server.close();
});
