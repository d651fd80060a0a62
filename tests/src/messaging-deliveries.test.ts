/** What becomes of messages on their way out: channels on their own, retries, doubt, and the log. */
import { pino } from 'pino';
import { loadConfig } from '#config/index.ts';
import { createCodeSender } from '#src/messaging/codes.ts';
import type { OutsideChannel } from '#src/messaging/model.ts';
import type { SmsSimulator } from '#src/partners/sms-inbox.ts';
import { startTwilioSms } from '#src/partners/sms-twilio.ts';
import { type SmtpSimulator, startSmtp } from '#src/partners/smtp.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';

const twilio = { accountSid: 'AC00000000000000000000000000000001', authToken: 'a secret' };
let sms: SmsSimulator;
let smtp: SmtpSimulator;
let server: TestApp;
beforeAll(async () => {
  sms = await startTwilioSms({ ...twilio, senders: ['+15005550006'] });
  smtp = await startSmtp({ user: 'clinic', password: 'secret' });
  server = await startApp({
    SMS_PROVIDER: 'twilio',
    SMS_KEY: twilio.accountSid,
    SMS_SECRET: twilio.authToken,
    SMS_SIGNATURE: '问诊',
    SMS_FROM: '+15005550006',
    SMS_URL: sms.url,
    SMTP_URL: smtp.url,
    SMTP_FROM: '问诊 <no-reply@clinic.example>',
  });
});
afterEach(() => sms.heal());
afterAll(async () => {
  await server.close();
  await sms.close();
  await smtp.close();
});

let count = 0;
/** Locks a new person's account, of which they are told on both channels. */
async function told() {
  const number = ++count;
  const phone = `+86138000000${String(number).padStart(2, '0')}`;
  const email = `person-${number}@patient.example`;
  const made = { account: `person-${number}`, name: '王敏', password: 'correct horse', roles: ['patient'], phone, email };
  const { id } = await server.users.create(made);
  await server.database.models.users.update({ lockedUntil: new Date(Date.now() + 900_000) }, { where: { id } });
  await server.foundation.outbox.append('notification.send', { userId: id, kind: 'account.locked', subjectType: 'user', subjectId: id });
  await server.workers.drained();
  return { id, phone, email };
}
const rowOf = (userId: string, channel: OutsideChannel) =>
  server.database.models.deliveries.findOne({ where: { userId, channel }, rejectOnEmpty: true });
const texts = (phone: string) => sms.inbox().filter(({ to }) => to === phone).length;
const mails = (email: string) => smtp.inbox().filter(({ to }) => to.includes(email)).length;

/** Does what would be done later, now. */
async function later(): Promise<void> {
  await server.database.models.outbox.update({ runAt: new Date() }, { where: { state: 'ready' } });
  await server.workers.drained();
}

test('sends on both channels through the configured providers', async () => {
  const { id, phone, email } = await told();
  expect([texts(phone), mails(email)]).toEqual([1, 1]);
  expect(await rowOf(id, 'sms')).toMatchObject({
    state: 'sent',
    provider: 'sms-twilio',
    providerId: expect.stringMatching(/^SM/),
    attempts: 1,
  });
  expect(await rowOf(id, 'email')).toMatchObject({ state: 'sent', provider: 'smtp', attempts: 1 });
  expect(server.modules.messaging.inbox).toBeNull();
});

test('a channel that is refused does not hold the other back, and says why', async () => {
  sms.refuseNext('21610');
  const { id, phone, email } = await told();
  expect([texts(phone), mails(email)]).toEqual([0, 1]);
  expect(await rowOf(id, 'sms')).toMatchObject({ state: 'failed', errorCode: '21610', attempts: 1 });
  await later();
  expect(texts(phone)).toBe(0);
});

test('a provider that is away is asked again later, and the message arrives once', async () => {
  smtp.refuseNext(451, 'Try again later');
  const { id, phone, email } = await told();
  expect(await rowOf(id, 'email')).toMatchObject({ state: 'queued', errorCode: 'smtp_451', attempts: 1 });
  await later();
  await later();
  expect([texts(phone), mails(email)]).toEqual([1, 1]);
  expect(await rowOf(id, 'email')).toMatchObject({ state: 'sent', errorCode: null, attempts: 2 });
});

test.each(['sms', 'email'] as const)('%s of which nobody knows whether it arrived is never sent again by itself', async (channel) => {
  if (channel === 'sms') sms.fail({ kind: 'lose' });
  else smtp.cutNext();
  const { id, phone, email } = await told();
  expect(await rowOf(id, channel)).toMatchObject({ state: 'unknown', attempts: 1 });
  await later();
  expect([texts(phone), mails(email)]).toEqual([1, 1]);
});

test('a message whose process died on the way is not sent again', async () => {
  const { id, phone } = await told();
  const row = await rowOf(id, 'sms');
  await row.update({ state: 'unknown' });
  await server.modules.messaging.deliver({ id: row.id, until: new Date(Date.now() + 1_000).toISOString() }, 3);
  expect(texts(phone)).toBe(1);
});

test('two workers with the same message send it once', async () => {
  sms.refuseNext('21610');
  const { id, phone } = await told();
  const row = await rowOf(id, 'sms');
  await row.update({ state: 'queued' });
  const order = { id: row.id, until: new Date(Date.now() + 10_000).toISOString() };
  await Promise.all(Array.from({ length: 8 }, () => server.modules.messaging.deliver(order, 0)));
  expect(texts(phone)).toBe(1);
  expect(await rowOf(id, 'sms')).toMatchObject({ state: 'sent', attempts: 2 });
});

test.each([
  ['the last try failed', 9, 3_600_000, 'smtp_451'],
  ['it is too late', 0, -1_000, 'expired'],
])('a message is given up when %s', async (_why, attempts, leftMs, errorCode) => {
  smtp.refuseNext(451, 'Try again later');
  const { id, email } = await told();
  const row = await rowOf(id, 'email');
  if (leftMs > 0) smtp.refuseNext(451, 'Try again later');
  await server.modules.messaging.deliver({ id: row.id, until: new Date(Date.now() + leftMs).toISOString() }, attempts);
  expect(await rowOf(id, 'email')).toMatchObject({ state: 'failed', errorCode });
  await later();
  expect(mails(email)).toBe(0);
});

describe('log', () => {
  const call = (method: 'GET' | 'POST', url: string, who: 'administrator' | 'patient' = 'administrator') =>
    server.call(method, `/api/v1/messages${url}`, server.people[who].token);

  test('shows deliveries with masked recipients, to those who may', async () => {
    const { id } = await told();
    const { body } = await call('GET', `/deliveries?userId=${id}&channel=sms&state=sent&kind=notification&template=account_locked`);
    expect(body.data.items).toMatchObject([{ recipient: expect.stringMatching(/^138\*{4}\d{4}$/), provider: 'sms-twilio', state: 'sent' }]);
    expect((await call('GET', '/deliveries', 'patient')).status).toBe(403);
    expect((await call('GET', '/statistics', 'patient')).status).toBe(403);
  });

  test('counts by channel and state, and how many were read in the page', async () => {
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const before = (await call('GET', `/statistics?from=${from}`)).body.data;
    const { id } = await told();
    const [row] = await server.database.models.notifications.findAll({ where: { userId: id } });
    await server.modules.notifications.read(id, row!.id);
    sms.refuseNext('21610');
    await told();
    const { app, outside } = (await call('GET', `/statistics?from=${from}`)).body.data;
    expect(app).toEqual({ sent: before.app.sent + 2, read: before.app.read + 1 });
    const of = (data: typeof before) =>
      data.outside.find((group: { channel: string; kind: string }) => group.channel === 'sms' && group.kind === 'notification');
    expect(of({ outside })).toMatchObject({ sent: of(before).sent + 1, failed: of(before).failed + 1 });
    expect((await call('GET', `/statistics?from=${new Date(Date.now() + 60_000).toISOString()}`)).body.data).toEqual({
      app: { sent: 0, read: 0 },
      outside: [],
    });
  });

  test('resend sends a failed message again, and nothing that was sent', async () => {
    sms.refuseNext('21610');
    const { id, phone } = await told();
    const failed = await rowOf(id, 'sms');
    expect((await call('POST', `/deliveries/${failed.id}/resend`)).status).toBe(200);
    await server.workers.drained();
    expect(texts(phone)).toBe(1);
    expect((await call('POST', `/deliveries/${failed.id}/resend`)).body.error.code).toBe('wrong_state');
    expect((await call('POST', `/deliveries/${id}/resend`)).body.error.code).toBe('not_found');
    expect((await call('POST', `/deliveries/${failed.id}/resend`, 'patient')).status).toBe(403);
  });
});

describe('verification codes', () => {
  const sender = () => createCodeSender(server.database, server.foundation.senders, 5);
  const latest = () =>
    server.database.models.deliveries.findOne({ where: { kind: 'verification' }, order: [['id', 'DESC']], rejectOnEmpty: true });

  test('are sent at once and logged without the code', async () => {
    await sender().send({ phone: '+8613700000001', code: '864209', locale: 'zh' });
    expect(sms.inbox().at(-1)).toMatchObject({ to: '+8613700000001', text: expect.stringContaining('您的验证码是864209，5分钟内有效') });
    const row = await latest();
    expect(row).toMatchObject({ state: 'sent', recipient: '137****0001', template: 'verification_code', attempts: 1 });
    expect(JSON.stringify(row)).not.toContain('864209');
  });

  test('that are not sent say so to the caller and in the log', async () => {
    sms.refuseNext('21211');
    await expect(sender().send({ phone: '+8613700000002', code: '1234', locale: 'en' })).rejects.toMatchObject({ fault: 'refused' });
    expect(await latest()).toMatchObject({ state: 'failed', errorCode: '21211' });
    sms.fail({ kind: 'lose' });
    await expect(sender().send({ phone: '+8613700000002', code: '1234', locale: 'en' })).rejects.toMatchObject({ maybeDone: true });
    expect(await latest()).toMatchObject({ state: 'unknown' });
    const none = createCodeSender(server.database, { sms: async () => null }, 5);
    await expect(none.send({ phone: '+8613700000003', code: '1234', locale: 'zh' })).rejects.toMatchObject({ reason: 'no_provider' });
    expect(await latest()).toMatchObject({ state: 'failed', errorCode: 'no_provider' });
  });
});

describe('templates', () => {
  const url = '/api/v1/messages/templates';
  const call = (method: 'GET' | 'PUT' | 'DELETE', path = '', body?: object, who: 'administrator' | 'doctor' = 'administrator') =>
    server.call(method, `${url}${path}`, server.people[who].token, body);
  const words = { title: '锁定', text: '{{at}} 锁定。', sms: '您的账号于{{at}}锁定！' };

  test('GET lists every one in both languages with its variables, to those who may', async () => {
    const { items } = (await call('GET')).body.data;
    expect(items.find((item: { name: string; locale: string }) => item.name === 'order_paid' && item.locale === 'zh')).toMatchObject({
      kind: 'notification',
      variables: ['orderNo', 'amount', 'item'],
      version: 0,
      registration: { aliyun: '您的订单${orderNo}已支付${amount}元。', tencent: '您的订单{1}已支付{2}元。' },
    });
    expect((await call('GET', '', undefined, 'doctor')).status).toBe(403);
  });

  test('PUT changes what is sent from now on, DELETE takes it back; two who change it conflict', async () => {
    const changed = await call('PUT', '/account_locked/zh', { ...words, version: 0 });
    expect(changed.body.data).toMatchObject({ ...words, version: 1 });
    const { phone } = await told();
    expect(sms.inbox().find(({ to }) => to === phone)?.text).toMatch(/^【问诊】您的账号于.*锁定！$/);
    expect((await call('PUT', '/account_locked/zh', { ...words, version: 0 })).body.error.code).toBe('conflict');
    expect((await call('PUT', '/account_locked/zh', { ...words, version: 7 })).body.error.code).toBe('conflict');
    expect((await call('PUT', '/account_locked/zh', { ...words, title: 'T', version: 1 })).body.data.version).toBe(2);
    expect((await call('DELETE', '/account_locked/zh')).body.data).toMatchObject({ version: 0, title: '账号已锁定' });
  });

  test.each([
    ['an unknown variable', 'account_locked', { ...words, text: '{{name}}' }, 'text: there is no {{name}}'],
    ['a block', 'account_locked', { ...words, sms: '{{#if at}}x{{/if}}' }, 'sms: line 1: only {{name}} is allowed'],
    ['broken braces', 'account_locked', { ...words, title: '{{at' }, expect.stringMatching(/^title: /)],
    ['a button without a link', 'account_locked', { ...words, action: 'Go' }, 'action: there is no link to go to'],
    ['a verification without its code', 'verification_code', { title: 'T', text: '{{code}}', sms: 'x' }, 'sms: has to show {{code}}'],
  ])('PUT refuses %s', async (_what, name, body, issue) => {
    const answer = await call('PUT', `/${name}/zh`, { ...body, version: 0 });
    expect([answer.status, answer.body.error]).toEqual([422, { code: 'bad_template', details: [issue] }]);
  });

  test('codes of providers are kept until the text message changes', async () => {
    const code = (body?: object) => call(body ? 'PUT' : 'DELETE', '/order_paid/en/codes/sms-aliyun', body);
    expect((await code({ code: 'SMS_1' })).body.data.codes).toEqual([{ provider: 'sms-aliyun', code: 'SMS_1' }]);
    expect((await code({ code: 'SMS_2' })).body.data.codes).toEqual([{ provider: 'sms-aliyun', code: 'SMS_2' }]);
    expect(server.foundation.senders.templates.codes('sms-aliyun')).toEqual({ order_paid: { en: 'SMS_2' } });
    const { title, text, sms: before } = (await code({ code: 'SMS_3' })).body.data;
    const same = await call('PUT', '/order_paid/en', { title: `${title}!`, text, sms: before, version: 0 });
    expect(same.body.data.codes).toEqual([{ provider: 'sms-aliyun', code: 'SMS_3' }]);
    expect((await call('PUT', '/order_paid/en', { title, text, sms: `${before}!`, version: 1 })).body.data.codes).toEqual([]);
    expect((await call('DELETE', '/order_paid/en')).status).toBe(200);
    expect((await code()).body.data.codes).toEqual([]);
  });
});

describe('without providers', () => {
  test('GET /demo/inbox shows what was not sent, at the machine itself only', async () => {
    const demo = await startApp();
    try {
      await createCodeSender(demo.database, demo.foundation.senders, 5).send({ phone: '+8613700000001', code: '864209', locale: 'en' });
      const { body } = await demo.call('GET', '/api/v1/demo/inbox');
      expect(body.data.items).toMatchObject([{ channel: 'sms', to: '+8613700000001', text: expect.stringContaining('864209') }]);
      const outside = [{ remoteAddress: '203.0.113.7' }, { headers: { 'x-forwarded-for': '203.0.113.7' } }];
      for (const where of outside) {
        const answer = await demo.app.inject({ method: 'GET', url: '/api/v1/demo/inbox', ...where });
        expect(answer.json().error.code).toBe('forbidden');
      }
    } finally {
      await demo.close();
    }
  });

  test('production has no inbox, and says that there is no provider', async () => {
    const production = { ...server.config, NODE_ENV: 'production', SMS_PROVIDER: undefined, SMTP_URL: undefined } as const;
    const { openSenders } = await import('#src/messaging/senders.ts');
    const { database, vault, signals, settings } = server.foundation;
    const partners = { get: () => null };
    const senders = await openSenders({ config: production, database, vault, signals, settings, partners, log: pino({ level: 'silent' }) });
    expect([await senders.sms(), senders.mail(), senders.inbox, senders.channels()]).toEqual([null, null, null, []]);
  });

  test.each([
    [{ SMS_PROVIDER: 'twilio', SMS_KEY: 'x' }, 'SMS_SECRET, SMS_SIGNATURE, SMS_FROM'],
    [{ SMS_PROVIDER: 'tencent', SMS_KEY: 'x', SMS_SECRET: 'y', SMS_SIGNATURE: 'z' }, 'SMS_APP_ID'],
    [{ SMTP_URL: 'smtp://localhost' }, 'SMTP_FROM'],
  ])('half a configuration does not start: %j', (env, missing) => {
    expect(() => loadConfig({ ...env })).toThrow(`Messages cannot be sent without ${missing}`);
  });
});
