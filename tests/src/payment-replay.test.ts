/**
 * One notice many times, at two processes on one database, with everything that races it (B2 of the fault plan): credited once, and
 * every delivery answered as the partner wants.
 */
import type { Channel } from '#src/payments/gateways/gateway.ts';
import type { Notice } from '#src/partners/payments/deliver.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';
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

let servers: [TestApp, TestApp];
let partners: Partners;
beforeAll(async () => {
  const env = {
    DATABASE_URL: await newMariaDb(),
    DATA_KEYS: `k1:${'1'.repeat(64)}`,
    BLIND_INDEX_KEY: 'a key for look-ups that both processes share',
  };
  const first = await startApp(env);
  servers = [first, await startApp(env)];
  partners = await startPartners();
  await configure(first, partners);
  await servers[1].foundation.signals.poll();
}, 60_000);
afterAll(async () => {
  await closePartners(partners);
  for (const server of servers) await server.close();
});

/** Runs `work` so many times, with at most so many at once. */
async function many(times: number, atOnce: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < times) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

interface Bought {
  orderId: string;
  id: string;
  paymentNo: string;
}

/** Paid at the partner, whose notice is held back. */
async function bought(channel: Channel): Promise<Bought> {
  const { id: orderId } = await newOrder(servers[0]);
  const { id, paymentNo } = await begin(servers[0], orderId, channel);
  await leaveAlone(servers[0], id);
  await partners[channel].pay(paymentNo, { notify: false });
  return { orderId, id, paymentNo };
}

/** What came of it. */
async function effectsOf({ orderId, id }: Bought) {
  const { models } = servers[0].database;
  const told = await models.outbox.findAll({ where: { topic: 'notification.send' } });
  return {
    status: (await orderOf(servers[0], orderId)).status,
    paid: await models.orderLog.count({ where: { orderId, event: 'PAY_SUCCESS' } }),
    payments: await models.payments.count({ where: { paidOrderId: orderId } }),
    // But for the notice that the order is there and waits.
    told: told.filter(({ payload }) => payload.includes(orderId) && !payload.includes('order.created')).length,
    refunds: await models.refunds.count({ where: { orderId } }),
    claimed: (await models.payments.findByPk(id))?.claimed,
  };
}
const ONCE = { status: 'PAID', paid: 1, payments: 1, told: 1, refunds: 0, claimed: 0 };

/** @returns answers that the partner would not take */
async function replay(channel: Channel, times: number, notice: (index: number) => Notice): Promise<string[]> {
  const refused: string[] = [];
  await many(times, 64, async (index) => {
    const { body } = await deliver(servers[index % 2] as TestApp, channel, notice(index));
    if (body !== YES[channel]) refused.push(body);
  });
  return refused;
}

test('one signed notice a thousand times, sixty-four at once, is credited once', async () => {
  const purchase = await bought('wechat');
  const notice = partners.wechat.notice(purchase.paymentNo);
  expect(await replay('wechat', 1_000, () => notice)).toEqual([]);
  expect(await effectsOf(purchase)).toEqual(ONCE);
  expect(await servers[0].database.models.paymentEvents.count({ where: { number: purchase.paymentNo } })).toBe(1);
});

test('freshly signed ones, with the payer asking, closing and trying another way meanwhile, are credited once', async () => {
  const purchase = await bought('alipay');
  const { token } = servers[0].people.patient;
  const racing = many(60, 8, async (index) => {
    const server = servers[index % 2] as TestApp;
    const calls = [
      () => server.call('POST', `/api/v1/payments/${purchase.id}/check`, token),
      () => server.modules.payments.follow({ paymentId: purchase.id, step: index }),
      () => server.modules.payments.stopAll(purchase.orderId, 9),
      () => server.call('POST', `/api/v1/payments/${purchase.id}/close`, token),
      () => server.call('POST', `/api/v1/orders/${purchase.orderId}/payments`, token, { method: 'alipay' }),
      () => server.modules.orders.expire(purchase.orderId),
    ];
    // The order expires last: it must find itself paid.
    await calls[index < 55 ? index % 5 : 5]!();
  });
  expect(await replay('alipay', 200, () => partners.alipay.notice(purchase.paymentNo))).toEqual([]);
  await racing;
  expect(await effectsOf(purchase)).toEqual(ONCE);
});

test('a notice that came before its order was closed, and one after, end in one of two ways: served or given back', async () => {
  for (let round = 0; round < 6; round++) {
    const purchase = await bought('alipay');
    const close = servers[1].modules.orders.fire(purchase.orderId, 'CANCEL', { actorId: null }).catch(() => null);
    await Promise.all([replay('alipay', 4, () => partners.alipay.notice(purchase.paymentNo)), close]);
    const { status, paid, refunds, claimed } = await effectsOf(purchase);
    // Called off before or after the payment, the money is on its way back.
    expect({ status, refunds, claimed }).toEqual({ status: 'CANCELLED', refunds: 1, claimed: 9_900 });
    expect(paid).toBeLessThanOrEqual(1);
  }
});

test('a process that fails between check and commit has done nothing, and the next delivery counts', async () => {
  const purchase = await bought('wechat_v2');
  let failures = 3;
  servers[0].modules.orders.listen('*', {
    paid: async () => {
      if (failures-- > 0) throw new Error('killed');
    },
  });
  const notice = partners.wechat_v2.notice(purchase.paymentNo);
  for (let i = 0; i < 3; i++) expect((await deliver(servers[0], 'wechat_v2', notice)).body).toContain('FAIL');
  expect(await effectsOf(purchase)).toMatchObject({ status: 'PENDING', paid: 0, payments: 0, told: 0 });
  expect(await replay('wechat_v2', 20, () => notice)).toEqual([]);
  expect(await effectsOf(purchase)).toEqual(ONCE);
});

test('without unique events and the guard of the state the same play finds it', async () => {
  const purchase = await bought('alipay');
  const undo = servers.map(({ database: { models } }) => {
    const { payments, paymentEvents } = models;
    const [update, create, findOne] = [payments.update, paymentEvents.create, paymentEvents.findOne];
    Object.assign(payments, {
      update(this: unknown, values: object, { where, ...options }: { where: { state?: unknown } }) {
        const { state: _forgotten, ...rest } = where;
        return update.call(payments, values as never, { ...options, where: rest } as never);
      },
    });
    Object.assign(paymentEvents, { create: async () => null, findOne: async () => null });
    return () => void [Object.assign(payments, { update }), Object.assign(paymentEvents, { create, findOne })];
  });
  await replay('alipay', 64, () => partners.alipay.notice(purchase.paymentNo));
  undo.forEach((restore) => restore());
  expect(await effectsOf(purchase)).not.toEqual(ONCE);
});
