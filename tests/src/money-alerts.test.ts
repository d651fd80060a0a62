/** Money that does not fit, or does not go back: logged, counted, and told to those who decide about refunds, once each. */
import { startApp, type TestApp } from '#tests/support/app.ts';
import { dataOf } from '#tests/support/people.ts';
import {
  begin,
  closePartners,
  configure,
  deliver,
  leaveAlone,
  newOrder,
  orderOf,
  type Partners,
  startPartners,
  YES,
} from '#tests/support/till.ts';

let server: TestApp;
let partners: Partners;
beforeAll(async () => {
  server = await startApp({ RATE_HTTP_PER_MINUTE: '300', RATE_NOTICES_PER_MINUTE: '400' });
  partners = await startPartners();
  await configure(server, partners);
}, 60_000);
afterAll(async () => {
  await closePartners(partners);
  await server.close();
});

const metric = async (kind: string): Promise<number> => {
  const { body } = await server.app.inject('/metrics');
  return Number(new RegExp(`^money_alerts_total{kind="${kind}"} (\\d+)$`, 'm').exec(body)?.[1]);
};
async function told(kind: string, token = server.people.administrator.token) {
  await server.workers.drained();
  const { items } = dataOf(await server.call('GET', '/api/v1/notifications?pageSize=100', token));
  return items.filter((item: { kind: string }) => item.kind === kind);
}
async function attempt(channel: 'alipay' | 'wechat') {
  const { id: orderId } = await newOrder(server, 9_900);
  const { id, paymentNo } = await begin(server, orderId, channel);
  await leaveAlone(server, id);
  return { orderId, id: id as string, paymentNo: paymentNo as string };
}

test('a genuine notice with another amount credits nothing and raises the alarm, once for the people', async () => {
  const { orderId, paymentNo } = await attempt('alipay');
  await partners.alipay.pay(paymentNo, { notify: false });
  for (let i = 0; i < 3; i++) {
    const notice = partners.alipay.notice(paymentNo, { total_amount: '1.00' });
    expect((await deliver(server, 'alipay', notice)).body).not.toBe(YES.alipay);
  }
  expect((await orderOf(server, orderId)).status).toBe('PENDING');
  const [alert, ...more] = await told('payment.mismatch');
  expect(more).toEqual([]);
  expect(alert).toMatchObject({ subject: { type: 'payment' }, path: `/orders/${orderId}` });
  expect(alert.text).toContain('99.00');
  expect(await told('payment.mismatch', server.people.patient.token)).toEqual([]);
  expect(await metric('payment.mismatch')).toBe(3);
  const events = await server.database.models.securityEvents.findAll({ where: { kind: 'payment.mismatch' } });
  expect(events.map(({ details }) => JSON.parse(details))).toContainEqual({ number: paymentNo, reason: 'amount' });
  // One about nothing that we know is refused without an alarm.
  const stranger = partners.alipay.notice(paymentNo, { out_trade_no: 'somebody-elses-payment' });
  expect((await deliver(server, 'alipay', stranger)).body).not.toBe(YES.alipay);
  expect(await metric('payment.mismatch')).toBe(3);
});

test('a refund that fails at the partner, and one that a person has to finish, raise it too', async () => {
  for (const [outcome, count] of [
    ['abnormal', 1],
    ['failed', 2],
  ] as const) {
    const { orderId, paymentNo } = await attempt('wechat');
    await partners.wechat.pay(paymentNo, { notify: false });
    await deliver(server, 'wechat', partners.wechat.notice(paymentNo));
    partners.wechat.refundsEnd(outcome);
    await server.modules.orders.fire(orderId, 'CANCEL', { actorId: null });
    await server.workers.drained();
    const refund = await server.database.models.refunds.findOne({ where: { orderId }, rejectOnEmpty: true });
    await server.modules.refunds.proceed({ refundId: refund.id, step: 0 });
    expect((await refund.reload()).state).toBe(outcome);
    expect(await metric('refund.failed')).toBe(count);
    expect(await told('refund.failed')).toHaveLength(count);
  }
});

test('notices are counted apart: who has used up an address does not stop them, nor they anybody', async () => {
  const { orderId, paymentNo } = await attempt('alipay');
  await partners.alipay.pay(paymentNo, { notify: false });
  let refused = 0;
  for (let i = 0; i < 320 && refused === 0; i++) if ((await server.app.inject('/api/v1/departments')).statusCode === 429) refused++;
  expect(refused).toBe(1);
  const notice = partners.alipay.notice(paymentNo);
  expect((await deliver(server, 'alipay', notice)).body).toBe(YES.alipay);
  expect((await orderOf(server, orderId)).status).toBe('PAID');
  let status = 200;
  for (let i = 0; i < 420 && status !== 429; i++) ({ status } = await deliver(server, 'alipay', notice));
  expect(status).toBe(429);
});
