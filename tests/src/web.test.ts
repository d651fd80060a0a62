import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { startApp, type TestApp } from '#tests/support/app.ts';

const html = { accept: 'text/html,*/*' };
let folder: string;
let server: TestApp;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-web-'));
  await mkdir(path.join(folder, 'assets'));
  await writeFile(path.join(folder, 'index.html'), '<!doctype html><title>the client</title>');
  await writeFile(path.join(folder, 'assets/index-abc123.js'), `// ${'x'.repeat(3_000)}`);
  server = await startApp({}, { webFolder: folder });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

test('hashed files are cached for ever and compressed, the page is not cached', async () => {
  const script = await server.app.inject({ url: '/assets/index-abc123.js', headers: { 'accept-encoding': 'gzip' } });
  expect(script.statusCode).toBe(200);
  expect(script.headers).toMatchObject({ 'cache-control': 'public, max-age=31536000, immutable', 'content-encoding': 'gzip' });
  const page = await server.app.inject({ url: '/', headers: html });
  expect([page.statusCode, page.headers['cache-control']]).toEqual([200, 'no-cache']);
  expect(page.body).toContain('the client');
});

test('large answers are compressed for whoever takes that, small ones are not', async () => {
  const authorization = `Bearer ${server.people.administrator.token}`;
  const get = (url: string, encoding?: string) =>
    server.app.inject({ url, headers: { authorization, ...(encoding !== undefined && { 'accept-encoding': encoding }) } });
  const encodingOf = async (url: string, encoding?: string) => (await get(url, encoding)).headers['content-encoding'] ?? 'none';
  const large = '/api/v1/permissions';
  expect([await encodingOf('/openapi.json', 'gzip'), await encodingOf(large, 'br, gzip')]).toEqual(['gzip', 'gzip']);
  for (const refused of [undefined, 'br', 'gzip;q=0']) expect(await encodingOf(large, refused)).toBe('none');
  expect(await encodingOf('/api/v1/clinic', 'gzip')).toBe('none');
  const [packed, plain] = [await get(large, 'gzip'), await get(large)];
  expect(packed.headers).toMatchObject({ vary: 'accept-encoding', 'content-length': String(packed.rawPayload.length) });
  expect(JSON.parse(gunzipSync(packed.rawPayload).toString()).data).toEqual(plain.json().data);
});

test('what is the same for everybody is not sent twice, what is somebody’s is never kept', async () => {
  const get = (tag?: string) => server.app.inject({ url: '/api/v1/clinic', headers: tag === undefined ? {} : { 'if-none-match': tag } });
  const { headers } = await get();
  expect(headers['cache-control']).toBe('public, no-cache');
  const again = await get(`"other", ${headers.etag}`);
  expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', headers.etag]);
  expect((await get('"other"')).statusCode).toBe(200);
  const own = await server.app.inject({ url: '/api/v1/home', headers: { authorization: `Bearer ${server.people.patient.token}` } });
  expect([own.statusCode, own.headers['cache-control'], own.headers.etag]).toEqual([200, 'no-store', undefined]);
});

test('the home answer is what its parts answer alone', async () => {
  const { doctor, patient } = server.people;
  const times = { scheduledStart: '2091-01-01T00:00:00.000Z', scheduledEnd: '2091-01-01T00:30:00.000Z' };
  await server.call('POST', '/api/v1/consultations', doctor.token, { title: '复诊', patientId: patient.id, ...times });
  const read = async (path: string) => (await server.call('GET', `/api/v1${path}`, patient.token)).body.data;
  const page = (status: string) => read(`/consultations?status=${status}&sort=scheduledStart`);
  const next = await page('scheduled');
  expect(next.items).toHaveLength(1);
  expect(await read('/home')).toEqual({
    clinic: await read('/clinic'),
    menu: (await read('/menus/mine')).items,
    unread: { notices: (await read('/notifications/unread')).unread, messages: (await read('/messages/unread')).total },
    visits: { running: (await page('active')).items, next },
  });
});

test('addresses of the client answer the page, missing files and API addresses do not', async () => {
  expect((await server.app.inject({ url: '/visit/abc', headers: html })).body).toContain('the client');
  const missing = await server.app.inject({ url: '/assets/gone.js', headers: { accept: '*/*' } });
  expect([missing.statusCode, missing.json().error.code]).toEqual([404, 'route_not_found']);
  expect((await server.app.inject({ url: '/api/v1/nothing', headers: html })).statusCode).toBe(404);
  expect((await server.app.inject({ url: '/..%2f..%2fpackage.json' })).body).not.toContain('wenzhen"');
});

test('pages carry the headers that protect them', async () => {
  const { headers } = await server.app.inject({ url: '/', headers: html });
  expect(headers['content-security-policy']).toContain("script-src 'self';");
  expect(headers['content-security-policy']).not.toContain('unsafe');
  expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'permissions-policy': expect.stringContaining('camera=(self)') });
  expect(headers['strict-transport-security']).toBeUndefined();
});

test('a client that is not built answers a page that says so', async () => {
  const bare = await startApp({}, { webFolder: path.join(folder, 'missing') });
  const page = await bare.app.inject({ url: '/', headers: html });
  expect([page.statusCode, page.body]).toEqual([503, expect.stringContaining('npm start')]);
  expect((await bare.call('GET', '/health/live')).status).toBe(200);
  await bare.close();
});

test('the API page works offline under its policy', async () => {
  const page = await server.app.inject('/docs/');
  expect(page.statusCode).toBe(200);
  expect(page.headers['content-security-policy']).toBeDefined();
});

test('other origins may call the API only when they are named', async () => {
  const open = await startApp({ CORS_ORIGINS: 'https://app.example' });
  const from = async (origin: string) =>
    (await open.app.inject({ url: '/health/live', headers: { origin } })).headers['access-control-allow-origin'];
  expect([await from('https://app.example'), await from('https://evil.example')]).toEqual(['https://app.example', undefined]);
  await open.close();
});

test('metrics count requests by route pattern', async () => {
  await server.call('GET', '/api/v1/consultations/0198c1de-0000-7000-8000-000000000000', server.people.doctor.token);
  const { body } = await server.app.inject('/metrics');
  const labels = 'uri="/api/v1/consultations/:id",method="GET",status="404"';
  expect(body).toContain(`http_server_requests_seconds_count{${labels}} 1`);
  expect(body).toContain(`http_server_requests_seconds_bucket{le="+Inf",${labels}} 1`);
  expect(body).toMatch(/^http_server_requests_seconds_count\{uri="none",method="GET",status="404"\} \d+$/m);
  for (const name of [
    'rooms_open',
    'rooms_peers',
    'rooms_mailbox_depth',
    'media_worker_load',
    'rooms_turn_seconds_count{kind="room:join"} 1',
    'nodejs_eventloop_lag_p99_seconds',
  ])
    expect(body).toContain(name);
});
