import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import Fastify from 'fastify';
import { cutSlowBodies } from '#src/plugins/slow-bodies.ts';
import { PASSWORD, startApp, type TestApp } from '#tests/support/app.ts';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server.close());

const post = (payload: string, headers: Record<string, string>) =>
  server.app.inject({ method: 'POST', url: '/api/v1/auth/login', payload, headers });

test('success has exactly the agreed fields', async () => {
  const { status, body } = await server.call('GET', '/health/live');
  expect(status).toBe(200);
  expect(body).toEqual({
    success: true,
    code: 200,
    message: 'ok',
    data: { status: 'up', uptimeSeconds: expect.any(Number) },
    timestamp: expect.any(Number),
    requestId: expect.stringMatching(/^req_[0-9a-f]{18}_[0-9a-z]+$/),
  });
});

test.each([
  ['bad JSON', '{"account":', { 'content-type': 'application/json' }, 400, 'malformed_json'],
  ['an empty JSON body', '', { 'content-type': 'application/json' }, 400, 'malformed_json'],
  ['a prototype in JSON', '{"__proto__":{"x":1}}', { 'content-type': 'application/json' }, 400, 'malformed_json'],
  ['another content type', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported_media_type'],
  [
    'a body that is too large',
    JSON.stringify({ account: 'x'.repeat(70_000) }),
    { 'content-type': 'application/json' },
    413,
    'payload_too_large',
  ],
  ['no body', '', {}, 400, 'invalid_request'],
])('%s answers its own code', async (_name, payload, headers, status, code) => {
  const response = await post(payload, headers as unknown as Record<string, string>);
  expect([response.statusCode, response.json().error.code]).toEqual([status, code]);
});

test('invalid fields are named with what is wrong', async () => {
  const { body } = await server.call('POST', '/api/v1/auth/login', null, { account: '', password: 7, extra: true });
  expect(body.error.code).toBe('invalid_request');
  expect(body.error.details.map(({ field }: { field: string }) => field)).toEqual(
    expect.arrayContaining(['body.account', 'body.password']),
  );
});

test('unknown addresses and wrong methods are told apart', async () => {
  expect((await server.call('GET', '/api/v1/nothing')).body.error.code).toBe('route_not_found');
  const wrong = await server.app.inject({ method: 'DELETE', url: '/api/v1/auth/login' });
  expect([wrong.statusCode, wrong.json().error.code, wrong.headers.allow]).toEqual([405, 'method_not_allowed', 'POST']);
  expect((await server.call('GET', '/%c0')).body.error.code).toBe('invalid_request');
});

test('requestId() is taken over when it looks like one and returned', async () => {
  const given = async (id: string) => (await server.app.inject({ url: '/health/live', headers: { 'x-request-id': id } })).json().requestId;
  expect(await given('client-7f3a.1')).toBe('client-7f3a.1');
  expect(await given('short')).toMatch(/^req_/);
  expect(await given('with spaces and "quotes"')).toMatch(/^req_/);
  const response = await server.app.inject('/health/live');
  expect(response.headers['x-request-id']).toBe(response.json().requestId);
});

test('unexpected faults answer 500 without their text', async () => {
  const broken = await startApp(
    {},
    {
      metrics: {
        rooms: () => {
          throw new Error('secret detail');
        },
        workers: () => [],
        turns: () => undefined,
        moneyAlerts: () => ({}),
      },
    },
  );
  const response = await broken.app.inject('/metrics');
  expect([response.statusCode, response.json().error]).toEqual([500, { code: 'internal' }]);
  expect(response.body).not.toContain('secret');
  await broken.close();
});

test('info and readiness say what runs, readiness in detail to this machine only', async () => {
  expect((await server.call('GET', '/info')).body.data).toEqual({
    name: 'wenzhen',
    version: expect.stringMatching(/^\d+\./),
    protocolVersion: expect.any(String),
    node: process.versions.node,
    uptimeSeconds: expect.any(Number),
  });
  const ready = async (remoteAddress: string, headers = {}) =>
    (await server.app.inject({ url: '/health/ready', remoteAddress, headers })).json().data;
  expect(await ready('127.0.0.1')).toEqual({ status: 'up', checks: { database: true, media: true, accepting: true } });
  expect(await ready('192.0.2.1')).toEqual({ status: 'up' });
  expect(await ready('127.0.0.1', { 'x-forwarded-for': '192.0.2.1' })).toEqual({ status: 'up' });
});

test('a database that is away answers 503 with Retry-After', async () => {
  const lost = await startApp();
  await lost.database.close();
  const response = await lost.app.inject({ url: '/health/ready' });
  expect([response.statusCode, response.json().error.code]).toEqual([503, 'not_ready']);
  expect(response.headers['retry-after']).toBe('1');
  await lost.close();
});

test('the address of a request is what the last proxy says, never what a client claims', async () => {
  /** Of two addresses each: what a client claims, and what the last proxy adds. */
  const forged = ['1.1.1.1, 9.9.9.9', '2.2.2.2, 9.9.9.9'];
  const honest = ['1.1.1.1, 7.7.7.7', '1.1.1.1, 8.8.8.8'];
  async function statuses(proxies: string): Promise<number[]> {
    const { app, close } = await startApp({ RATE_HTTP_PER_MINUTE: '1', TRUST_PROXY: proxies }, {}, false);
    const answers: number[] = [];
    for (const chain of [...forged, ...honest])
      answers.push((await app.inject({ url: '/api/v1/media/capabilities', headers: { 'x-forwarded-for': chain } })).statusCode);
    await close();
    return answers;
  }
  for (const proxies of ['1', 'true', '127.0.0.1/32,::1'])
    expect([proxies, await statuses(proxies)]).toEqual([proxies, [200, 429, 200, 200]]);
  // The last but one is 1.1.1.1 for three of them.
  expect(await statuses('2')).toEqual([200, 200, 429, 429]);
  for (const proxies of ['false', '10.0.0.0/8']) expect(await statuses(proxies)).toEqual([200, 429, 429, 429]);
}, 60_000);

test('who sends headers slowly is cut off', async () => {
  expect([server.app.server.headersTimeout, server.app.server.requestTimeout]).toEqual([10_000, 600_000]);
});

test('who sends a body slowly is cut off, except where uploads are taken', async () => {
  const app = Fastify();
  cutSlowBodies(app, 200);
  app.post('/small', async () => 'taken');
  app.post('/upload', { config: { slowBody: true } }, async () => 'taken');
  const address = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  const post = async (url: string, pauseMs: number): Promise<string> => {
    const socket = connect(Number(address.port), address.hostname);
    socket.on('error', () => undefined);
    const head = `POST ${url} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 4\r\n\r\n`;
    socket.write(`${head}ab`);
    setTimeout(() => socket.write('cd'), pauseMs);
    return (await text(socket)).split('\r\n', 1)[0] ?? '';
  };
  expect(await post('/small', 0)).toContain('200');
  expect(await post('/small', 2_000)).toBe('');
  expect(await post('/upload', 600)).toContain('200');
  await app.close();
});

test('requests past the limit of an address answer 429 with Retry-After', async () => {
  const limited = await startApp({ RATE_HTTP_PER_MINUTE: '3' }, {}, false);
  const statuses: number[] = [];
  for (let i = 0; i < 5; i++) statuses.push((await limited.call('GET', '/api/v1/media/capabilities')).status);
  expect(statuses).toEqual([200, 200, 200, 429, 429]);
  const refused = await limited.call('POST', '/api/v1/auth/login', null, { account: 'doctor', password: PASSWORD });
  expect(refused.body.error.code).toBe('rate_limited');
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect((await limited.call('GET', '/health/live')).status).toBe(200);
  await limited.close();
});
