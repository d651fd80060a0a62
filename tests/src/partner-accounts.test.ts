/** Accounts at other services: stored, masked, with history, and in force everywhere without a restart. */
import { randomBytes } from 'node:crypto';
import { loadConfig } from '#config/index.ts';
import { createAudit } from '#src/audit/service.ts';
import { parseKeyRing } from '#src/crypto/keys.ts';
import { rotateKeys } from '#src/crypto/rotate.ts';
import { createVault } from '#src/crypto/vault.ts';
import { openSenders } from '#src/messaging/senders.ts';
import type { SmsSimulator } from '#src/partners/sms-inbox.ts';
import { startTwilioSms } from '#src/partners/sms-twilio.ts';
import { type SmtpSimulator, startSmtp } from '#src/partners/smtp.ts';
import { startWechatLogin, type WechatLoginSimulator } from '#src/partners/wechat-login.ts';
import { masked, unmasked } from '#src/settings/masking.ts';
import { settingValue } from '#src/settings/model.ts';
import { environmentAccounts, MASK } from '#src/settings/partner-catalogue.ts';
import { createPartnerAccounts, type PartnerAccounts } from '#src/settings/partners.ts';
import { createSettings } from '#src/settings/service.ts';
import { createSignals } from '#src/signals/signals.ts';
import { silentLog, startApp, type TestApp } from '#tests/support/app.ts';
import { describeDatabases } from '#tests/support/databases.ts';
import { until } from '#tests/support/wait.ts';

const SID = 'AC00000000000000000000000000000001';
const FROM = '+15005550006';
const startSms = (authToken: string) => startTwilioSms({ accountSid: SID, authToken, senders: [FROM] });

/** Of a provider of text messages. */
const secretOf = (partners: Pick<PartnerAccounts, 'get'>) => partners.get('sms')?.secret;

describeDatabases('accounts of two nodes', (open) => {
  test('a key that is stored on one node is what the next message of the other goes out with', async () => {
    const database = await open();
    const ring = `k1:${randomBytes(32).toString('hex')}`;
    const vault = createVault(parseKeyRing(ring), 'a secret for the index that is long');
    const sms = await startSms('the new token');
    const config = loadConfig({
      ...{ NODE_ENV: 'test', SMS_PROVIDER: 'twilio', SMS_KEY: SID, SMS_SECRET: 'the old token' },
      ...{ SMS_SIGNATURE: '问诊', SMS_FROM: FROM, SMS_URL: sms.url },
    });
    const node = async () => {
      const signals = createSignals(database, silentLog);
      const parts = { config, database, vault, signals, audit: createAudit(database, 'secret of the chain'), log: silentLog };
      const partners = await createPartnerAccounts(parts);
      const settings = await createSettings(database, vault, signals);
      return { signals, partners, senders: await openSenders({ ...parts, settings, partners }) };
    };
    const [one, other] = [await node(), await node()];
    const send = async () => {
      const sender = await other.senders.sms();
      return sender?.send({
        phone: '+8613800000001',
        locale: 'zh',
        template: 'verification_code',
        variables: { code: '123456', minutes: 5 },
      });
    };
    try {
      await expect(send()).rejects.toMatchObject({ fault: 'refused' });
      const kept = await other.senders.sms();
      expect(await other.senders.sms()).toBe(kept);
      const account = { provider: 'twilio', key: SID, secret: 'the new token', signature: '问诊', from: FROM, url: sms.url };
      await expect(one.partners.save('u', 'sms', { enabled: true, account, version: 7 })).rejects.toMatchObject({ code: 'conflict' });
      const saves = [1, 2].map(() => one.partners.save('u', 'sms', { enabled: true, account, version: 0 }));
      const settled = await Promise.allSettled(saves);
      expect(settled.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []))).toEqual(['conflict']);
      expect(one.partners.get('sms')).toMatchObject({ secret: 'the new token' });
      await until('the other node to hear of it', () => secretOf(other.partners) === 'the new token');
      expect((await send())?.providerId).toMatch(/^SM/);
      expect(sms.inbox()).toHaveLength(1);

      // Nothing of it is in clear, in the row, its history and the log of changes; and rotation takes it along.
      const row = await database.models.settings.findByPk('partner.sms', { rejectOnEmpty: true });
      expect(vault.isSealed(row.value)).toBe(true);
      for (const model of [
        database.models.settings,
        database.models.settingHistory,
        database.models.changes,
        database.models.securityEvents,
      ])
        expect(JSON.stringify(await (model as typeof database.models.settings).findAll())).not.toContain('the new token');
      const next = createVault(parseKeyRing(`${ring},k2:${randomBytes(32).toString('hex')}`), 'a secret for the index that is long');
      expect((await rotateKeys(database, next)).resealed).toEqual({ 'settings.value': 1 });
      expect(next.open(settingValue, 'partner.sms', (await row.reload()).value)).toContain('the new token');

      // One that cannot be read is told, and stands back behind nothing else.
      await row.update({ value: 'k1.broken', version: 2 });
      const third = await node();
      try {
        expect(third.partners.get('sms')).toBeNull();
        expect(third.partners.list().find(({ name }) => name === 'sms')).toMatchObject({ usable: false, account: null, source: 'stored' });
        await expect(third.partners.save('u', 'sms', { enabled: true, version: 2 })).rejects.toMatchObject({ code: 'invalid_request' });
        expect(await third.partners.save('u', 'sms', { enabled: true, account: null, version: 2 })).toMatchObject({
          ...{ source: 'environment', usable: true, version: 3 },
        });
        expect(third.partners.get('sms')).toMatchObject({ secret: 'the old token' });
      } finally {
        third.signals.close();
      }
    } finally {
      for (const { signals, senders } of [one, other]) {
        signals.close();
        senders.close();
      }
      await sms.close();
    }
  });
});

describe('over the API', () => {
  let server: TestApp;
  let sms: SmsSimulator;
  let smtp: SmtpSimulator;
  let wechat: WechatLoginSimulator;
  beforeAll(async () => {
    sms = await startSms('token');
    smtp = await startSmtp({ user: 'clinic', password: 'pass%word' });
    wechat = await startWechatLogin({ appId: 'wx1', secret: 's2' });
    server = await startApp({
      LOGIN_WECHAT_MINI: 'wx1:s1',
      LOGIN_WECHAT_URL: wechat.url,
      SMTP_URL: smtp.url,
      SMTP_FROM: 'a@clinic.example',
    });
    await server.stepUp(server.people.administrator.token);
  });
  afterAll(async () => {
    await server.close();
    await Promise.all([sms.close(), smtp.close(), wechat.close()]);
  });

  const base = '/api/v1/partner-accounts';
  const admin = () => server.people.administrator.token;
  const put = (name: string, body: object, token = admin()) => server.call('PUT', `${base}/${name}`, token, body);
  const fieldOf = ({ body }: Awaited<ReturnType<typeof put>>) => body.error?.details?.[0]?.field as unknown;
  const account = () => ({ provider: 'twilio', key: SID, secret: 'token', signature: '问诊', from: FROM, url: sms.url });

  test('shows where each account comes from, and no secret', async () => {
    const { body } = await server.call('GET', base, admin());
    expect(JSON.stringify(body)).not.toMatch(/s1|pass%word|pass%25word/);
    const of = (name: string) => body.data.items.find((item: { name: string }) => item.name === name);
    expect(of('sms')).toEqual({ name: 'sms', enabled: false, source: null, account: null, usable: true, version: 0, updatedAt: null });
    expect(of('wechat-mini')).toMatchObject({ enabled: true, source: 'environment', account: { appId: 'wx1', secret: MASK } });
    expect(of('mail').account).toMatchObject({ user: 'clinic', password: MASK, from: 'a@clinic.example' });
    expect(of('mail').account.url).not.toContain('@');
  });

  test('is for those who manage settings, after a fresh proof', async () => {
    expect((await put('sms', { enabled: true, account: account(), version: 0 }, server.people.doctor.token)).status).toBe(403);
    const token = await server.signIn('administrator');
    expect((await put('sms', { enabled: true, account: account(), version: 0 }, token)).body.error.code).toBe('step_up_required');
  });

  test('an account is checked, stored, in force for the next message, and its history has no secret', async () => {
    const { secret: _secret, ...without } = account();
    expect(fieldOf(await put('sms', { enabled: true, account: without, version: 0 }))).toBe('body.account.secret');
    expect(fieldOf(await put('sms', { enabled: true, account: { ...account(), secret: MASK }, version: 0 }))).toBe('body.account.secret');
    expect((await put('sms', { enabled: true, account: { ...account(), provider: 'pigeon' }, version: 0 })).status).toBe(400);
    expect((await put('sms', { enabled: true, account: { ...account(), more: 1 }, version: 0 })).status).toBe(400);
    expect((await put('fax', { enabled: true, version: 0 })).status).toBe(400);

    const stored = await put('sms', { enabled: true, account: account(), version: 0 });
    expect(stored.body.data).toMatchObject({ source: 'stored', version: 1, account: { ...account(), secret: MASK } });
    expect(await sent('13800000009')).toBe(1);

    // The mask keeps the secret, as long as it opens the same account.
    const renamed = await put('sms', { enabled: true, account: { ...account(), secret: MASK, signature: '诊所' }, version: 1 });
    expect(renamed.body.data).toMatchObject({ version: 2, account: { signature: '诊所', secret: MASK } });
    expect(server.foundation.partners.get('sms')).toMatchObject({ secret: 'token', signature: '诊所' });
    for (const moved of [{ url: 'http://127.0.0.1:9' }, { key: 'AC2' }])
      expect(fieldOf(await put('sms', { enabled: true, account: { ...account(), secret: MASK, ...moved }, version: 2 }))).toBe(
        'body.account.secret',
      );
    expect((await put('sms', { enabled: true, version: 1 })).body.error.code).toBe('conflict');

    expect((await put('sms', { enabled: false, version: 2 })).body.data).toMatchObject({ enabled: false, source: 'stored', version: 3 });
    expect(server.foundation.partners.get('sms')).toBeNull();
    expect((await put('sms', { enabled: true, version: 3 })).body.data).toMatchObject({ enabled: true, version: 4 });
    expect(server.foundation.partners.get('sms')).toMatchObject({ secret: 'token' });

    const history = await server.call('GET', `${base}/sms/history?pageSize=50`, admin());
    expect(history.body.data.items).toMatchObject([
      { version: 4, enabled: true, newSecrets: false },
      { version: 3, enabled: false, newSecrets: false },
      { version: 2, newSecrets: false, account: { signature: '诊所', secret: MASK } },
      { version: 1, newSecrets: true, account: { secret: MASK }, changedBy: server.people.administrator.id },
    ]);
    expect((await server.call('GET', '/api/v1/settings', admin())).body.data.items).not.toContainEqual(
      expect.objectContaining({ key: 'partner.sms' }),
    );
    const events = await server.database.models.securityEvents.findAll({ where: { kind: 'partner_account_changed' } });
    expect(events).toHaveLength(4);
  });

  /** Sends a code. @returns how many messages the phone has */
  async function sent(phone: string): Promise<number> {
    const sender = await server.foundation.senders.sms();
    await sender?.send({ phone: `+86${phone}`, locale: 'zh', template: 'verification_code', variables: { code: '123456', minutes: 5 } });
    return sms.inbox().filter(({ to }) => to === `+86${phone}`).length;
  }

  test('mail goes out with another account at once, and what the environment says comes back', async () => {
    const mail = () => server.foundation.senders.mail()?.send({ to: 'p@patient.example', subject: 'S', text: 'T', html: '<p>T</p>' });
    await mail();
    const current = server.foundation.partners.get('mail');
    const broken = { ...current, password: 'wrong' };
    await put('mail', { enabled: true, account: broken, version: 0 });
    await expect(mail()).rejects.toMatchObject({ fault: 'refused' });
    expect((await put('mail', { enabled: true, account: null, version: 1 })).body.data).toMatchObject({ source: 'environment' });
    await mail();
    expect(smtp.inbox()).toHaveLength(2);
    expect(fieldOf(await put('mail', { enabled: true, account: { ...broken, url: 'smtp://u:p@host' }, version: 2 }))).toBe(
      'body.account.url',
    );
    expect(fieldOf(await put('mail', { enabled: true, account: { url: 'smtp://host', user: 'u', from: 'a@b.c' }, version: 2 }))).toBe(
      'body.account.password',
    );
  });

  test('people sign in with another secret of WeChat, and with services that are added', async () => {
    const enter = async () => {
      const code = wechat.issueCode({ openId: 'o-1' });
      return (await server.call('POST', '/api/v1/auth/providers/wechat-mini/mini-program', null, { code })).status;
    };
    expect(await enter()).toBe(401);
    await put('wechat-mini', { enabled: true, account: { appId: 'wx1', secret: 's2' }, version: 0 });
    expect(await enter()).toBe(200);
    const names = async () =>
      (await server.call('GET', '/api/v1/auth/providers')).body.data.items.map(({ name }: { name: string }) => name);
    expect(await names()).toEqual(['wechat-mini']);
    const one = { name: 'hospital', title: '医院', kind: 'oidc', issuer: 'http://127.0.0.1:9', clientId: 'c', clientSecret: 'x' };
    expect((await put('sign-in', { enabled: true, account: { providers: [one, one] }, version: 0 })).status).toBe(400);
    await put('sign-in', { enabled: true, account: { providers: [one] }, version: 0 });
    expect(await names()).toEqual(['wechat-mini', 'hospital']);
    const renamed = await put('sign-in', {
      enabled: true,
      account: { providers: [{ ...one, title: 'H', clientSecret: MASK }] },
      version: 1,
    });
    expect(renamed.body.data.account.providers[0]).toMatchObject({ title: 'H', clientSecret: MASK });
    expect(server.foundation.partners.get('sign-in')?.providers[0]).toMatchObject({ clientSecret: 'x' });
  });
});

test('what the environment names, with users and passwords of addresses apart', () => {
  const config = loadConfig({
    ...{
      HOSPITAL_SYSTEMS: 'his=https://us%40er:p%25@his.example/api/,lab=http://lab.example',
      SMTP_URL: 'smtps://mail.example:465',
      SMTP_FROM: 'a@b.c',
    },
    ...{ TURN_URLS: 'turn:turn.example', TURN_SECRET: 't', LOGIN_WECHAT_WEB: 'wx:s' },
  });
  expect(environmentAccounts(config)).toEqual({
    ...{ sms: null, 'wechat-mini': null, 'sign-in': null, wechat: { appId: 'wx', secret: 's' } },
    mail: { url: 'smtps://mail.example:465', from: 'a@b.c' },
    hospitals: {
      systems: [
        { key: 'his', url: 'https://his.example/api', user: 'us@er', password: 'p%' },
        { key: 'lab', url: 'http://lab.example' },
      ],
    },
    turn: { urls: ['turn:turn.example'], secret: 't' },
  });
});

test('masks of lists stand for the entry of the same name, wherever it is now', () => {
  const before = {
    systems: [
      { key: 'a', url: 'https://a', user: 'u', password: '1' },
      { key: 'b', url: 'https://b', user: 'u', password: '2' },
    ],
  };
  const { systems } = masked(before) as typeof before;
  expect(systems.map(({ password }) => password)).toEqual([MASK, MASK]);
  expect(unmasked({ systems: systems.toReversed() }, before)).toEqual({ systems: before.systems.toReversed() });
  const moved = { systems: [{ ...systems[0], key: 'c' }] };
  expect(() => unmasked(moved, before)).toThrow(expect.objectContaining({ path: ['systems', 0, 'password'] }));
});
