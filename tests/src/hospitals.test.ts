import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { type HttpSimulator, startHttpSimulator } from '#src/partners/http-simulator.ts';
import { boxesAround, distance } from '#src/hospitals/geo.ts';
import { createRedisNearby, createSqlNearby } from '#src/hospitals/nearby.ts';
import { createHospitals, createPlaces, type Hospitals } from '#src/hospitals/service.ts';
import { createSearch } from '#src/search/search.ts';
import { createSignals, type Signals } from '#src/signals/signals.ts';
import { codesOf, dataOf, describeApps } from '#tests/support/people.ts';
import { silentLog, startApp, type TestApp } from '#tests/support/app.ts';
import { describeDatabases } from '#tests/support/databases.ts';
import { type RedisServer, startRedis } from '#tests/support/redis.ts';
import { until } from '#tests/support/wait.ts';

const base = '/api/v1/hospitals';
const beijing = { longitude: 116.4074, latitude: 39.9042 };
const hospital = (code: string, place: { longitude: number; latitude: number }) => ({
  ...{ code, name: `医院 ${code}`, level: null, address: '路 1 号', phone: null, introduction: null },
  ...{ systemKey: null, systemId: null, enabled: true, ...place },
});

test('distance() is that of the great circle', () => {
  const shanghai = { longitude: 121.4737, latitude: 31.2304 };
  expect(distance(beijing, shanghai) / 1_000).toBeCloseTo(1_068, -1);
  expect(distance(beijing, beijing)).toBe(0);
  expect(distance({ longitude: 179.99, latitude: 0 }, { longitude: -179.99, latitude: 0 })).toBeLessThan(2_300);
});

test('boxesAround() holds the circle, over the date line and around a pole too', () => {
  expect(boxesAround({ longitude: 179.9, latitude: 0 }, 50_000)).toHaveLength(2);
  expect(boxesAround({ longitude: -179.9, latitude: 0 }, 50_000)).toHaveLength(2);
  expect(boxesAround({ longitude: 10, latitude: 89.9 }, 50_000)).toEqual([expect.objectContaining({ west: -180, east: 180 })]);
  for (const point of [beijing, { longitude: -70, latitude: -60 }]) {
    const [box] = boxesAround(point, 100_000);
    for (let angle = 0; angle < 360; angle += 5) {
      const [x, y] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
      const edge = { longitude: point.longitude + x, latitude: point.latitude + y };
      if (distance(point, edge) > 100_000) continue;
      expect(edge.longitude >= box!.west && edge.longitude <= box!.east).toBe(true);
      expect(edge.latitude >= box!.south && edge.latitude <= box!.north).toBe(true);
    }
  }
});

describeApps('hospitals', (server) => {
  const admin = () => server().people.administrator.token;

  test('are kept by administrators and found by everybody by name, once enabled', async () => {
    const input = { code: 'bj-1', name: '北京协和医院', level: '三级甲等', address: '帅府园一号', ...beijing };
    const tries = await Promise.all([1, 2, 3].map(() => server().call('POST', base, admin(), input)));
    expect(codesOf(tries).filter((code) => code === 'hospital_code_taken')).toHaveLength(2);
    const made = dataOf(tries.find(({ status }) => status === 200)!);
    expect(made).toMatchObject({ code: 'BJ-1', linked: false, systemKey: null, enabled: true });
    const found = async (query: string) => dataOf(await server().call('GET', `${base}?${query}`)).items.map(({ id }: { id: string }) => id);
    expect(await found('keyword=协和')).toEqual([made.id]);
    expect(await found('keyword=帅府')).toEqual([made.id]);
    const open = dataOf(await server().call('GET', `${base}/${made.id}`));
    expect(open).not.toHaveProperty('systemKey');
    const patch = async (body: object, token = admin()) => server().call('PATCH', `${base}/${made.id}`, token, body);
    expect(dataOf(await patch({ name: '东院', enabled: false }))).toMatchObject({ name: '东院', enabled: false });
    expect(await found('keyword=东院')).toEqual([]);
    expect((await server().call('GET', `${base}/${made.id}`)).body.error.code).toBe('not_found');
    expect(dataOf(await server().call('GET', `${base}/all?enabled=false`, admin())).items).toHaveLength(1);
    expect((await patch({ systemKey: 'nothing' })).body.error.code).toBe('unknown_system');
    expect((await patch({ latitude: 89 })).body.error.code).toBe('invalid_request');
    const { token } = server().people.doctor;
    const refused = [
      ...[await server().call('POST', base, token, input), await patch({ name: 'x' }, token)],
      ...[await server().call('DELETE', `${base}/${made.id}`, token), await server().call('GET', `${base}/all`, token)],
    ];
    expect(codesOf(refused)).toEqual(['forbidden', 'forbidden', 'forbidden', 'forbidden']);
    dataOf(await server().call('DELETE', `${base}/${made.id}`, admin()));
    const gone = [await server().call('DELETE', `${base}/${made.id}`, admin()), await patch({ name: 'x' })];
    expect(codesOf(gone)).toEqual(['not_found', 'not_found']);
    expect((await server().call('POST', base, admin(), { ...input, code: 'bj-1' })).status).toBe(200);
  });
});

describeDatabases('nearby()', (open) => {
  let redisServer: RedisServer;
  let redis: Redis;
  let signals: Signals;
  let made: Record<'sql' | 'redis', Hospitals>;
  let flush: () => Promise<unknown>;
  beforeAll(async () => {
    redisServer = await startRedis();
    redis = new Redis(redisServer.url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 1_000 });
    redis.on('error', () => undefined);
    await until('the connection', async () => redis.status === 'ready' || Promise.reject(new Error(redis.status)));
    const database = await open();
    signals = createSignals(database, silentLog);
    const sql = createSqlNearby(database);
    const parts = { signals, search: createSearch(database), systems: () => new Map() };
    const index = createRedisNearby(redis, createPlaces(database, signals), sql, silentLog);
    made = { sql: createHospitals(database, { ...parts, nearby: sql }), redis: createHospitals(database, { ...parts, nearby: index }) };
    flush = () => redis.flushall();
  }, 60_000);
  afterAll(async () => {
    signals.close();
    redis.disconnect();
    await redisServer.stop();
  });

  const both = async (point: { longitude: number; latitude: number }, radius: number, paging = { page: 1, pageSize: 100 }) => {
    const query = { ...point, radius, ...paging };
    const [sql, indexed] = [await made.sql.nearby(query), await made.redis.nearby(query)];
    expect(indexed).toEqual(sql);
    return sql;
  };

  test('gives the same hospitals by SQL and by Redis: ascending, within the radius, with distance', async () => {
    expect((await both(beijing, 200)).items).toEqual([]);
    let seed = 7;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    for (let i = 0; i < 60; i++) {
      const place = { longitude: beijing.longitude + random() - 0.5, latitude: beijing.latitude + random() - 0.5 };
      await made.sql.create(hospital(`H${i}`, place));
    }
    await made.sql.create(hospital('EAST', { longitude: 179.95, latitude: -17 }));
    await made.sql.create(hospital('WEST', { longitude: -179.95, latitude: -17 }));
    await made.sql.create({ ...hospital('OFF', beijing), enabled: false });
    for (const radius of [0.5, 5, 12.5, 30, 100]) {
      const { items } = await both(beijing, radius);
      const away = items.map(({ distance: metres }) => metres);
      expect(away).toEqual(away.toSorted((a, b) => a - b));
      expect(away.every((metres) => metres <= radius * 1_000)).toBe(true);
    }
    expect((await both(beijing, 100)).pagination.total).toBe(60);
    expect((await both(beijing, 100, { page: 2, pageSize: 7 })).items).toHaveLength(7);
    expect((await both({ longitude: 180, latitude: -17 }, 20)).items.map(({ code }) => code).toSorted()).toEqual(['EAST', 'WEST']);
  });

  test('follows changes at once, and an index that was lost is made anew', async () => {
    const { id } = await made.sql.create(hospital('NEW', beijing));
    expect((await both(beijing, 0.1)).items.map(({ code }) => code)).toEqual(['NEW']);
    await made.sql.update(id, { longitude: beijing.longitude + 0.01 });
    expect((await both(beijing, 0.1)).items).toEqual([]);
    await flush();
    expect((await both(beijing, 2)).items.map(({ code }) => code)).toContain('NEW');
    await made.sql.remove(id);
    expect((await both(beijing, 2)).items.map(({ code }) => code)).not.toContain('NEW');
  });

  test('goes on by SQL while Redis is away', async () => {
    await redisServer.stop();
    const { items } = await both(beijing, 30);
    expect(items.length).toBeGreaterThan(0);
  });
});

describe('systems of hospitals', () => {
  let server: TestApp;
  let system: HttpSimulator;
  const asked: { path: string; authorization: string | undefined }[] = [];
  beforeAll(async () => {
    system = await startHttpSimulator(({ url, headers }) => {
      asked.push({ path: `${url.pathname}${url.search}`, authorization: headers['authorization'] });
      if (url.pathname.endsWith('/departments')) return { body: { items: [{ code: 'NK', name: '内科', secret: 1 }] } };
      if (url.pathname.endsWith('/practitioners')) return { body: { items: [{ code: 'D1', name: '李医生' }] } };
      return { body: { items: 'broken' } };
    });
    server = await startApp({ HOSPITAL_SYSTEMS: `his=${system.url.replace('//', '//user:p%40ss@')}/api/` });
  });
  afterAll(async () => {
    await server.close();
    await system.close();
  });

  const add = async (more: object) => {
    const input = { code: `H${randomUUID().slice(0, 8)}`, name: 'N', address: 'A', ...beijing, ...more };
    return dataOf(await server.call('POST', base, server.people.administrator.token, input)).id;
  };

  test('are asked for departments and practitioners, with what the link names', async () => {
    const id = await add({ systemKey: 'his', systemId: 'org/1' });
    expect(dataOf(await server.call('GET', `${base}/${id}`)).linked).toBe(true);
    expect(dataOf(await server.call('GET', `${base}/${id}/departments`)).items).toEqual([{ code: 'NK', name: '内科' }]);
    const practitioners = dataOf(await server.call('GET', `${base}/${id}/practitioners?departmentCode=N%26K`)).items;
    expect(practitioners).toEqual([{ code: 'D1', name: '李医生', title: null, departmentCode: null }]);
    const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
    expect(asked).toEqual([
      { path: '/api/hospitals/org%2F1/departments', authorization },
      { path: '/api/hospitals/org%2F1/practitioners?department=N%26K', authorization },
    ]);
  });

  test('that fail answer 503; hospitals without a system have nothing to say', async () => {
    const id = await add({ systemKey: 'his', systemId: 'x' });
    system.fail({ kind: 'status', status: 500 }, 2);
    for (const path of ['departments', 'practitioners']) {
      const failed = await server.call('GET', `${base}/${id}/${path}`);
      expect([failed.status, failed.body.error.code]).toEqual([503, 'partner_unavailable']);
    }
    const none = await add({});
    expect(dataOf(await server.call('GET', `${base}/${none}/departments`)).items).toEqual([]);
    for (const path of ['departments', 'practitioners'])
      expect((await server.call('GET', `${base}/${randomUUID()}/${path}`)).body.error.code).toBe('not_found');
  });
});

test('a configured link must be a key and an address', async () => {
  const { loadConfig } = await import('#config/index.ts');
  expect(() => loadConfig({ HOSPITAL_SYSTEMS: 'his' })).toThrow('is no list of key=url');
  expect(() => loadConfig({ HOSPITAL_SYSTEMS: 'his=ftp://x' })).toThrow('is no list of key=url');
});
