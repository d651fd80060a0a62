/** What holds for every request, whichever route it is for: limits, the screen, notices of routes that go away. */
import Fastify from 'fastify';
import jwt from 'jsonwebtoken';
import { pino } from 'pino';
import { connectRedis } from '#src/redis.ts';
import { announceDeprecations } from '#src/plugins/deprecation.ts';
import { suspectIn } from '#src/plugins/input-screen.ts';
import { createSharedCounts } from '#src/plugins/shared-counts.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { startRedis } from '#tests/support/redis.ts';
import { until } from '#tests/support/wait.ts';

describe('the screen against injection', () => {
  test.each([
    "' OR '1'='1",
    "x' or 1=1 --",
    '" and "a"="a',
    '1 UNION SELECT account, password_hash FROM users',
    "'; DROP TABLE users; --",
    '1; delete from orders',
    "' or sleep(5)",
    "x' || (select benchmark(1000000, md5(1)))",
    "admin'--",
    '1 union all select null,null',
    'information_schema.tables',
    "' into outfile '/tmp/x'",
  ])('stops %s', (attack) => {
    expect(suspectIn({ a: [{ b: attack }] }, 'body')).toBe('body.a.0.b');
  });

  test.each([
    "Patient's mother and father have O'Brien syndrome, or so they say",
    "He said: 'or else I sleep (7 hours)', and took 2 = two tablets",
    'select the left union of bones; then drop the table to the side',
    '患者自述"头痛"或"恶心" and fever >= 38.5; update her mother set for Monday',
    "don't; create space",
    'BP 120/80 -- normal # fine',
    '血压 120/80；心率 75。A or B = C',
    '{{practitioner}} 将于 {{startsAt}} 为您看诊 -- "谢谢"',
  ])('lets %s pass', (text) => {
    expect(suspectIn({ text }, 'body')).toBeNull();
  });

  test('leaves passwords and contents alone', () => {
    expect(suspectIn({ password: "' OR 1=1", file: Buffer.from("' OR 1=1") }, 'body')).toBeNull();
  });

  test('refuses a request with the field, and logs who sent it, not what', async () => {
    const server = await startApp();
    try {
      const { administrator, patient } = server.people;
      const bad = await server.call('GET', `/api/v1/orders?orderNo=${encodeURIComponent("x' OR 1=1")}`, patient.token);
      expect([bad.status, bad.body.error]).toEqual([
        400,
        { code: 'invalid_request', details: [{ field: 'query.orderNo', message: 'Invalid input detected' }] },
      ]);
      const { items } = (await server.call('GET', '/api/v1/logs/security?kind=suspicious_input', administrator.token)).body.data;
      expect(items).toMatchObject([{ userId: patient.id, details: { method: 'GET', route: '/api/v1/orders', field: 'query.orderNo' } }]);
      expect(JSON.stringify(items)).not.toContain('1=1');
      expect((await server.call('GET', '/api/v1/departments?keyword=O%27Brien%20and%20son', patient.token)).status).toBe(200);
    } finally {
      await server.close();
    }
  });
});

describe('limits', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp({
      RATE_HTTP_PER_MINUTE: '1000',
      RATE_USER_PER_MINUTE: '12',
      RATE_ROUTE_PER_MINUTE: '5',
      RATE_FAILURES_PER_MINUTE: '6',
    });
  });
  afterAll(() => server.close());

  const status = async (url: string, token: string) => (await server.call('GET', url, token)).status;

  test('hold for each person and route, and for each person over all routes', async () => {
    const { doctor, patient } = server.people;
    for (let call = 0; call < 5; call++) expect(await status('/api/v1/consultations', patient.token)).toBe(200);
    const refused = await server.call('GET', '/api/v1/consultations', patient.token);
    expect([refused.status, refused.body.error.code]).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    // Another route, another person from the same address.
    expect(await status('/api/v1/orders', patient.token)).toBe(200);
    expect(await status('/api/v1/consultations', doctor.token)).toBe(200);
    const routes = ['/api/v1/notifications', '/api/v1/visit-profiles'];
    const more = [];
    for (let call = 0; call < 10; call++) more.push(await status(routes[call % 2] ?? '', patient.token));
    expect(more.slice(0, 3)).toEqual([200, 200, 200]);
    expect(more.at(-1)).toBe(429);
  });

  test('end with what keeps failing, for the one whose it is', async () => {
    const { otherPatient, otherDoctor, administrator } = server.people;
    const foreign = (n: number) => status(`/api/v1/orders/01a00000-0000-7000-8000-00000000000${n}`, otherPatient.token);
    const answers = [
      await foreign(0),
      await foreign(1),
      await foreign(2),
      await foreign(3),
      await status('/api/v1/users', otherPatient.token),
    ];
    expect(answers).toEqual([404, 404, 404, 404, 403]);
    expect(await status('/api/v1/notifications', otherPatient.token)).toBe(200);
    expect(await status('/api/v1/users', otherPatient.token)).toBe(403);
    // What they may see they do not get either; others at the same address do.
    expect(await status('/api/v1/notifications', otherPatient.token)).toBe(429);
    expect(await status('/api/v1/notifications', otherDoctor.token)).toBe(200);
    // Tokens that have run out say nothing about who sends them.
    const old = jwt.sign({}, 'any', { expiresIn: -10 });
    for (let call = 0; call < 8; call++) expect(await status('/api/v1/notifications', old)).toBe(401);
    const guesses = [];
    const guess = { refresh: { refreshToken: 'guessed' }, login: { account: 'nobody', password: 'guessed' } };
    for (const way of ['refresh', 'login', 'refresh', 'login', 'refresh', 'login', 'login'] as const)
      guesses.push((await server.call('POST', `/api/v1/auth/${way}`, null, guess[way])).status);
    expect(guesses.slice(-2)).toEqual([401, 429]);
    // Written after the answer.
    const items = await until('the events', async () => {
      const { body } = await server.call('GET', '/api/v1/logs/security?kind=calls_keep_failing', administrator.token);
      return body.data.items.length === 2 ? body.data.items : null;
    });
    expect(items).toMatchObject([
      { userId: null, ip: '127.0.0.1' },
      { userId: otherPatient.id, details: { route: '/api/v1/users' } },
    ]);
    expect((await server.app.inject('/metrics')).body).toContain('security_events_total{kind="calls_keep_failing"} 2');
  });
});

test('counts are shared by nodes with one Redis, and go on alone without it', async () => {
  const redis = await startRedis();
  const silent = pino({ level: 'silent' });
  const [a, b] = [connectRedis(redis.url, silent), connectRedis(redis.url, silent)];
  const [one, two] = [createSharedCounts(a, silent), createSharedCounts(b, silent)];
  try {
    for (let call = 0; call < 10; call++) one.add('1.2.3.4');
    await until('the other node to know', async () => two.add('1.2.3.4') > 10);
    a.disconnect();
    const before = one.add('1.2.3.4');
    expect(one.add('1.2.3.4')).toBe(before + 1);
  } finally {
    one.close();
    two.close();
    a.disconnect();
    b.disconnect();
    await redis.stop();
  }
});

test('routes that go away say so in their answers, and are listed', async () => {
  const app = Fastify();
  announceDeprecations(app);
  const deprecated = { since: '2026-11-26', sunset: '2027-11-26', instead: '/api/v1/new' };
  app.get('/old', { config: { deprecated } }, async () => ({}));
  app.get('/new', async () => ({}));
  const { headers } = await app.inject('/old');
  expect(headers).toMatchObject({
    deprecation: '@1795651200',
    sunset: 'Fri, 26 Nov 2027 00:00:00 GMT',
    link: '</api/v1/new>; rel="successor-version"',
  });
  expect((await app.inject('/new')).headers['deprecation']).toBeUndefined();
  await app.close();
});
