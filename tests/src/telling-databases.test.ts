/** What telling people and keeping files asks of the database, on both engines. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { v7 as uuid } from 'uuid';
import { parseKeyRing } from '#src/crypto/keys.ts';
import { createVault, type Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { type Announcements, createAnnouncements } from '#src/announcements/service.ts';
import { openFileStore } from '#src/files/local-store.ts';
import { sealOldContents } from '#src/files/sealing-old.ts';
import { createFiles, type Files } from '#src/files/service.ts';
import { createMessaging, type Messaging } from '#src/messaging/service.ts';
import { openSenders } from '#src/messaging/senders.ts';
import { createNotifications, type Notifications } from '#src/notifications/service.ts';
import { createPreferences } from '#src/notifications/preferences.ts';
import { createOutbox } from '#src/outbox/outbox.ts';
import { syncBuiltinRoles } from '#src/permissions/roles.ts';
import { createSettings } from '#src/settings/service.ts';
import { createSignals, type Signals } from '#src/signals/signals.ts';
import { loadConfig } from '#config/index.ts';
import { silentLog } from '#tests/support/app.ts';
import { describeDatabases } from '#tests/support/databases.ts';
import { pdf } from '#tests/support/sample-files.ts';

describeDatabases('telling people and keeping files', (open) => {
  let database: Database;
  let signals: Signals;
  let messaging: Messaging;
  let notifications: Notifications;
  let files: Files;
  let vault: Vault;
  let announcements: Announcements;
  let folder: string;
  beforeAll(async () => {
    database = await open();
    await syncBuiltinRoles(database);
    folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-files-'));
    signals = createSignals(database, silentLog);
    vault = createVault(parseKeyRing(`k1:${randomBytes(32).toString('hex')}`), 'a secret for the index that is long');
    const settings = await createSettings(database, vault, signals);
    const config = loadConfig({ NODE_ENV: 'test', DATA_DIR: folder });
    const senders = await openSenders({ config, database, vault, signals, settings, partners: { get: () => null }, log: silentLog });
    const outbox = createOutbox(database);
    const contacts = { contactOf: async () => ({ name: 'N', phone: '+8613900000000', email: 'n@patient.example', locale: 'zh' as const }) };
    const preferences = createPreferences(database);
    messaging = createMessaging({ database, vault, outbox, senders, contacts, stillWanted: async () => true });
    const { render } = senders;
    const parts = { database, vault, render, deliveries: messaging, contacts, preferences, pages: { notify: () => undefined } };
    notifications = createNotifications({ ...parts, publicUrl: () => 'https://clinic.test' });
    notifications.describe('order', async () => ({ orderNo: 'O-1', amount: '1.00', item: 'x' }));
    announcements = createAnnouncements({ database, outbox, notifications, messaging });
    const secrets = { jwt: 'j'.repeat(40), dataKeys: parseKeyRing(`k1:${'0'.repeat(64)}`), blindIndex: 'b'.repeat(40), generated: [] };
    files = createFiles({ config, database, vault, outbox, settings, secrets, log: silentLog });
  }, 60_000);
  afterAll(async () => {
    signals.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function person(): Promise<string> {
    const id = uuid();
    await database.models.users.create({ id, account: id, name: 'N', status: 'active' });
    return id;
  }
  const order = (userId: string) => ({ userId, kind: 'order.refunded', subjectType: 'order', subjectId: '1' }) as const;

  test('a notification is there once, with one delivery a channel, which goes out once', async () => {
    const userId = await person();
    const id = uuid();
    await database.transaction(() => notifications.send(id, order(userId)));
    await expect(database.transaction(() => notifications.send(id, order(userId)))).rejects.toThrow();
    const rows = await database.models.deliveries.findAll({ where: { userId }, order: ['channel'] });
    expect(rows.map(({ channel, state }) => [channel, state])).toEqual([
      ['email', 'queued'],
      ['sms', 'queued'],
    ]);
    const until = new Date(Date.now() + 60_000).toISOString();
    await Promise.all(rows.flatMap((row) => [1, 2, 3].map(() => messaging.deliver({ id: row.id, until }, 0))));
    expect(messaging.inbox?.all()).toHaveLength(2);
    expect(await notifications.list(userId, { page: 1, pageSize: 20, sort: '-createdAt', unread: true, locale: 'en' })).toMatchObject({
      items: [{ title: 'Refund made', read: false }],
      pagination: { total: 1 },
    });
    const { outside } = await messaging.statistics({});
    expect(outside).toContainEqual(expect.objectContaining({ channel: 'sms', kind: 'notification', sent: 1, queued: 0 }));
    expect((await messaging.deliveries({ page: 1, pageSize: 20, sort: '-createdAt', userId })).pagination.total).toBe(2);
  });

  test('preferences and words are changed in place, and conflicts are told', async () => {
    const userId = await person();
    const change = { class: 'marketing', channel: 'sms', enabled: true } as const;
    await notifications.preferences.set(userId, [change]);
    await notifications.preferences.set(userId, [change, { ...change, enabled: false }, change]);
    expect(await notifications.preferences.allows(userId, 'marketing', 'sms', null)).toBe(true);
    const words = { title: 'T', text: '{{orderNo}}', sms: '{{amount}}' };
    const put = (version: number) => messaging.templates.change(userId, 'order_refunded', 'en', words, version);
    const settled = await Promise.allSettled([put(0), put(0), put(0)]);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(settled.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []))).toEqual(['conflict', 'conflict']);
    expect((await put(1)).version).toBe(2);
    await messaging.templates.setCode('order_refunded', 'en', 'sms-aliyun', 'SMS_1');
    expect((await messaging.templates.setCode('order_refunded', 'en', 'sms-aliyun', 'SMS_2')).codes).toEqual([
      { provider: 'sms-aliyun', code: 'SMS_2' },
    ]);
  });

  test('announcements reach holders of a role in batches, and count what came of them', async () => {
    const people = await Promise.all(Array.from({ length: 30 }, person));
    await database.models.userRoles.bulkCreate(people.map((userId) => ({ userId, roleKey: 'streamer' })));
    const words = { title: { zh: '公告', en: 'News' }, body: { zh: '正文', en: 'Text' } };
    const { id } = await announcements.create(people[0]!, {
      class: 'service',
      ...words,
      channels: ['email'],
      audience: { roles: ['streamer'] },
    });
    await Promise.all([1, 2].map(() => database.transaction(() => announcements.batch(id))));
    await database.transaction(() => announcements.batch(id));
    expect(await announcements.get(id)).toMatchObject({
      ...{ state: 'done', reached: 30, told: 30, read: 0 },
      deliveries: [{ channel: 'email', state: 'queued', count: 30 }],
    });
    await expect(announcements.cancel(id)).rejects.toMatchObject({ code: 'wrong_state' });
  });

  test('files are counted, linked and held by their links', async () => {
    const ownerId = await person();
    const store = () => files.store({ ownerId, category: 'licence', name: 'a.pdf', content: pdf(1_000) });
    const stored = await Promise.all([store(), store(), store()]);
    const { id, bytes } = stored[0]!;
    expect(await files.usageOf(ownerId)).toMatchObject({ bytes: 3 * bytes, files: 3 });
    await Promise.all([files.link(id, 'thing', '1'), files.link(id, 'thing', '1'), files.link(id, 'thing', '2')]);
    const caller = { userId: ownerId, can: () => false } as never;
    await expect(files.remove(caller, id)).rejects.toMatchObject({ code: 'in_use' });
    await files.relink(stored[1]!.id, 'thing', '1');
    await files.unlink(id, 'thing', '2');
    await files.remove(caller, id);
    expect(await files.usageOf(ownerId)).toMatchObject({ bytes: 2 * bytes, files: 2 });
    const { items } = await files.statistics();
    expect(items).toContainEqual({ category: 'licence', kind: 'document', files: 2, bytes: 2 * bytes });
    const listed = async (state: 'active' | 'withheld' | 'deleted') =>
      (await files.list(caller, { page: 1, pageSize: 20, sort: '-createdAt', state })).items.map((file) => file.id);
    expect((await listed('active')).toSorted()).toEqual([stored[1]!.id, stored[2]!.id].toSorted());
    expect(await listed('deleted')).toEqual([id]);
    await files.changeState(stored[2]!.id, 'withheld');
    await expect(files.changeState(stored[2]!.id, 'withheld')).rejects.toMatchObject({ code: 'wrong_state' });
    expect(await listed('withheld')).toEqual([stored[2]!.id]);
    expect((await files.statistics()).states).toEqual([
      { state: 'active', files: 1, bytes },
      { state: 'deleted', files: 1, bytes },
      { state: 'withheld', files: 1, bytes },
    ]);
    await expect(files.open(stored[2]!.id)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('contents that are in clear are encrypted', async () => {
    const { id } = await files.store({ ownerId: null, category: 'document', name: 'a.pdf', content: pdf(1_000) });
    const row = await database.models.files.findByPk(id, { rejectOnEmpty: true });
    await writeFile(path.join(folder, 'files', row.storeKey!.slice(0, 2), row.storeKey!), pdf(1_000));
    await row.update({ keySealed: null });
    expect(
      await sealOldContents({ database, vault, store: openFileStore({ DATA_DIR: folder, FILES_DIR: undefined }) }, { graceMs: 0 }),
    ).toEqual({
      ...{ sealed: 1, unreadable: 0 },
    });
    expect((await row.reload()).keySealed).not.toBeNull();
    expect((await buffer((await files.open(id)).stream)).equals(pdf(1_000))).toBe(true);
  });
});
