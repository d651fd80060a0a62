/** Telling people: in the page, over the socket, by text message and mail, as they want it. */
import { createNotificationList } from '#src/notifications/list.ts';
import { createNotificationStore } from '#src/notifications/store.ts';
import { notificationKindNames, notificationKinds } from '#src/notifications/kinds.ts';
import type { SubjectFacts } from '#src/notifications/subjects.ts';
import type { OpenPages } from '#src/notifications/ports.ts';
import { createPreferences } from '#src/notifications/preferences.ts';
import { createNotifications, type Notifications } from '#src/notifications/service.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { v7 as uuid } from 'uuid';

let server: TestApp;
/** With readers of our own in place of the modules'. */
let notifications: Notifications;
const subjects = new Map<string, SubjectFacts | null>();
beforeAll(async () => {
  server = await startApp();
  const { database, vault, senders } = server.foundation;
  const pages: OpenPages = { notify: (userId, name, payload) => void server.pushed.push({ userId, name, payload }) };
  const parts = { database, vault, render: senders.render, deliveries: server.modules.messaging, contacts: server.users, pages };
  notifications = createNotifications({ ...parts, preferences: createPreferences(database), publicUrl: () => 'https://clinic.test' });
  for (const type of ['appointment', 'order'] as const) notifications.describe(type, async (id) => subjects.get(id) ?? null);
});
afterAll(() => server.close());

const facts = { practitioner: '李医生', startsAt: '2026-03-05T06:30:00.000Z', path: '/appointments/1', extra: 'left out' };

/** Reachable by phone and mail; nobody else of the file's people is. */
let count = 0;
async function reachable(contact: { phone?: string; email?: string } = {}) {
  const account = `reachable-${++count}`;
  const phone = contact.phone ?? `+86139000000${String(count).padStart(2, '0')}`;
  const user = await server.users.create({
    account,
    name: '王敏',
    password: 'correct horse',
    roles: ['patient'],
    phone,
    email: `${account}@patient.example`,
  });
  return { id: user.id, phone, email: `${account}@patient.example`, token: await server.signIn(account) };
}

async function tell(userId: string, kind: keyof typeof notificationKinds, what: SubjectFacts | null, subjectId = `s${++count}`) {
  subjects.set(subjectId, what);
  const order = { userId, kind, subjectType: notificationKinds[kind].subject, subjectId };
  await server.database.transaction(() => notifications.send(uuid(), order));
  await server.workers.drained();
  return subjectId;
}
const inboxOf = (to: string) => server.modules.messaging.inbox!.all().filter((message) => message.to === to);
const get = async (token: string, url = '') => (await server.call('GET', `/api/v1/notifications${url}`, token)).body.data;

describe('notification.send', () => {
  test('reaches page, socket, phone and mail of one person, in their language', async () => {
    const { id, token, phone, email } = await reachable();
    const subjectId = await tell(id, 'appointment.confirmed', facts);
    const [item] = (await get(token)).items;
    expect(item).toMatchObject({
      kind: 'appointment.confirmed',
      class: 'service',
      title: '预约成功',
      text: expect.stringContaining('您已预约 李医生，时间：2026年3月5日 14:30'),
      path: '/appointments/1',
      subject: { type: 'appointment', id: subjectId },
      read: false,
    });
    expect((await get(token, '?locale=en')).items[0]).toMatchObject({ title: 'Appointment confirmed' });
    expect(server.pushed.filter(({ userId }) => userId === id)).toEqual([
      {
        userId: id,
        name: 'notification:new',
        payload: expect.objectContaining({ id: item.id, unread: 1, title: { zh: '预约成功', en: 'Appointment confirmed' } }),
      },
    ]);
    expect(inboxOf(phone)).toMatchObject([{ channel: 'sms', text: expect.stringContaining('您已预约李医生') }]);
    expect(inboxOf(email)).toMatchObject([
      { channel: 'email', subject: '预约成功', text: expect.stringContaining('https://clinic.test/clinic/appointments/1') },
    ]);
  });

  test('stores words sealed, and recipients masked', async () => {
    const { id } = await reachable({ phone: '+8613912345678' });
    await tell(id, 'appointment.confirmed', facts);
    const { notifications, deliveries } = server.database.models;
    const row = await notifications.findOne({ where: { userId: id }, rejectOnEmpty: true });
    expect(row.contentSealed).not.toContain('李医生');
    const sent = await deliveries.findAll({ where: { userId: id }, order: ['channel'] });
    expect(
      sent.map(({ channel, recipient, state, attempts, variablesSealed }) => ({ channel, recipient, state, attempts, variablesSealed })),
    ).toEqual([
      {
        channel: 'email',
        recipient: expect.stringMatching(/^r\*\*\*@patient\.example$/),
        state: 'sent',
        attempts: 1,
        variablesSealed: null,
      },
      { channel: 'sms', recipient: '139****5678', state: 'sent', attempts: 1, variablesSealed: null },
    ]);
  });

  test('tells nobody when the subject no longer applies, or the person is gone', async () => {
    const { id, token } = await reachable();
    await tell(id, 'appointment.reminder', null);
    await tell('00000000-0000-7000-8000-000000000000', 'appointment.reminder', facts);
    expect((await get(token)).items).toEqual([]);
  });

  test('tells once however often the row is done', async () => {
    const { id, token } = await reachable();
    subjects.set('once', { orderNo: 'O-7', amount: '299.00', item: '图文咨询' });
    const [row, order] = [uuid(), { userId: id, kind: 'order.paid', subjectType: 'order', subjectId: 'once' } as const];
    const send = () => server.database.transaction(() => notifications.send(row, order));
    expect((await Promise.allSettled([send(), send(), send()])).filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await get(token)).pagination.total).toBe(1);
  });

  test('with facts that do not fill the template fails before anybody is told', async () => {
    const { id, token } = await reachable();
    const failing = notifications.send('00000000-0000-7000-8000-00000000000a', {
      userId: id,
      kind: 'appointment.confirmed',
      subjectType: 'appointment',
      subjectId: 'without-time',
    });
    subjects.set('without-time', { practitioner: '李医生' });
    await expect(failing).rejects.toThrow();
    expect((await get(token)).items).toEqual([]);
  });
});

describe('preferences', () => {
  const set = (token: string, items: object[]) => server.call('PATCH', '/api/v1/notifications/preferences', token, { items });

  test('GET lists every class and channel: service on, advertising outside the page off', async () => {
    const { token } = await reachable();
    const { items } = await get(token, '/preferences');
    expect(items.slice(6).every(({ enabled }: { enabled: boolean }) => enabled)).toBe(true);
    expect(items.slice(0, 6)).toEqual([
      { class: 'service', channel: 'app', enabled: true },
      { class: 'service', channel: 'sms', enabled: true },
      { class: 'service', channel: 'email', enabled: true },
      { class: 'marketing', channel: 'app', enabled: true },
      { class: 'marketing', channel: 'sms', enabled: false },
      { class: 'marketing', channel: 'email', enabled: false },
    ]);
  });

  test('PATCH switches a channel off and on again, for every sender', async () => {
    const { id, token, phone, email } = await reachable();
    expect((await set(token, [{ class: 'service', channel: 'sms', enabled: false }])).status).toBe(200);
    await tell(id, 'appointment.confirmed', facts);
    expect([inboxOf(phone).length, inboxOf(email).length]).toEqual([0, 1]);
    await set(token, [
      { class: 'service', channel: 'app', enabled: false },
      { class: 'service', channel: 'sms', enabled: true },
    ]);
    await tell(id, 'appointment.moved', { ...facts, movedFrom: facts.startsAt });
    expect([inboxOf(phone).length, inboxOf(email).length]).toEqual([1, 2]);
    expect((await get(token)).pagination.total).toBe(1);
    expect((await get(token, '/unread')).unread).toBe(1);
  });

  test('a part of what the clinic tells is switched off alone, and goes with the whole', async () => {
    const { id, token, email } = await reachable();
    const choose = (name: string, enabled: boolean) => set(token, [{ class: name, channel: 'email', enabled }]);
    const paid = { orderNo: 'O-1', amount: '1.00', item: 'x' };
    await choose('appointment', false);
    await tell(id, 'appointment.confirmed', facts);
    await tell(id, 'order.paid', paid);
    expect(inboxOf(email)).toMatchObject([{ text: expect.stringContaining('O-1') }]);
    await choose('service', false);
    await choose('appointment', true);
    await tell(id, 'appointment.confirmed', facts);
    expect(inboxOf(email)).toHaveLength(1);
  });

  test('cannot switch security off', async () => {
    const { id, token, phone } = await reachable();
    expect((await set(token, [{ class: 'security', channel: 'sms', enabled: false }])).status).toBe(400);
    await set(token, [
      { class: 'service', channel: 'sms', enabled: false },
      { class: 'service', channel: 'app', enabled: false },
    ]);
    await server.database.models.users.update({ lockedUntil: new Date(Date.now() + 900_000) }, { where: { id } });
    const order = { userId: id, kind: 'account.locked', subjectType: 'user', subjectId: id } as const;
    await server.foundation.outbox.append('notification.send', order);
    await server.workers.drained();
    expect(inboxOf(phone)).toMatchObject([{ text: expect.stringContaining('被暂时锁定') }]);
    expect((await get(token)).items).toMatchObject([{ class: 'security', title: '账号已锁定' }]);
  });

  test('switched off after the message was queued still counts', async () => {
    const { id, phone } = await reachable();
    subjects.set('late', facts);
    const order = { userId: id, kind: 'appointment.confirmed', subjectType: 'appointment', subjectId: 'late' } as const;
    await server.database.transaction(async () => {
      await notifications.send('00000000-0000-7000-8000-00000000000b', order);
      await notifications.preferences.set(id, [{ class: 'appointment', channel: 'sms', enabled: false }]);
    });
    await server.workers.drained();
    expect(inboxOf(phone)).toEqual([]);
    const row = await server.database.models.deliveries.findOne({ where: { userId: id, channel: 'sms' }, rejectOnEmpty: true });
    expect(row).toMatchObject({ state: 'failed', errorCode: 'opted_out' });
  });
});

describe('list', () => {
  test('reading one, all, deleting: counted, idempotent, told to other pages', async () => {
    const { id, token } = await reachable();
    for (let index = 0; index < 3; index++) await tell(id, 'order.paid', { orderNo: `O-${index}`, amount: '1.00', item: 'x' });
    const { items } = await get(token);
    expect(items.map(({ text }: { text: string }) => text)).toEqual([2, 1, 0].map((index) => expect.stringContaining(`O-${index}`)));
    const url = `/api/v1/notifications/${items[0].id}`;
    expect((await server.call('POST', `${url}/read`, token)).status).toBe(200);
    expect((await server.call('POST', `${url}/read`, token)).status).toBe(200);
    expect((await get(token, '/unread')).unread).toBe(2);
    expect((await get(token, '?unread=true')).pagination.total).toBe(2);
    expect((await server.call('DELETE', url, token)).status).toBe(200);
    expect((await server.call('DELETE', url, token)).body.error.code).toBe('not_found');
    expect((await server.call('POST', `${url}/read`, token)).body.error.code).toBe('not_found');
    expect((await server.call('POST', '/api/v1/notifications/read', token)).status).toBe(200);
    expect((await get(token, '/unread')).unread).toBe(0);
    expect((await get(token)).pagination.total).toBe(2);
    expect(
      server.pushed.filter(({ userId, name }) => userId === id && name === 'notification:unread').map(({ payload }) => payload),
    ).toEqual([{ unread: 2 }, { unread: 2 }, { unread: 0 }]);
    expect((await server.database.models.notifications.findByPk(items[0].id))?.contentSealed).toBeNull();
  });

  test('of somebody else is not found', async () => {
    const { id } = await reachable();
    await tell(id, 'order.paid', { orderNo: 'O-1', amount: '1.00', item: 'x' });
    const row = await server.database.models.notifications.findOne({ where: { userId: id }, rejectOnEmpty: true });
    const { token } = server.people.otherPatient;
    expect((await server.call('POST', `/api/v1/notifications/${row.id}/read`, token)).body.error.code).toBe('not_found');
    expect((await server.call('DELETE', `/api/v1/notifications/${row.id}`, token)).body.error.code).toBe('not_found');
    const stranger = createNotificationList(server.database, createNotificationStore(server.database), server.foundation.vault, {
      notify: () => undefined,
    });
    await expect(stranger.read(server.people.otherPatient.id, row.id)).rejects.toMatchObject({ code: 'not_found' });
  });
});

test('every kind is about something that a module can read', () => {
  expect(notificationKindNames.length).toBeGreaterThan(10);
  for (const kind of notificationKindNames)
    expect(() => server.modules.notifications.describe(notificationKinds[kind].subject, async () => null)).toThrow('has a reader already');
});
