/** Announcements: told in batches, each person once, as they want it. */
import { startApp, type TestApp } from '#tests/support/app.ts';

let server: TestApp;
const members: { id: string; phone: string }[] = [];
beforeAll(async () => {
  server = await startApp();
  for (let index = 0; index < 60; index++) {
    const phone = `+861370000${String(1_000 + index)}`;
    const { id } = await server.users.create({ account: `member-${index}`, name: '会员', roles: ['streamer'], phone });
    members.push({ id, phone });
  }
}, 60_000);
afterAll(() => server.close());

const text = { title: { zh: '春节安排', en: 'Spring Festival' }, body: { zh: '停诊三天。', en: 'Closed for three days.' } };
const call = (method: 'GET' | 'POST', url = '', body?: object, who: keyof TestApp['people'] = 'administrator') =>
  server.call(method, `/api/v1/announcements${url}`, server.people[who].token, body);
const listOf = async (userId: string, locale: 'zh' | 'en' = 'zh') =>
  (await server.modules.notifications.list(userId, { page: 1, pageSize: 100, sort: '-createdAt', unread: false, locale })).items;
const phones = () => server.modules.messaging.inbox!.all().map(({ to }) => to);

async function announce(body: object) {
  const { data } = (await call('POST', '', { ...text, ...body })).body;
  await server.workers.drained();
  return (await call('GET', `/${data.id}`)).body.data;
}

test('reaches every holder of a role once, and says what came of it', async () => {
  const result = await announce({ channels: ['sms', 'email'], audience: { roles: ['streamer'] }, path: '/news' });
  expect(result).toMatchObject({ state: 'done', reached: 60, told: 60, read: 0, finishedAt: expect.any(String) });
  expect(result.deliveries).toEqual([{ channel: 'sms', state: 'sent', count: 60 }]);
  for (const { id, phone } of members.slice(0, 30)) {
    expect(await listOf(id)).toMatchObject([{ kind: 'announcement', title: '春节安排', text: '停诊三天。', path: '/news' }]);
    expect(phones().filter((to) => to === phone)).toHaveLength(1);
  }
  expect(await listOf(members[0]!.id, 'en')).toMatchObject([{ title: 'Spring Festival', text: 'Closed for three days.' }]);
  expect(await listOf(server.people.patient.id)).toEqual([]);
});

test('reaches some people, or everybody who is active', async () => {
  const chosen = members.slice(0, 3).map(({ id }) => id);
  expect(await announce({ audience: { userIds: chosen } })).toMatchObject({ reached: 3, told: 3, deliveries: [] });
  await server.database.models.users.update({ status: 'suspended' }, { where: { id: chosen[0] } });
  const active = await server.database.models.users.count({ where: { status: 'active' } });
  expect(await announce({ audience: { everybody: true } })).toMatchObject({ reached: active, told: active });
  expect(await listOf(server.people.patient.id)).toHaveLength(1);
});

test('advertising goes outside the page to those who agreed to it only, and says how to end it', async () => {
  const [one, other] = [members[10]!, members[11]!];
  await server.modules.notifications.preferences.set(one.id, [{ class: 'marketing', channel: 'sms', enabled: true }]);
  const before = phones();
  const result = await announce({ class: 'marketing', channels: ['sms'], audience: { userIds: [one.id, other.id] } });
  expect(result).toMatchObject({ told: 2, deliveries: [{ channel: 'sms', state: 'sent', count: 1 }] });
  const [sent] = server.modules.messaging.inbox!.all();
  expect([phones().length - before.length, sent]).toEqual([
    1,
    expect.objectContaining({ to: one.phone, text: expect.stringContaining('退订') }),
  ]);
});

test('a batch that is done twice, or by two at once, tells nobody twice', async () => {
  const { announcements } = server.modules;
  const { id } = await server.database.transaction(() =>
    announcements.create(server.people.administrator.id, { class: 'service', ...text, channels: [], audience: { roles: ['streamer'] } }),
  );
  await Promise.all([1, 2, 3].map(() => server.database.transaction(() => announcements.batch(id))));
  await server.workers.drained();
  const told = await server.database.models.notifications.findAll({ where: { subjectId: id }, attributes: ['userId'] });
  expect(told).toHaveLength(new Set(told.map(({ userId }) => userId)).size);
  expect((await announcements.get(id)).told).toBe(told.length);
});

test('cancel stops what is under way, once', async () => {
  const { announcements } = server.modules;
  const id = await server.database.transaction(async () => {
    const made = await announcements.create(server.people.administrator.id, {
      class: 'service',
      ...text,
      channels: [],
      audience: { everybody: true },
    });
    await announcements.batch(made.id);
    await announcements.cancel(made.id);
    return made.id;
  });
  await server.workers.drained();
  expect((await call('GET', `/${id}`)).body.data).toMatchObject({ state: 'cancelled', reached: 25 });
  expect((await call('POST', `/${id}/cancel`)).body.error.code).toBe('wrong_state');
  expect((await call('GET', '?state=cancelled')).body.data.pagination.total).toBe(1);
});

test('only those who may send announcements can', async () => {
  const body = { ...text, audience: { everybody: true } };
  for (const who of ['patient', 'doctor'] as const) expect((await call('POST', '', body, who)).status).toBe(403);
  for (const bad of [{ audience: {} }, { audience: { roles: [] } }, { path: 'https://elsewhere.example' }, { title: { zh: 'x' } }])
    expect((await call('POST', '', { ...body, ...bad })).status).toBe(400);
  expect((await call('GET', '/00000000-0000-7000-8000-000000000000')).body.error.code).toBe('not_found');
});
