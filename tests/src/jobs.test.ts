/** Jobs with payloads that nobody of us wrote: in the table, and in the queue. */
import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { type Topic, topics } from '#src/outbox/topics.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';
import { type RedisServer, startRedis } from '#tests/support/redis.ts';
import { until } from '#tests/support/wait.ts';

const names = Object.keys(topics) as Topic[];
/** JSON that is none of ours, or none at all. */
const BAD = [
  ...['', '{', 'null', '7', '"text"', '[]', '{"unknown":1}', '{"id":null}', '{"id":{"$gt":""}}', '{"id":""}', '{"orderId":["a"]}'],
  ...[`{"id":"${'x'.repeat(5_000)}"}`, '{"step":-1,"refundId":"a"}', '{"step":1e999,"paymentId":"a"}'],
  ...['{"practitionerId":null,"from":"never","until":"ever"}', '{"userId":"a","kind":"nothing","subjectType":"order","subjectId":"a"}'],
];

describe.each(['sqlite', 'mysql'] as const)('bad payloads in the outbox on %s', (engine) => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp(engine === 'mysql' ? { DATABASE_URL: await newMariaDb() } : {}, {}, false);
  }, 60_000);
  afterAll(() => server?.close());

  test('are tried again and again until a person looks, and hold nothing up', async () => {
    const { outbox } = server.database.models;
    const row = (topic: string, payload: string) => ({ id: randomUUID(), topic, payload, state: 'ready' as const, runAt: new Date() });
    const bad = names.flatMap((topic) => BAD.map((payload) => row(topic, payload)));
    const unknown = row('nobody.knows', '{}');
    await server.database.transaction(() => outbox.bulkCreate([...bad, unknown]));
    const good = row('maintenance.clean', '{}');
    await server.database.transaction(() => outbox.create(good));
    await server.workers.drained();
    const found = await outbox.findAll({ where: { id: [...bad, unknown].map(({ id }) => id) } });
    expect(found.filter(({ state, attempts, lastError }) => state !== 'ready' || attempts < 1 || !lastError)).toEqual([]);
    expect((await outbox.findByPk(good.id))?.state).toBe('done');

    // Whoever cannot do it in twelve tries has no more. A row of its own: one of the others may just be tried again.
    const last = { ...row('nobody.knows', '{}'), attempts: 11 };
    await server.database.transaction(() => outbox.create(last));
    await server.workers.drained();
    expect((await outbox.findByPk(last.id))?.state).toBe('dead');
  });
});

describe('forged entries in the queue', () => {
  let redis: RedisServer;
  let server: TestApp;
  beforeAll(async () => {
    redis = await startRedis();
    server = await startApp({ REDIS_URL: redis.url }, {}, false);
  }, 60_000);
  afterAll(async () => {
    await server?.close();
    await redis?.stop();
  });

  test('do nothing that does not stand in the outbox, and the queue goes on', async () => {
    const { hostname: host, port } = new URL(redis.url);
    const forger = new Queue('wenzhen-jobs', { connection: { host, port: Number(port) } });
    const later = { id: randomUUID(), topic: 'order.expire', payload: '{"orderId":"x"}', state: 'ready' as const };
    const { outbox, notifications } = server.database.models;
    await server.database.transaction(() => outbox.create({ ...later, runAt: new Date(Date.now() + 3_600_000) }));
    const payload = { userId: randomUUID(), kind: 'account.locked', subjectType: 'user', subjectId: 'x' };
    const entries = [
      ...[null, 7, 'x', [], {}, { id: 7 }, { id: 'x' }, { id: { $ne: null } }, { __proto__: { id: randomUUID() } }, { id: randomUUID() }],
      // As jobs would look if they were believed.
      { id: randomUUID(), topic: 'notification.send', payload, attempts: 0, requestId: null },
      // It is not due yet.
      { id: later.id },
    ];
    for (const data of entries) await forger.add('notification.send', data as object, { removeOnFail: true, removeOnComplete: true });
    await server.foundation.outbox.append('maintenance.clean', {});
    await until('the queue to be empty', async () => (await forger.getJobCountByTypes('waiting', 'active', 'delayed')) === 0);
    await until('the honest job', async () => (await outbox.count({ where: { topic: 'maintenance.clean', state: 'done' } })) > 0);
    expect(await notifications.count()).toBe(0);
    expect(await outbox.findByPk(later.id)).toMatchObject({ state: 'ready', attempts: 0 });
    expect(await outbox.count({ where: { state: 'dead' } })).toBe(0);
    await forger.close();
  });
});
