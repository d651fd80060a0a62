import type { InjectOptions } from 'fastify';
import { newMariaDb } from '#tests/support/databases.ts';
import { type Answer, startApp, type TestApp } from '#tests/support/app.ts';

describe.each(['sqlite', 'mysql'] as const)('API keys on %s', (dialect) => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp(dialect === 'mysql' ? { DATABASE_URL: await newMariaDb() } : {});
    await server.stepUp(server.people.administrator.token);
  });
  afterAll(() => server.close());

  const administrator = () => server.people.administrator.token;
  const make = (body: object) =>
    server.call('POST', '/api/v1/api-keys', administrator(), {
      name: 'Terminal',
      scopes: ['consultations:lead', 'consultations:read'],
      ...body,
    });
  async function withKey(key: string, method: InjectOptions['method'], url: string, payload?: object): Promise<Answer> {
    const response = await server.app.inject({
      method: method ?? 'GET',
      url: `/api/v1${url}`,
      headers: { 'x-api-key': key },
      ...(payload && { payload }),
    });
    return { status: response.statusCode, headers: response.headers, body: response.json() };
  }

  test('a key acts for its person, within its scopes', async () => {
    const { doctor } = server.people;
    const { status, body } = await make({ userId: doctor.id });
    expect([status, body.data]).toMatchObject([
      200,
      { user: { id: doctor.id, name: 'Name of doctor' }, state: 'active', key: expect.stringMatching(/^wzk_[\w-]{43}$/) },
    ]);
    const { key, prefix } = body.data;
    expect(key.startsWith(prefix)).toBe(true);
    const visits = await withKey(key, 'GET', '/consultations');
    expect([visits.status, visits.body.data.items]).toEqual([200, []]);
    // The doctor may, the key may not.
    expect((await withKey(key, 'GET', '/patients')).body.error.code).toBe('forbidden');
    const stored = JSON.stringify(await server.database.models.apiKeys.findAll({ raw: true }));
    expect(stored).not.toContain(key);
  });

  test('a key does not give its person what they may not do themselves', async () => {
    const { patient } = server.people;
    const { key } = (await make({ userId: patient.id, scopes: ['users:read-all', 'orders:own'] })).body.data;
    expect((await withKey(key, 'GET', '/orders')).status).toBe(200);
    expect((await withKey(key, 'GET', '/logs/operations')).body.error.code).toBe('forbidden');
    expect((await withKey(key, 'GET', '/roles')).body.error.code).toBe('forbidden');
  });

  test('a key is not for the own account, sensitive operations or more keys', async () => {
    const { id } = server.people.administrator;
    expect((await make({ scopes: ['api-keys:manage'] })).body.error.code).toBe('invalid_request');
    const { key } = (await make({ userId: id, scopes: ['users:manage', 'settings:manage'] })).body.data;
    expect((await withKey(key, 'GET', '/settings')).status).toBe(200);
    expect((await withKey(key, 'GET', '/users/me')).body.error.code).toBe('forbidden');
    expect((await withKey(key, 'GET', '/auth/session')).body.error.code).toBe('forbidden');
    expect((await withKey(key, 'GET', '/network-test/download?bytes=10')).body.error.code).toBe('forbidden');
    expect((await withKey(key, 'POST', '/network-test/upload')).body.error.code).toBe('forbidden');
    expect((await withKey(key, 'POST', '/users/delete', { ids: [id] })).body.error.code).toBe('forbidden');
    expect((await withKey(key, 'GET', '/api-keys')).body.error.code).toBe('forbidden');
  });

  test('a key that is revoked, expired, unknown or of somebody disabled opens nothing', async () => {
    const { otherDoctor } = server.people;
    const { id, key } = (await make({ userId: otherDoctor.id })).body.data;
    expect((await withKey(key, 'GET', '/consultations')).status).toBe(200);
    const revoked = await server.call('DELETE', `/api/v1/api-keys/${id}`, administrator());
    expect(revoked.body.data.state).toBe('revoked');
    expect((await withKey(key, 'GET', '/consultations')).body.error.code).toBe('unauthenticated');
    for (const wrong of [`${key.slice(0, -1)}_`, 'wzk_', '', administrator()]) {
      expect((await withKey(wrong, 'GET', '/consultations')).body.error.code).toBe('unauthenticated');
    }
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const brief = (await make({ userId: otherDoctor.id, expiresAt })).body.data;
    const { models } = server.database;
    await models.apiKeys.update({ expiresAt: new Date(Date.now() - 1_000) }, { where: { id: brief.id } });
    await server.database.transaction(() => server.foundation.signals.send('cache', 'api-keys'));
    expect((await withKey(brief.key, 'GET', '/consultations')).body.error.code).toBe('unauthenticated');
    expect((await make({ expiresAt: '2020-01-01T00:00:00.000Z' })).body.error.code).toBe('invalid_request');
    const third = (await make({ userId: otherDoctor.id })).body.data;
    await server.call('PUT', `/api/v1/users/${otherDoctor.id}/status`, administrator(), { status: 'inactive' });
    expect((await withKey(third.key, 'GET', '/consultations')).body.error.code).toBe('session_revoked');
    expect((await make({ userId: otherDoctor.id })).body.error.code).toBe('unknown_user');
  });

  test('the list shows keys with their last use, never the key; making one takes a fresh proof and is logged', async () => {
    const { items, pagination } = (await server.call('GET', '/api/v1/api-keys?pageSize=2&sort=createdAt', administrator())).body.data;
    expect(pagination.total).toBe(6);
    expect(items[0]).toMatchObject({ name: 'Terminal', lastUsedAt: expect.any(String), lastIp: '127.0.0.1' });
    expect(items[0].key).toBeUndefined();
    const fresh = await server.signIn('administrator');
    expect((await server.call('POST', '/api/v1/api-keys', fresh, { name: 'x', scopes: ['orders:own'] })).body.error.code).toBe(
      'step_up_required',
    );
    const events = await server.call('GET', '/api/v1/logs/security?kind=api_key_revoked', administrator());
    expect(events.body.data.items).toHaveLength(1);
  });
});
