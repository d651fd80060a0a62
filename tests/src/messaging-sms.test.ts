import { createServer, type IncomingMessage, request as ask } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { pino } from 'pino';
import { createRenderer, registrationText } from '#src/messaging/render.ts';
import { openSmsProvider, type SmsProviderOptions } from '#src/messaging/sms/open.ts';
import { createSmsSender, type SmsSender } from '#src/messaging/sms/provider.ts';
import { createBreaker } from '#src/partners/breaker.ts';
import { startAliyunSms } from '#src/partners/sms-aliyun.ts';
import type { SmsSimulator } from '#src/partners/sms-inbox.ts';
import { startTencentSms } from '#src/partners/sms-tencent.ts';
import { startTwilioSms } from '#src/partners/sms-twilio.ts';
import { silentLog } from '#tests/support/app.ts';
import { until } from '#tests/support/wait.ts';

const render = createRenderer({ zone: () => 'Asia/Shanghai', clinic: () => '问诊' });
const PHONE = '+8613912345678';
const verification = { phone: PHONE, locale: 'zh', template: 'verification_code', variables: { code: '864209', minutes: 5 } } as const;
const moved = {
  phone: PHONE,
  locale: 'zh',
  template: 'appointment_moved',
  variables: {
    practitioner: '李医生 (内科) *100%*',
    movedFrom: '2026-03-05T06:30:00Z',
    startsAt: '2026-03-06T07:00:00Z',
    link: 'https://clinic.example/visit/1',
  },
} as const;

interface Case {
  options: SmsProviderOptions;
  simulator: SmsSimulator;
  /** The same with another secret. */
  wrong: SmsProviderOptions;
  /** What it says to a wrong secret, and to an account that it does not know. */
  refusals: [string, SmsProviderOptions, string];
  /** A code of its own for a number that it cannot reach, and one for a fault of its own. */
  codes: { refused: string; passing?: string; limited?: string };
}

async function aliyun(): Promise<Case> {
  const keys = { accessKeyId: 'LTAI-simulated', accessKeySecret: 'a secret', signName: '问诊' };
  const templates = {
    SMS_1: registrationText('verification_code', 'zh', 'aliyun'),
    SMS_2: registrationText('appointment_moved', 'zh', 'aliyun'),
  };
  const simulator = await startAliyunSms({ ...keys, templates });
  const options: SmsProviderOptions = { provider: 'aliyun', ...keys, baseUrl: simulator.url };
  return {
    options,
    simulator,
    wrong: { ...options, accessKeySecret: 'another' },
    refusals: ['SignatureDoesNotMatch', { ...options, accessKeyId: 'nobody' }, 'InvalidAccessKeyId.NotFound'],
    codes: { refused: 'isv.MOBILE_NUMBER_ILLEGAL', passing: 'isp.SYSTEM_ERROR', limited: 'isv.BUSINESS_LIMIT_CONTROL' },
  };
}

async function tencent(): Promise<Case> {
  const keys = { secretId: 'AKID-simulated', secretKey: 'a secret', sdkAppId: '1400000001', signName: '问诊' };
  const templates = {
    SMS_1: registrationText('verification_code', 'zh', 'tencent'),
    SMS_2: registrationText('appointment_moved', 'zh', 'tencent'),
  };
  const simulator = await startTencentSms({ ...keys, templates });
  const options: SmsProviderOptions = { provider: 'tencent', ...keys, baseUrl: simulator.url };
  return {
    options,
    simulator,
    wrong: { ...options, secretKey: 'another' },
    refusals: ['AuthFailure.SignatureFailure', { ...options, secretId: 'nobody' }, 'AuthFailure.SecretIdNotFound'],
    codes: {
      refused: 'LimitExceeded.PhoneNumberDailyLimit',
      passing: 'InternalError.Timeout',
      limited: 'LimitExceeded.PhoneNumberOneHourLimit',
    },
  };
}

async function twilio(): Promise<Case> {
  const keys = { accountSid: 'AC00000000000000000000000000000001', authToken: 'a secret' };
  const simulator = await startTwilioSms({ ...keys, senders: ['+15005550006'] });
  const options: SmsProviderOptions = { provider: 'twilio', ...keys, from: '+15005550006', signature: '问诊', baseUrl: simulator.url };
  return {
    options,
    simulator,
    wrong: { ...options, authToken: 'another' },
    refusals: ['20003', { ...options, accountSid: 'AC00000000000000000000000000000002' }, '20003'],
    codes: { refused: '21610' },
  };
}

describe.each([
  ['aliyun', aliyun],
  ['tencent', tencent],
  ['twilio', twilio],
])('%s', (_name, start) => {
  let partner: Case;
  let sender: SmsSender;
  beforeAll(async () => {
    partner = await start();
    sender = await senderOf(partner.options);
  });
  afterEach(() => partner.simulator.heal());
  afterAll(() => partner.simulator.close());

  async function senderOf(options: SmsProviderOptions, timeoutMs = 5_000): Promise<SmsSender> {
    const provider = await openSmsProvider(options);
    const breaker = createBreaker({ name: provider.name, log: silentLog, failures: 100, timeoutMs });
    const templateIds = () => ({ verification_code: { zh: 'SMS_1' }, appointment_moved: 'SMS_2' });
    return createSmsSender({ provider, render, templateIds, breaker });
  }
  const fault = (using: SmsSender, message: Parameters<SmsSender['send']>[0] = verification) =>
    using.send(message).then(
      () => {
        throw new Error('was sent');
      },
      (error: Error & Record<string, unknown>) => error,
    );

  test('send() signs so that the provider takes it, and answers the id of the message', async () => {
    const { providerId } = await sender.send(verification);
    const delivered = partner.simulator.inbox().at(-1);
    expect(delivered).toMatchObject({ id: providerId, text: expect.stringMatching(/^【问诊】您的验证码是864209，5分钟内有效/) });
    expect(delivered?.to.endsWith('13912345678')).toBe(true);
  });

  test('send() fills texts with several values in the right order, whatever signs they have', async () => {
    await sender.send(moved);
    expect(partner.simulator.inbox().at(-1)?.text).toBe(
      '【问诊】您与李医生 (内科) *100%*的预约已由2026年3月5日 14:30改为2026年3月6日 15:00。',
    );
  });

  test('send() with a wrong secret or an unknown account is refused for good', async () => {
    const [wrongSecret, unknown, unknownAccount] = partner.refusals;
    expect(await fault(await senderOf(partner.wrong))).toMatchObject({ fault: 'refused', reason: wrongSecret, maybeDone: false });
    expect(await fault(await senderOf(unknown))).toMatchObject({ fault: 'refused', reason: unknownAccount });
  });

  test('send() tells refusals from faults that pass', async () => {
    const { refused, passing, limited } = partner.codes;
    partner.simulator.refuseNext(refused);
    expect(await fault(sender)).toMatchObject({ fault: 'refused', reason: refused, maybeDone: false });
    if (passing) {
      partner.simulator.refuseNext(passing);
      expect(await fault(sender)).toMatchObject({ fault: 'unavailable', reason: passing, maybeDone: false, onlyThisCall: false });
    }
    if (limited) {
      partner.simulator.refuseNext(limited);
      expect(await fault(sender)).toMatchObject({ fault: 'unavailable', reason: limited, onlyThisCall: true });
    }
  });

  test.each([
    ['a gateway that fails', { kind: 'status', status: 502 }, true],
    ['a cut connection', { kind: 'reset' }, true],
  ] as const)('send() through %s is unavailable and may have been done', async (_what, how, maybeDone) => {
    partner.simulator.fail(how);
    expect(await fault(sender)).toMatchObject({ fault: 'unavailable', maybeDone });
  });

  test('send() gives up on a provider that is silent', async () => {
    partner.simulator.fail({ kind: 'silence' });
    expect(await fault(await senderOf(partner.options, 200))).toMatchObject({ fault: 'unavailable', reason: 'timeout', maybeDone: true });
  });

  test('send() waits for a provider that is slow', async () => {
    partner.simulator.fail({ kind: 'slow', ms: 100 });
    expect((await sender.send(verification)).providerId).toBe(partner.simulator.inbox().at(-1)?.id);
  });

  test('send() to nobody listening is unavailable and was certainly not done', async () => {
    const nowhere = { ...partner.options, baseUrl: 'http://127.0.0.1:9' };
    expect(await fault(await senderOf(nowhere))).toMatchObject({ fault: 'unavailable', maybeDone: false });
  });

  test('errors of send() name neither phone nor code, and logging them does not either', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const faults = [
      () => partner.simulator.fail({ kind: 'status', status: 500 }),
      () => partner.simulator.fail({ kind: 'reset' }),
      () => partner.simulator.refuseNext(partner.codes.refused),
    ];
    for (const prepare of faults) {
      prepare();
      log.error({ err: await fault(sender) }, 'not sent');
      partner.simulator.heal();
    }
    log.error({ err: await fault(await senderOf(partner.wrong)) }, 'not sent');
    expect(lines).toHaveLength(4);
    expect(lines.join('')).not.toMatch(/1391234|345678|864209|a secret|another/);
  });

  test('send() refuses numbers that are none, templates without a code and missing variables before it asks the provider', async () => {
    const before = partner.simulator.requests();
    for (const phone of ['13912345678', '+86', '+8613912345678,+8613912345679', '']) {
      expect(await fault(sender, { ...verification, phone })).toMatchObject({ fault: 'refused', reason: 'invalid_phone' });
    }
    const incomplete = { ...verification, variables: { code: '864209' } };
    expect(await fault(sender, incomplete as never)).toMatchObject({ name: 'TemplateError', issues: ['minutes: invalid_type'] });
    if (partner.options.provider !== 'twilio') {
      expect(await fault(sender, { ...verification, locale: 'en' })).toMatchObject({ reason: 'no_template_id: verification_code.en' });
    }
    expect(partner.simulator.requests()).toBe(before);
  });
});

describe('simulators of providers', () => {
  test('refuse requests that were changed on their way, are old or come twice', async () => {
    const { options, simulator } = await aliyun();
    const seen = Promise.withResolvers<IncomingMessage>();
    // Takes the request off the wire, so that it is fresh when it is shown to the simulator.
    const tap = createServer((request, response) => {
      seen.resolve(request);
      response.writeHead(503).end('{}');
    }).listen(0, '127.0.0.1');
    await until('the tap to listen', () => tap.listening);
    const { port } = tap.address() as AddressInfo;
    const provider = await openSmsProvider({ ...options, baseUrl: `http://127.0.0.1:${port}` });
    const order = { phone: PHONE, templateId: 'SMS_1', ...render.sms('verification_code', 'zh', verification.variables) };
    await expect(provider.deliver(order, new AbortController().signal)).rejects.toMatchObject({ fault: 'unavailable' });
    const { url = '', headers } = await seen.promise;
    const show = (path = url, change: Record<string, string> = {}, body = '') =>
      new Promise<string>((resolve, reject) => {
        const asked = ask(`${simulator.url}${path}`, { method: 'POST', headers: { ...headers, ...change } }, (answer) => {
          json(answer).then((parsed) => resolve((parsed as { Code: string }).Code), reject);
        });
        asked.on('error', reject).end(body);
      });

    expect(await show(url.replace('864209', '864208'))).toBe('SignatureDoesNotMatch');
    expect(await show(url, { 'x-acs-date': '2020-01-01T00:00:00Z' })).toBe('InvalidTimeStamp.Expired');
    expect(await show(url, { 'x-acs-action': 'QuerySendDetails' })).toBe('SignatureDoesNotMatch');
    expect(await show(url, { authorization: 'Bearer x' })).toBe('IncompleteSignature');
    expect(await show()).toBe('OK');
    expect(await show()).toBe('SignatureNonceUsed');
    tap.close();
    tap.closeAllConnections();
    await simulator.close();
  });

  test('do not start in production', async () => {
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'production';
    try {
      await expect(twilio()).rejects.toThrow('do not run in production');
    } finally {
      process.env['NODE_ENV'] = before;
    }
  });
});
