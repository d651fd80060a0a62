/**
 * Who may do what: every route as every kind of person, with objects of the own side and of the other, against the
 * declarations of `support/access/rules.ts`. Each call is rolled back, so that all begin with the same world.
 */
import { createConsultationPolicy } from '#src/consultations/policy.ts';
import { sides } from '#tests/support/access/identities.ts';
import { askAll, tried } from '#tests/support/access/matrix.ts';
import { refusalsOf } from '#tests/support/access/refusals.ts';
import { calls } from '#tests/support/access/requests.ts';
import { rules } from '#tests/support/access/rules.ts';
import { createWorld, type World } from '#tests/support/access/world.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';
import { routesOf, type TestedRoute } from '#tests/support/routes.ts';

const nameOf = ({ method, path }: TestedRoute): string => `${method} ${path}`;

describe.each(['sqlite', 'mysql'] as const)('who may do what on %s', (engine) => {
  let server: TestApp;
  let world: World;
  let routes: TestedRoute[];
  beforeAll(async () => {
    server = await startApp(engine === 'mysql' ? { DATABASE_URL: await newMariaDb() } : {});
    world = await createWorld(server);
    routes = routesOf(server.app).filter(({ isPublicPage }) => !isPublicPage);
  }, 60_000);
  afterAll(() => server?.close());

  test('every route is declared, and nothing that is none', () => {
    const known = routes.map(nameOf);
    expect(known.filter((route) => !rules[route])).toEqual([]);
    expect([...Object.keys(rules), ...Object.keys(calls)].filter((route) => !known.includes(route))).toEqual([]);
  });

  test('rooms let in their patient, doctor and guests, and nobody else', async () => {
    const policy = createConsultationPolicy(server.database, server.foundation.vault, server.auth);
    const refusals = {
      anonymous: 'unauthenticated',
      expired: 'unauthenticated',
      signedOut: 'session_revoked',
      suspended: 'session_revoked',
    };
    for (const { name, kind, side: own, token } of world.identities) {
      for (const side of sides) {
        const verdict = await server.auth
          .authenticate(token ?? '')
          .then((identity) => policy.authorize(world.objects[side]['visit']!, identity))
          .then(
            () => 'let in',
            (error: { code?: string }) => error.code,
          );
        const expected = refusals[kind as keyof typeof refusals] ?? (own === side ? 'let in' : 'forbidden');
        expect([name, side, verdict]).toEqual([name, side, expected]);
      }
    }
  });

  test('what is taken, stale, unknown or away is refused by name', async () => {
    const answered: unknown[] = [];
    const refusals = refusalsOf(server, world);
    for (const { who, method, url, body, before } of refusals) {
      const token = world.identities.find(({ name }) => name === who)?.token;
      const { statusCode, body: text } = await tried(server, async () => {
        const made = (await before?.()) ?? '';
        const request = { method, url: `/api/v1${url.replace(':id', made)}`, headers: { authorization: `Bearer ${token}` } };
        return { ...request, ...(body !== undefined && { payload: body as object }) };
      });
      answered.push([method, url, statusCode, JSON.parse(text).error?.code ?? null]);
    }
    expect(answered).toEqual(refusals.map(({ method, url, answer }) => [method, url, ...answer]));
  }, 60_000);

  test('every cell comes out as declared, and nobody is told what is not theirs', async () => {
    // On the second engine every ninth cell: what is decided is decided by the same code.
    const { faults, witnessed } = await askAll(server, world, routes, (cell) => engine === 'sqlite' || cell % 9 === 0);
    expect(faults).toEqual([]);
    const never = routes.map(nameOf).filter((name) => !witnessed.has(name) && !rules[name]?.outcome);
    if (engine === 'sqlite') expect(never).toEqual([]);
  }, 120_000);
});
