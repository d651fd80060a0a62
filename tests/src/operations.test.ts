/** What operators look at while the clinic runs; and orders of lists. */
import { v7 as uuid } from 'uuid';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';

describe.each(['sqlite', 'mysql'] as const)('operations on %s', (dialect) => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp(dialect === 'mysql' ? { DATABASE_URL: await newMariaDb() } : {});
  });
  afterAll(() => server.close());

  const ask = async (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: object,
    token = server.people.administrator.token,
  ) => {
    const answer = await server.call(method, `/api/v1${url}`, token, body);
    return answer.body.data ?? answer.body.error.code;
  };

  async function deadJob(): Promise<string> {
    const { models, transaction } = server.database;
    const id = uuid();
    const row = { id, topic: 'order.expire', payload: JSON.stringify({ orderId: uuid() }), state: 'dead', runAt: new Date(), attempts: 12 };
    await transaction(() => models.outbox.create({ ...row, lastError: 'Error: away' } as never));
    return id;
  }

  test('jobs that gave up are listed, counted, done once more or let be', async () => {
    const [one, two] = [await deadJob(), await deadJob()];
    const { items, pagination } = await ask('GET', '/jobs?sort=createdAt');
    expect(pagination.total).toBe(2);
    expect(items[0]).toMatchObject({ id: one, topic: 'order.expire', state: 'dead', attempts: 12, lastError: 'Error: away' });
    expect((await ask('GET', '/jobs/statistics')).items).toContainEqual({ topic: 'order.expire', state: 'dead', count: 2 });
    expect(await ask('POST', `/jobs/${one}/retry`)).toMatchObject({ state: 'ready', attempts: 0 });
    await server.workers.drained();
    expect((await server.database.models.outbox.findByPk(one))?.state).toBe('done');
    expect(await ask('POST', `/jobs/${one}/retry`)).toBe('wrong_state');
    expect(await ask('POST', `/jobs/${two}/dismiss`)).toMatchObject({ state: 'cancelled' });
    expect(await ask('POST', `/jobs/${uuid()}/dismiss`)).toBe('not_found');
    expect(await ask('GET', '/jobs', undefined, server.people.doctor.token)).toBe('forbidden');
  });

  test('caches show how they serve, and can be dropped', async () => {
    const figures = async () =>
      (await ask('GET', '/caches')).items.find(({ name }: { name: string }) => name === 'departments') as { hits: number; misses: number };
    await ask('GET', '/departments');
    const before = await figures();
    await ask('GET', '/departments');
    expect(await figures()).toMatchObject({ hits: before.hits + 1, misses: before.misses, held: true });
    expect(await ask('POST', '/caches/departments/clear')).toEqual({});
    expect(await figures()).toMatchObject({ held: false });
    await ask('GET', '/departments');
    expect((await figures()).misses).toBe(before.misses + 1);
    expect(await ask('POST', '/caches/no-such/clear')).toBe('not_found');
    expect((await ask('GET', '/caches/departments/keys')).items).toEqual([{ key: 'departments' }]);
    expect(await ask('GET', '/caches/no-such/keys')).toBe('not_found');
    expect(await ask('DELETE', '/caches/no-such/keys/x')).toBe('not_found');
    // Of values by key one can be dropped.
    const keys = async () => (await ask('GET', '/caches/review-figures/keys')).items;
    const [one, other] = [uuid(), uuid()].toSorted() as [string, string];
    for (const id of [one, other]) await ask('GET', `/services/${id}/reviews/statistics`);
    expect(await keys()).toEqual([{ key: one }, { key: other }]);
    expect(await ask('DELETE', `/caches/review-figures/keys/${one}`)).toEqual({});
    expect(await keys()).toEqual([{ key: other }]);
    expect(await ask('POST', '/caches/review-figures/clear')).toEqual({});
    expect(await keys()).toEqual([]);
  });

  test('people, sessions, calendars, settings and answers are caches as well, each with its way of letting go', async () => {
    const { administrator, patient } = server.people;
    const of = async (name: string) => (await ask('GET', '/caches')).items.find((cache: { name: string }) => cache.name === name);
    const strategies = Object.fromEntries(
      (await ask('GET', '/caches')).items.map(({ name, strategy }: { name: string; strategy: string }) => [name, strategy]),
    );
    expect(strategies).toMatchObject({
      ...{ access: 'keyed', sessions: 'keyed', calendars: 'keyed', slots: 'keyed', 'review-figures': 'shared', departments: 'memory' },
      ...{ settings: 'loaded', 'partner-accounts': 'loaded', 'message-templates': 'loaded', answers: 'client', pages: 'client' },
    });
    // A person: the next request reads what they may again.
    await server.call('GET', '/api/v1/auth/session', patient.token);
    const keys = async (name: string): Promise<string[]> =>
      (await ask('GET', `/caches/${name}/keys`)).items.map(({ key }: { key: string }) => key);
    expect(await keys('access')).toEqual(expect.arrayContaining([administrator.id, patient.id]));
    expect(await ask('DELETE', `/caches/access/keys/${patient.id}`)).toEqual({});
    expect(await keys('access')).not.toContain(patient.id);
    const { misses } = await of('access');
    expect((await server.call('GET', '/api/v1/auth/session', patient.token)).status).toBe(200);
    expect(await of('access')).toMatchObject({ misses: misses + 1, held: true });
    // Tokens are shown by their sessions and never as they are.
    const sessions = await keys('sessions');
    expect(sessions.length).toBeGreaterThan(0);
    expect(sessions.every((key) => /^[0-9a-f-]{36}$/.test(key))).toBe(true);
    expect(await ask('POST', '/caches/sessions/clear')).toEqual({});
    expect(await keys('sessions')).toHaveLength(1);
    // What is read as a whole is read again.
    const { misses: loads } = await of('settings');
    expect(await ask('POST', '/caches/settings/clear')).toEqual({});
    expect(await of('settings')).toMatchObject({ misses: loads + 1 });
    // What browsers keep is not ours to drop.
    const before = await of('answers');
    const { headers } = await server.app.inject({ url: '/api/v1/departments' });
    await server.app.inject({ url: '/api/v1/departments', headers: { 'if-none-match': String(headers.etag) } });
    expect(await of('answers')).toMatchObject({ hits: before.hits + 1, misses: before.misses + 1 });
    expect(await ask('POST', '/caches/answers/clear')).toBe('wrong_state');
    expect(await ask('DELETE', '/caches/answers/keys/x')).toBe('wrong_state');
    expect(await keys('answers')).toEqual([]);
  });

  test('operations are counted by day, person, route, method and status', async () => {
    const { patient } = server.people;
    const { models, transaction } = server.database;
    const row = { userId: patient.id, method: 'POST', route: '/api/v1/x', objectId: null, ip: '::1', requestId: 'r' };
    const at = new Date('2026-03-01T16:30:00.000Z');
    await transaction(() =>
      models.operations.bulkCreate([
        { ...row, status: 200, tookMs: 10, createdAt: at },
        { ...row, status: 409, tookMs: 30, createdAt: at },
        { ...row, status: 200, tookMs: 20, createdAt: new Date('2026-03-01T15:30:00.000Z'), userId: null },
      ]),
    );
    const asked = '/logs/operations/statistics?from=2026-03-01T00:00:00.000Z&to=2026-03-03T00:00:00.000Z';
    // Shanghai is eight hours ahead: the later ones are of the next day.
    expect((await ask('GET', asked)).items).toEqual([
      { key: '2026-03-01', count: 1, failed: 0, averageMs: 20 },
      { key: '2026-03-02', count: 2, failed: 1, averageMs: 20 },
    ]);
    expect((await ask('GET', `${asked}&group=user`)).items).toEqual([
      { key: patient.id, count: 2, failed: 1, averageMs: 20 },
      { key: null, count: 1, failed: 0, averageMs: 20 },
    ]);
    expect((await ask('GET', `${asked}&group=status&userId=${patient.id}`)).items).toEqual([
      { key: '200', count: 1, failed: 0, averageMs: 10 },
      { key: '409', count: 1, failed: 1, averageMs: 30 },
    ]);
    expect((await ask('GET', `${asked}&group=route&route=/api/v1/x`)).items).toMatchObject([{ key: '/api/v1/x', count: 3 }]);
  });

  test('says which year has no holidays yet', async () => {
    const year = new Date().getFullYear();
    const coverage = () => ask('GET', '/holidays/coverage');
    expect(await coverage()).toMatchObject({
      years: [
        { year, entered: false },
        { year: year + 1, entered: false },
      ],
      missing: year,
    });
    for (const one of [year, year + 1]) await ask('POST', '/holidays', { name: '元旦', from: `${one}-01-01`, until: `${one}-01-01` });
    expect(await coverage()).toMatchObject({ years: [{ entered: true }, { entered: true }], missing: null });
  });

  test('lists take their order from the query, either way round', async () => {
    for (const [name, price] of [
      ['b', 2],
      ['a', 3],
      ['c', 1],
    ] as const)
      await ask('POST', '/services', { name, category: 'consultation', price, durationMinutes: 30, sortOrder: 0 });
    const names = async (sort: string) => (await ask('GET', `/services?sort=${sort}`)).items.map(({ name }: { name: string }) => name);
    expect(
      [await names('name'), await names('-name'), await names('price'), await names('createdAt')].map((found) => found.join('')),
    ).toEqual([...['abc', 'cba', 'cba', 'bac']]);
    const ids = async (sort: string) => (await ask('GET', `/logs/logins?sort=${sort}`)).items.map(({ id }: { id: string }) => id);
    expect((await ids('createdAt')).toReversed()).toEqual(await ids('-createdAt'));
    expect(await ask('GET', '/services?sort=password')).toBe('invalid_request');
  });

  test('a file that may be downloaded so often is gone for downloads after that', async () => {
    const { patient } = server.people;
    const boundary = 'b';
    const form = `--b\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.4\n%%EOF\r\n--b--\r\n`;
    const headers = { authorization: `Bearer ${patient.token}`, 'content-type': `multipart/form-data; boundary=${boundary}` };
    const uploaded = await server.app.inject({ method: 'POST', url: '/api/v1/files?category=document', headers, payload: form });
    const { id } = uploaded.json().data.items[0].file;
    const limited = await ask('PATCH', `/files/${id}`, { downloads: 2 }, patient.token);
    expect(limited.downloadsLeft).toBe(2);
    const download = async (range?: string) => (await server.app.inject({ url: limited.url, headers: range ? { range } : {} })).statusCode;
    expect([await download('bytes=1-'), await download(), await download(), await download('bytes=1-')]).toEqual([200, 200, 403, 403]);
    expect((await ask('PATCH', `/files/${id}`, { downloads: null }, patient.token)).downloadsLeft).toBeNull();
    expect(await download()).toBe(200);
  });
});
