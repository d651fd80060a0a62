import { randomUUID } from 'node:crypto';
import { type Principal } from '#src/auth/tokens.ts';
import { errors } from '#src/errors.ts';
import type { Access } from '#src/permissions/access.ts';
import { type Answer, booking, startApp, type TestApp } from '#tests/support/app.ts';
import Fastify from 'fastify';
import { enforcePolicies, publicAccess } from '#src/plugins/policy.ts';

interface Operation {
  summary: string;
  security?: unknown;
  responses: Record<string, { content: Record<string, { schema: { properties: object } }> }>;
}

let server: TestApp;
let visitId: string;
beforeAll(async () => {
  server = await startApp();
  const { doctor, patient } = server.people;
  visitId = (await server.call('POST', '/api/v1/consultations', doctor.token, booking(patient.id))).body.data.id;
});
afterAll(() => server.close());

/** Every route of the API document, with its parameters filled in for one visit. */
async function operations(): Promise<{ method: 'GET' | 'POST'; url: string; isPublic: boolean; codes: string[] }[]> {
  const document = (await server.app.inject('/openapi.json')).json();
  return Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase() as 'GET' | 'POST',
      url: path.replace('{id}', visitId).replace('{memberId}', randomUUID()),
      isPublic: !operation.security,
      codes: Object.keys(operation.responses),
    })),
  );
}

function expectError(answer: Pick<Answer, 'status' | 'body'>): void {
  const code = answer.body.error?.code as keyof typeof errors;
  expect(answer.body).toEqual({
    success: false,
    code: errors[code].status,
    message: errors[code].message,
    data: null,
    error: answer.body.error,
    timestamp: expect.any(Number),
    requestId: expect.any(String),
  });
  expect(answer.status).toBe(errors[code].status);
  expect(answer.status).toBeLessThan(500);
}

test('start without a policy on a route fails and names it', async () => {
  const app = Fastify();
  enforcePolicies(app, {
    verify: () => ({}) as Principal,
    accessOf: () => ({}) as Access,
    seen: () => undefined,
    freshlyVerified: async () => true,
    openKey: async () => ({}) as never,
  });
  app.get('/covered', { config: { policy: publicAccess } }, async () => ({}));
  app.get('/open', async () => ({}));
  await expect(app.ready()).rejects.toThrow('Routes without a policy: GET /open');
});

test('every route is described with summary, tag and the envelope', async () => {
  const document = (await server.app.inject('/openapi.json')).json();
  const described = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation) => ({ path, operation })),
  );
  expect(described.length).toBeGreaterThanOrEqual(18);
  for (const { path, operation } of described) {
    expect(operation).toMatchObject({
      summary: expect.any(String),
      tags: [expect.any(String)],
      description: expect.stringMatching(/^Open to /),
    });
    const content = operation.responses['200']?.content ?? {};
    // What a partner is answered has the partner's form.
    if (content['application/json']?.schema.properties)
      expect(Object.keys(content['application/json'].schema.properties)).toEqual([
        'success',
        'code',
        'message',
        'data',
        'timestamp',
        'requestId',
      ]);
    expect([path, '429' in operation.responses]).toEqual([path, path.startsWith('/api/')]);
  }
});

test('every route without a token answers 401 unless it is public', async () => {
  for (const { method, url, isPublic } of await operations()) {
    const answer = await server.call(method, url);
    if (isPublic) expect(answer.status).not.toBe(401);
    else {
      expectError(answer);
      expect([url, answer.body.error.code]).toEqual([url, 'unauthenticated']);
    }
  }
});

test("every route of somebody else's visit answers 403", async () => {
  const { otherDoctor, otherPatient } = server.people;
  const bodies: Record<string, unknown> = { invitations: { name: 'Guest', role: 'guest' }, read: { seq: 1 } };
  for (const { method, url } of (await operations()).filter((operation) => operation.url.includes(`/consultations/${visitId}`))) {
    for (const { token } of [otherDoctor, otherPatient]) {
      const answer = await server.call(method, url, token, bodies[url.split('/').at(-1) ?? '']);
      expectError(answer);
      expect([url, answer.body.error.code]).toEqual([url, 'forbidden']);
    }
  }
});

test('every route with broken input answers 4xx in the envelope', async () => {
  const broken = [
    undefined,
    {},
    [],
    'text',
    7,
    null,
    { title: 7 },
    { title: '\u0000', patientId: 'x' },
    { name: '\ud800', role: 'guest' },
    { account: ['a'] },
  ];
  const huge = { title: 'x'.repeat(60_000), account: 'y'.repeat(60_000).slice(0, 100), name: 'z'.repeat(5_000) };
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  for (const { method, url } of await operations()) {
    if (url.endsWith('/auth/logout') || /\/(end|cancel)$/.test(url)) continue;
    const inputs =
      method === 'POST' ? [...[...broken, huge].map((value) => JSON.stringify(value)), deep, '{"title":"\\ud800"}'] : [undefined];
    for (const body of inputs) {
      for (const query of [
        '',
        '?page=0&pageSize=1000&status=x&sort=x&limit=-1&afterSeq=x&bytes=0&role=x&keyword=%00',
        '?page=1&page=2&bytes=a&afterSeq=1&afterSeq=2',
      ]) {
        const response = await server.app.inject({
          method,
          url: url + query,
          headers: { authorization: `Bearer ${server.people.doctor.token}`, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { payload: body }),
        });
        expect([url, body, response.statusCode < 500]).toEqual([url, body, true]);
        if (response.statusCode >= 400) expectError({ status: response.statusCode, body: response.json() });
      }
    }
  }
});

test('ids that are no ids answer 400, unknown ones 404', async () => {
  const { token } = server.people.doctor;
  for (const bad of ['1', '..%2f..', 'null', '%00', 'x'.repeat(200)]) {
    expectError(await server.call('GET', `/api/v1/consultations/${bad}`, token));
  }
  expect((await server.call('GET', `/api/v1/consultations/${randomUUID()}`, token)).body.error.code).toBe('not_found');
});

test('routes answer only with statuses that their document names', async () => {
  for (const { method, url, codes } of await operations()) {
    if (url.endsWith('/auth/logout') || /\/(end|cancel)$/.test(url)) continue;
    const response = await server.app.inject({ method, url, headers: { authorization: `Bearer ${server.people.patient.token}` } });
    expect([url, codes]).toEqual([url, expect.arrayContaining([String(response.statusCode)])]);
  }
});
