/** What providers report of the messages that they took. */
import type { OutsideChannel } from '#src/messaging/model.ts';
import { registrationText } from '#src/messaging/render.ts';
import { startAliyunSms } from '#src/partners/sms-aliyun.ts';
import type { SmsSimulator } from '#src/partners/sms-inbox.ts';
import { startTencentSms } from '#src/partners/sms-tencent.ts';
import { startTwilioSms } from '#src/partners/sms-twilio.ts';
import { type MailOutcome, type SmtpSimulator, startSmtp } from '#src/partners/smtp.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';
import { freePort } from '#tests/support/mariadb.ts';
import { until } from '#tests/support/wait.ts';

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

const contactOf = {
  sms: (number: number) => ({ phone: `+86138000000${String(number).padStart(2, '0')}` }),
  email: (number: number) => ({ email: `person-${number}@patient.example` }),
};

describe.each(['aliyun', 'tencent', 'twilio'] as const)('reports of %s', (name) => {
  let simulator: SmsSimulator;
  let smtp: SmtpSimulator;
  let server: TestApp;
  let count = 0;

  beforeAll(async () => {
    [simulator, smtp] = await Promise.all([providers[name](), startSmtp({ user: 'clinic', password: 'secret' })]);
    const port = await freePort();
    const database = name === 'tencent' ? { DATABASE_URL: await newMariaDb() } : {};
    const sms = { ...keys, SMS_PROVIDER: name, SMS_FROM: '+15005550006', SMS_URL: simulator.url };
    const mail = { SMTP_URL: smtp.url, SMTP_FROM: '问诊 <no-reply@clinic.example>', SMTP_REPORTS: 'true' };
    server = await startApp({ ...sms, ...mail, ...database, PUBLIC_URL: `http://127.0.0.1:${port}` });
    await server.app.listen({ port, host: '127.0.0.1' });
    const { templates } = server.modules.messaging;
    await templates.setCode('account_locked', 'zh', `sms-${name}`, 'SMS_1');
  });
  afterAll(async () => {
    await server.close();
    await Promise.all([simulator.close(), smtp.close()]);
  });

  const addresses = async (): Promise<Record<'address' | 'mail', { url: string }>> =>
    (await server.call('GET', '/api/v1/messages/receipts', server.people.administrator.token)).body.data;
  const address = async (): Promise<string> => (await addresses()).address.url;
  /** A message that the provider has taken. */
  async function sent(channel: OutsideChannel = 'sms') {
    const { database, users, foundation } = server;
    const account = `person-${++count}`;
    const made = { account, name: '王敏', password: 'correct horse', roles: ['patient'], ...contactOf[channel](count) };
    const { id: userId } = await users.create(made);
    await database.models.users.update({ lockedUntil: new Date(Date.now() + 900_000) }, { where: { id: userId } });
    await foundation.outbox.append('notification.send', { userId, kind: 'account.locked', subjectType: 'user', subjectId: userId });
    // A provider that was not there at once is asked again.
    const row = await until('the provider to take it', async () => {
      await database.models.outbox.update({ runAt: new Date() }, { where: { topic: 'message.deliver', state: 'ready' } });
      await server.workers.drained();
      return database.models.deliveries.findOne({ where: { userId, channel, state: 'sent' } });
    });
    return { id: row.id, providerId: row.providerId ?? '', userId };
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

  const reportMail = async (outcome: MailOutcome) => smtp.report(smtp.inbox().at(-1)!, outcome, (await addresses()).mail.url);
  const taken = { status: 200, taken: true };

  test('a mail asks its server for reports without its text, and is marked by the first one that says how it ended', async () => {
    const { id } = await sent('email');
    const { to, dsn } = smtp.inbox().at(-1)!;
    expect(dsn).toEqual({ envid: id, ret: 'HDRS', notify: ['SUCCESS', 'FAILURE'], orcpt: `rfc822;${to[0]}` });
    for (const action of ['delayed', 'relayed'] as const) expect(await reportMail({ action, status: '4.4.1' })).toEqual(taken);
    expect(await rowOf(id)).toMatchObject({ state: 'sent', deliveredAt: null });
    await reportMail({ action: 'delivered', status: '2.0.0', recipient: 'somebody.else@patient.example' });
    expect(await rowOf(id)).toMatchObject({ state: 'sent' });
    await reportMail({ action: 'delivered', status: '2.0.0' });
    expect(await rowOf(id)).toMatchObject({ state: 'delivered', errorCode: null, deliveredAt: expect.any(Date) });
    await reportMail({ action: 'failed', status: '5.1.1' });
    expect(await rowOf(id)).toMatchObject({ state: 'delivered' });
  });

  test('a mail that came back says why, also from a server that does not know our id', async () => {
    const [{ id }] = [await sent('email')];
    await reportMail({ action: 'failed', status: '5.1.1 (no such user)', byId: true });
    expect(await rowOf(id)).toMatchObject({ state: 'failed', errorCode: '5.1.1', deliveredAt: null });
  });

  test('whatever else comes to that mailbox says nothing, and another address is none', async () => {
    const { id, providerId } = await sent('email');
    const { url } = (await addresses()).mail;
    const bodies = [
      '',
      'From: a@b.example\r\nSubject: Re: hello\r\n\r\nThank you',
      `Message-ID: ${providerId}\r\n\r\n`,
      Buffer.alloc(3_000, 255),
    ];
    for (const body of bodies) expect((await fetch(url, { method: 'POST', body })).status).toBe(200);
    const status = `Original-Envelope-Id: ${id}\r\n\r\nAction: ${'x'.repeat(2_000)}\r\n\r\n: \r\n`;
    await fetch(url, { method: 'POST', body: `Content-Type: message/delivery-status\r\n\r\n${status}` });
    expect(await rowOf(id)).toMatchObject({ state: 'sent' });
    expect(await smtp.report(smtp.inbox().at(-1)!, { action: 'delivered', status: '2.0.0' }, `${url}0`)).toEqual({
      status: 404,
      taken: false,
    });
    expect((await fetch(url, { method: 'POST', body: Buffer.alloc(300_000, 97) })).status).toBe(413);
  });

  test('what was opened in the page counts as read on the channels that told it too', async () => {
    const from = new Date().toISOString();
    const { id, userId } = await sent('email');
    await reportMail({ action: 'delivered', status: '2.0.0' });
    const { administrator } = server.people;
    const figures = async () => {
      const { outside } = (await server.call('GET', `/api/v1/messages/statistics?from=${from}`, administrator.token)).body.data;
      const span = `from=${from}&to=${new Date(Date.now() + 60_000).toISOString()}`;
      const { items } = (await server.call('GET', `/api/v1/messages/statistics/periods?by=month&${span}`, administrator.token)).body.data;
      return { outside, periods: items.reduce((sum: number, { email }: { email: { read: number } }) => sum + email.read, 0) };
    };
    const counts = { queued: 0, sent: 0, delivered: 1, failed: 0, unknown: 0 };
    expect(await figures()).toEqual({ outside: [{ channel: 'email', kind: 'notification', ...counts, read: 0 }], periods: 0 });
    await server.database.transaction(() => server.database.models.notifications.update({ readAt: new Date() }, { where: { userId } }));
    expect(await figures()).toEqual({ outside: [{ channel: 'email', kind: 'notification', ...counts, read: 1 }], periods: 1 });
    const log = await server.call('GET', `/api/v1/messages/deliveries?userId=${userId}`, administrator.token);
    expect(log.body.data.items).toMatchObject([{ id, state: 'delivered', readAt: expect.any(String) }]);
  });
});
