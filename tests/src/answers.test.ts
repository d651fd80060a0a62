/** What every route can answer with by its declaration alone: limits, bodies that are none, keys of repeated requests; and its examples. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { InjectOptions } from 'fastify';
import { z } from 'zod';
import { exampleOf } from '#src/plugins/code-samples.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { routesOf, type TestedRoute } from '#tests/support/routes.ts';

let server: TestApp;
let routes: TestedRoute[];
beforeAll(async () => {
  server = await startApp();
  await server.stepUp(server.people.administrator.token);
  routes = routesOf(server.app).filter(({ isPublicPage }) => !isPublicPage);
});
afterAll(() => server.close());

const addressOf = ({ url }: TestedRoute): string => url.replaceAll(/:(\w+)/g, () => randomUUID());
const declares = ({ schema }: TestedRoute, status: number): boolean => status in ((schema?.response ?? {}) as object);

/** Sends something to a route as an administrator. @returns status and code */
async function send(app: TestApp, route: TestedRoute, more: InjectOptions, token = app.people.administrator?.token) {
  const headers = { ...(token && { authorization: `Bearer ${token}` }), ...more.headers };
  const response = await app.app.inject({ method: route.method as 'GET', url: addressOf(route), ...more, headers });
  return [response.statusCode, response.json().error?.code as string | undefined] as const;
}

test('beyond its limit every route of the API answers 429 with the time to wait', async () => {
  const limited = await startApp({ RATE_HTTP_PER_MINUTE: '1', RATE_NOTICES_PER_MINUTE: '1' }, {}, false);
  await limited.call('GET', '/api/v1/services');
  // Partners have a limit of their own.
  await limited.call('POST', '/api/v1/payments/notify/wechat');
  for (const route of routesOf(limited.app)) {
    if (route.isPublicPage || !route.url.startsWith('/api/')) continue;
    const response = await limited.app.inject({ method: route.method as 'GET', url: addressOf(route) });
    const answered = [route.path, response.statusCode, Number(response.headers['retry-after']) > 0];
    expect(answered).toEqual([route.path, 429, true]);
  }
  await limited.close();
});

test('a body that is no JSON, too large, or of another type is refused by name', async () => {
  const json = { 'content-type': 'application/json' };
  for (const route of routes) {
    // Two take more than others, in forms of their own; they have tests of their own.
    if (route.method === 'GET' || ['/files', '/network-test/upload'].includes(route.path)) continue;
    const name = `${route.method} ${route.path}`;
    const codes = [
      await send(server, route, { headers: json, payload: '{' }),
      await send(server, route, { headers: json, payload: `"${'x'.repeat(70_000)}"` }),
      await send(server, route, { headers: { 'content-type': 'nothing' }, payload: 'x' }),
      await send(server, route, { headers: { 'content-type': 'application/x-nothing' }, payload: 'x' }),
    ];
    // Partners send what they like.
    const fromPartners = /^\/(payments\/notify|messages\/receipts)\//.test(route.path);
    const declared = [declares(route, 400), declares(route, 413), declares(route, 415), !fromPartners];
    const expected = [400, 413, 415, 415].map((status, index) => (declared[index] ? status : expect.any(Number)));
    expect([name, codes.map(([status]) => status)]).toEqual([name, expected]);
  }
  const upload = routes.find(({ path }) => path === '/network-test/upload')!;
  const bytes = await send(server, upload, { headers: { 'content-type': 'application/x-nothing' }, payload: 'x' });
  expect(bytes).toEqual([415, 'unsupported_media_type']);
});

test('input that looks like an attack is refused by every route', async () => {
  for (const route of routes) {
    // What is no JSON does not come as far as that.
    if (!route.url.startsWith('/api/') || ['/files', '/network-test/upload'].includes(route.path)) continue;
    const payload = exampleOf(route.schema?.body) as object | undefined;
    // What a query does not name is left out of it.
    const named = route.schema?.querystring instanceof z.ZodObject ? Object.keys(route.schema.querystring.shape) : ['x'];
    const query = Object.fromEntries(named.map((name) => [name, "' OR 1=1 --"]));
    const answered = await send(server, route, { query, ...(payload !== undefined && { payload }) });
    expect([route.path, ...answered]).toEqual([route.path, 400, 'invalid_request']);
  }
});

test('ids of nothing are answered as it is declared', async () => {
  for (const route of routes) {
    if (!route.url.includes(':')) continue;
    const payload = exampleOf(route.schema?.body) as object | undefined;
    const [status] = await send(server, route, payload === undefined ? {} : { payload });
    expect([route.path, status, declares(route, status)]).toEqual([route.path, status, true]);
  }
});

test('a key for repeated requests has a form, and belongs to one request', async () => {
  const { id: owner, token } = server.people.administrator;
  const repeated = routes.filter(({ config }) => config?.idempotent);
  expect(repeated.length).toBeGreaterThan(20);
  for (const route of repeated) {
    const payload = exampleOf(route.schema?.body) as object | undefined;
    const body = payload === undefined ? {} : { payload };
    const bad = await send(server, route, { ...body, headers: { 'idempotency-key': 'short' } }, token);
    expect([route.path, ...bad]).toEqual([route.path, 400, 'invalid_idempotency_key']);
    const key = `used-${randomUUID()}`;
    const used = { owner, key, route: 'POST /elsewhere', bodyHash: 'x', keep: false };
    await server.database.transaction(() => server.database.models.idempotencyKeys.create(used));
    const reused = await send(server, route, { ...body, headers: { 'idempotency-key': key } }, token);
    expect([route.path, ...reused]).toEqual([route.path, 422, 'idempotency_key_reused']);
  }
});

test('every body has an example that its own schema takes, and the document shows it', async () => {
  const document = (await server.app.inject('/openapi.json')).json();
  for (const { method, path, url, schema } of routes) {
    if (!(schema?.body instanceof z.ZodType)) continue;
    const shown = document.paths[url.replaceAll(/:(\w+)/g, '{$1}')][method.toLowerCase()].requestBody.content['application/json'];
    // Others are bytes, or what a partner sends.
    if (!shown) continue;
    const example = exampleOf(schema.body);
    expect([method, path, schema.body.safeParse(example).error?.issues]).toEqual([method, path, undefined]);
    const examples = [
      shown.example,
      ...Object.values<{ value: unknown }>(shown.examples ?? {}).map(({ value }) => value),
      shown.schema.examples?.[0],
    ];
    expect([method, path, examples]).toEqual([method, path, expect.arrayContaining([example])]);
  }
});

test('every route shows a call, and an answer that its own schema takes', async () => {
  const document = (await server.app.inject('/openapi.json')).json();
  const wrong: unknown[] = [];
  for (const { method, path, url, schema } of routes) {
    const shown = document.paths[url.replaceAll(/:(\w+)/g, '{$1}')][method.toLowerCase()];
    const [{ source }] = shown['x-codeSamples'];
    if (!source.includes(url.split(':', 1)[0])) wrong.push([method, path, source]);
    const { 200: success } = (schema?.response ?? {}) as Record<number, unknown>;
    // Others are bytes, or what a partner is told.
    if (!(success instanceof z.ZodType)) continue;
    const { example } = shown.responses['200'].content['application/json'];
    const parsed = success.safeParse(example);
    if (!parsed.success || !isDeepStrictEqual(parsed.data, example)) wrong.push([method, path, example, parsed.error?.issues]);
  }
  expect(wrong).toEqual([]);
});
