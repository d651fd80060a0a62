/** What providers report of the messages that they took. */
import { registrationText } from '#src/messaging/render.ts';
import { startAliyunSms } from '#src/partners/sms-aliyun.ts';
import type { SmsSimulator } from '#src/partners/sms-inbox.ts';
import { startTencentSms } from '#src/partners/sms-tencent.ts';
import { startTwilioSms } from '#src/partners/sms-twilio.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';
import { freePort } from '#tests/support/mariadb.ts';

const keys = { SMS_KEY: 'AC00000000000000000000000000000001', SMS_SECRET: 'a secret', SMS_SIGNATURE: '问诊', SMS_APP_ID: '1400000001' };
const text = (style: 'aliyun' | 'tencent') => ({ SMS_1: registrationText('account_locked', 'zh', style) });

const providers = {
  aliyun: () =>
    startAliyunSms({ accessKeyId: keys.SMS_KEY, accessKeySecret: keys.SMS_SECRET, signName: '问诊', templates: text('aliyun') }),
  tencent: () =>
    startTencentSms({
      ...{ secretId: keys.SMS_KEY, secretKey: keys.SMS_SECRET, sdkAppId: keys.SMS_APP_ID, signName: '问诊' },
      templates: text('tencent'),
    }),
  twilio: () => startTwilioSms({ accountSid: keys.SMS_KEY, authToken: keys.SMS_SECRET, senders: ['+15005550006'] }),
};

describe.each(['aliyun', 'tencent', 'twilio'] as const)('reports of %s', (name) => {
  let simulator: SmsSimulator;
  let server: TestApp;
  let count = 0;

  beforeAll(async () => {
    simulator = await providers[name]();
    const port = await freePort();
    const database = name === 'tencent' ? { DATABASE_URL: await newMariaDb() } : {};
    const sms = { ...keys, SMS_PROVIDER: name, SMS_FROM: '+15005550006', SMS_URL: simulator.url };
    server = await startApp({ ...sms, ...database, PUBLIC_URL: `http://127.0.0.1:${port}` });
    await server.app.listen({ port, host: '127.0.0.1' });
    const { templates } = server.modules.messaging;
    await templates.setCode('account_locked', 'zh', `sms-${name}`, 'SMS_1');
  });
  afterAll(async () => {
    await server.close();
    await simulator.close();
  });

  const address = async (): Promise<string> => {
    const { body } = await server.call('GET', '/api/v1/messages/receipts', server.people.administrator.token);
    return body.data.address.url;
  };
  /** A text message that the provider has taken. */
  async function sent(): Promise<{ id: string; providerId: string }> {
    const { database, users, foundation } = server;
    const account = `person-${++count}`;
    const made = { account, name: '王敏', password: 'correct horse', roles: ['patient'], phone: `+861380000000${count}` };
    const { id: userId } = await users.create(made);
    await database.models.users.update({ lockedUntil: new Date(Date.now() + 900_000) }, { where: { id: userId } });
    await foundation.outbox.append('notification.send', { userId, kind: 'account.locked', subjectType: 'user', subjectId: userId });
    await server.workers.drained();
    const row = await database.models.deliveries.findOne({ where: { userId, channel: 'sms' }, rejectOnEmpty: true });
    expect(row.state).toBe('sent');
    return { id: row.id, providerId: row.providerId ?? '' };
  }
  const rowOf = (id: string) => server.database.models.deliveries.findByPk(id, { rejectOnEmpty: true });
  const report = async (providerId: string, outcome: Parameters<SmsSimulator['report']>[1]) =>
    simulator.report(providerId, outcome, await address());

  test('a message that arrived is marked, once, and counted', async () => {
    const { id, providerId } = await sent();
    expect(await report(providerId, { delivered: true })).toEqual({ status: 200, taken: true });
    expect(await rowOf(id)).toMatchObject({ state: 'delivered', errorCode: null, deliveredAt: expect.any(Date) });
    // Reports come again, and late ones contradict.
    expect(await report(providerId, { delivered: false, code: '30003' })).toEqual({ status: 200, taken: true });
    expect(await rowOf(id)).toMatchObject({ state: 'delivered' });
    const { administrator } = server.people;
    const day = (ms: number) => new Date(Date.now() + ms).toISOString();
    const span = `from=${day(-3_600_000)}&to=${day(3_600_000)}`;
    const { items } = (await server.call('GET', `/api/v1/messages/statistics/periods?by=month&${span}`, administrator.token)).body.data;
    const sums = items.reduce((sum: number, { sms }: { sms: { delivered: number } }) => sum + sms.delivered, 0);
    expect(sums).toBe(1);
    expect(items[0].app).toEqual({ sent: expect.any(Number), read: 0 });
    const log = await server.call('GET', '/api/v1/messages/deliveries?state=delivered', administrator.token);
    expect(log.body.data.items).toMatchObject([{ id, deliveredAt: expect.any(String) }]);
  });

  test('a message that did not arrive says why', async () => {
    const { id, providerId } = await sent();
    await report(providerId, { delivered: false, code: 'MK:0005' });
    expect(await rowOf(id)).toMatchObject({ state: 'failed', errorCode: 'MK:0005', deliveredAt: null });
  });

  test('a message that is not ours is taken note of, so that the provider stops', async () => {
    const { id } = await sent();
    expect(await report('somebody-else', { delivered: true })).toEqual({ status: 200, taken: true });
    expect(await rowOf(id)).toMatchObject({ state: 'sent' });
  });

  test('only the provider reports: another key is no address, another form or signature is refused and logged', async () => {
    const { id, providerId } = await sent();
    const url = await address();
    const wrong = await simulator.report(providerId, { delivered: true }, `${url.slice(0, -1)}${url.endsWith('0') ? '1' : '0'}`);
    expect(wrong).toEqual({ status: 404, taken: false });
    const forged = await fetch(url, { method: 'POST', body: `MessageSid=${providerId}&MessageStatus=delivered` });
    expect([forged.status, ((await forged.json()) as { error: { code: string } }).error.code]).toEqual([403, 'forbidden']);
    expect(await rowOf(id)).toMatchObject({ state: 'sent' });
    const events = await server.call('GET', '/api/v1/logs/security?kind=message_receipt_refused', server.people.administrator.token);
    expect(events.body.data.items).toMatchObject([{ details: { provider: `sms-${name}` } }]);
    expect((await server.call('GET', '/api/v1/messages/receipts', server.people.doctor.token)).body.error.code).toBe('forbidden');
  });
});
