import { setTimeout as delay } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { pino } from 'pino';
import { createBreaker } from '#src/partners/breaker.ts';
import { PartnerError } from '#src/partners/partner-error.ts';
import { startWechatPayV2Simulator, type WechatPayV2Simulator } from '#src/partners/payments/wechat-pay-v2.ts';
import { faultOf, type PaymentGateway } from '#src/payments/gateways/gateway.ts';
import { withRetries } from '#src/payments/gateways/retries.ts';
import { createPayment } from '#src/payments/gateways/settle.ts';
import { createWechatPayV2 } from '#src/payments/gateways/wechat-pay-v2.ts';
import { inTime } from '#src/payments/patience.ts';
import { newNumber, newPayment } from '#tests/support/merchant.ts';
import { until } from '#tests/support/wait.ts';

const NOWHERE = 'http://127.0.0.1:9/notify';

let partner: WechatPayV2Simulator;
let gateway: PaymentGateway;
beforeEach(async () => {
  partner = await startWechatPayV2Simulator();
  const breaker = createBreaker({ name: 'wechat', log: pino({ level: 'silent' }), failures: 4, pauseMs: 60_000 });
  gateway = withRetries(createWechatPayV2(partner.merchant()), breaker, { retries: 2, initialDelayMs: 1, maxDelayMs: 5 });
});
afterEach(() => partner.close());

test('a query is tried again until it is answered', async () => {
  partner.fail({ kind: 'status', status: 502 }, 2);
  expect((await gateway.query(newNumber())).state).toBe('missing');
  expect(partner.requests()).toBe(3);
});

test('a payment whose request had no effect is tried again', async () => {
  partner.fail({ kind: 'status', status: 429 }, 2);
  expect((await gateway.create(newPayment(NOWHERE))).kind).toBe('qr');
  expect(partner.requests()).toBe(3);
});

test('a payment whose outcome is unknown is not tried again but asked about', async () => {
  partner.fail({ kind: 'lose' });
  expect(await gateway.create(newPayment(NOWHERE)).catch(faultOf)).toBe('unknown');
  expect(partner.requests()).toBe(1);
  partner.fail({ kind: 'lose' });
  expect((await createPayment(gateway, newPayment(NOWHERE))).kind).toBe('qr');
  expect(partner.requests()).toBe(4);
});

test('what was declined is not tried again and says nothing of the partner being ill', async () => {
  const payment = newPayment(NOWHERE);
  await gateway.create(payment);
  for (let i = 0; i < 5; i++) expect(await gateway.create({ ...payment, amountFen: 1 }).catch(faultOf)).toBe('declined');
  expect(partner.requests()).toBe(6);
  expect((await gateway.query(payment.paymentNo)).state).toBe('pending');
});

test('a partner that is down is left alone', async () => {
  partner.fail({ kind: 'status', status: 502 }, 100);
  for (let i = 0; i < 5; i++) expect(await gateway.query(newNumber()).catch(faultOf)).toBe('unavailable');
  expect(partner.requests()).toBe(4);
  await expect(gateway.create(newPayment(NOWHERE))).rejects.toMatchObject({ reason: 'circuit_open', maybeDone: false });
});

describe('inTime()', () => {
  const log = { error: jest.fn() };
  afterEach(() => log.error.mockClear());
  const away = new PartnerError('wechat', 'unavailable', { reason: 'timeout' });

  test('waits for an answer, bears a partner that is away, and passes other faults on', async () => {
    let done = false;
    const answer = delay(5).then(() => void (done = true));
    await inTime(60_000, answer, log);
    expect(done).toBe(true);
    await inTime(60_000, Promise.reject(away), log);
    await expect(inTime(60_000, Promise.reject(new Error('ours')), log)).rejects.toThrow('ours');
    expect(log.error).not.toHaveBeenCalled();
  });

  test('goes on without a partner that is silent, and tells of what fails later', async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    await inTime(1, promise, log);
    reject(new Error('ours'));
    await until('the fault', () => log.error.mock.calls.length === 1);
  });
});
