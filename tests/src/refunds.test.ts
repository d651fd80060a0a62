/** Refunds: asked for, decided, given back at the original channel, and by themselves. */
import { randomUUID } from 'node:crypto';
import type { Channel } from '#src/payments/gateways/gateway.ts';
import type { Method, TestApp } from '#tests/support/app.ts';
import { codesOf, dataOf, describeApps } from '#tests/support/people.ts';
import {
  begin,
  closePartners,
  configure,
  deliver,
  newOrder,
  orderOf,
  paidOrder,
  type Partners,
  startPartners,
  YES,
} from '#tests/support/till.ts';

describeApps('refunds', (server) => {
  let partners: Partners;
  beforeAll(async () => {
    partners = await startPartners();
    await configure(server(), partners);
    await server().stepUp(server().people.administrator.token);
  }, 60_000);
  afterAll(() => closePartners(partners));
  afterEach(() => {
    for (const partner of Object.values(partners)) {
      partner.heal();
      partner.refundsEnd('succeeded');
    }
  });

  const as = (who: keyof TestApp['people']) => (method: Method, url: string, body?: unknown) =>
    server().call(method, `/api/v1${url}`, server().people[who].token, body);
  const patient = (method: Method, url: string, body?: unknown) => as('patient')(method, url, body);
  const administrator = (method: Method, url: string, body?: unknown) => as('administrator')(method, url, body);
  const balance = async () => dataOf(await patient('GET', '/balance')).balance;
  const ask = (orderId: string, body: object = {}) => patient('POST', `/orders/${orderId}/refunds`, { reason: '医生未按时接诊', ...body });
  const review = (id: string, decision: string, note?: string) =>
    administrator('POST', `/refunds/${id}/review`, { decision, ...(note && { note }) });

  async function completed(orderId: string): Promise<string> {
    for (const event of ['CONFIRM', 'START_SERVICE', 'COMPLETE_SERVICE'] as const)
      await server().modules.orders.fire(orderId, event, { actorId: null });
    return orderId;
  }
  /** An order that was paid at a partner. */
  async function boughtAt(channel: Channel): Promise<string> {
    const { id } = await newOrder(server());
    const { paymentNo } = await begin(server(), id, channel);
    await partners[channel].pay(paymentNo, { notify: false });
    expect((await deliver(server(), channel, partners[channel].notice(paymentNo))).body).toBe(YES[channel]);
    return id;
  }
  const refundOf = async (orderId: string) => {
    const [refund] = await server().database.models.refunds.findAll({ where: { orderId }, order: [['createdAt', 'DESC']] });
    return refund!;
  };

  test('asked for, approved and given back: the order is REFUNDED, and people are told', async () => {
    const orderId = await completed(await paidOrder(server()));
    const before = await balance();
    const refund = dataOf(await ask(orderId));
    expect(refund).toMatchObject({ state: 'requested', amount: 99, method: 'balance', origin: 'request' });
    expect(dataOf(await patient('GET', `/refunds/${refund.id}`)).reason).toBe('医生未按时接诊');
    expect(codesOf([await ask(orderId)])).toEqual(['already_exists']);
    expect(dataOf(await review(refund.id, 'approve', '抱歉'))).toMatchObject({
      state: 'succeeded',
      note: '抱歉',
      user: { name: expect.any(String) },
    });
    expect(await balance()).toBe(before + 99);
    expect(await orderOf(server(), orderId)).toMatchObject({ status: 'REFUNDED', refunded: 9_900 });
    expect(codesOf([await review(refund.id, 'approve'), await ask(orderId)])).toEqual(['wrong_state', 'wrong_state']);
    await server().workers.drained();
    const { orderNo } = await orderOf(server(), orderId);
    const texts = server().pushed.map(({ payload }) => JSON.stringify(payload));
    expect(texts.filter((text) => text.includes(orderNo) && text.includes('退款申请已处理'))).toHaveLength(1);
    expect(texts.filter((text) => text.includes(orderNo) && text.includes('已退款 99.00 元'))).toHaveLength(1);
  });

  test('parts never come to more than what was paid, however many are approved at the same time', async () => {
    const orderId = await completed(await paidOrder(server(), 10_000));
    const first = dataOf(await ask(orderId, { amount: 60.5 }));
    expect(codesOf([await ask(orderId, { amount: 100.01 })])).toEqual(['refund_too_large']);
    expect(dataOf(await review(first.id, 'approve')).state).toBe('succeeded');
    expect(await orderOf(server(), orderId)).toMatchObject({ status: 'COMPLETED', refunded: 6_050 });
    // As if several had been asked for in the same moment.
    const { models } = server().database;
    const { paymentId, userId } = (await models.refunds.findByPk(first.id))!;
    const ids = Array.from({ length: 4 }, () => randomUUID());
    const row = {
      orderId,
      paymentId,
      userId,
      origin: 'request',
      amount: 3_950,
      state: 'requested',
      reasonSealed: null,
      uniqueKey: null,
    } as const;
    await models.refunds.bulkCreate(ids.map((id) => ({ ...row, id, refundNo: id.replaceAll('-', '') })));
    const decided = await Promise.all(ids.map((id) => review(id, 'approve')));
    expect(codesOf(decided).filter((code) => code !== 'refund_too_large')).toEqual([null]);
    expect(await orderOf(server(), orderId)).toMatchObject({ status: 'REFUNDED', refunded: 10_000 });
  });

  test('a cancelled order gives all back by itself, also what is left after a part', async () => {
    const [whole, rest] = [await paidOrder(server()), await paidOrder(server(), 5_000)];
    expect(dataOf(await review(dataOf(await ask(rest, { amount: 20 })).id, 'approve')).state).toBe('succeeded');
    const open = dataOf(await ask(whole, { amount: 1 }));
    const before = await balance();
    for (const id of [whole, rest])
      expect(dataOf(await patient('POST', `/orders/${id}/cancel`, { reason: '时间不合适' })).status).toBe('CANCELLED');
    expect(await balance()).toBe(before + 99 + 30);
    expect((await orderOf(server(), whole)).refunded).toBe(9_900);
    expect(dataOf(await patient('GET', `/refunds/${open.id}`)).state).toBe('withdrawn');
    expect(codesOf([await review(open.id, 'approve')])).toEqual(['wrong_state']);
  });

  test('a whole refund before the service calls the order off', async () => {
    const orderId = await paidOrder(server());
    expect(dataOf(await review(dataOf(await ask(orderId)).id, 'approve')).state).toBe('succeeded');
    expect(await orderOf(server(), orderId)).toMatchObject({ status: 'CANCELLED', refunded: 9_900 });
    expect(await server().database.models.refunds.count({ where: { orderId } })).toBe(1);
  });

  test('a whole refund while the service goes on: REFUNDED when that ends; a part leaves it COMPLETED', async () => {
    const { orders } = server().modules;
    const [whole, part, free] = [await paidOrder(server()), await paidOrder(server()), (await newOrder(server(), 0)).id];
    const asked = [dataOf(await ask(whole)).id, dataOf(await ask(part, { amount: 50 })).id];
    for (const id of [whole, part, free]) {
      await orders.fire(id, 'CONFIRM', { actorId: null });
      await orders.fire(id, 'START_SERVICE', { actorId: null });
    }
    for (const id of asked) expect(dataOf(await review(id, 'approve')).state).toBe('succeeded');
    expect(await orderOf(server(), whole)).toMatchObject({ status: 'IN_PROGRESS', refunded: 9_900 });
    for (const id of [whole, part, free]) await orders.fire(id, 'COMPLETE_SERVICE', { actorId: null });
    expect(await orderOf(server(), whole)).toMatchObject({ status: 'REFUNDED', refunded: 9_900 });
    expect(await orderOf(server(), part)).toMatchObject({ status: 'COMPLETED', refunded: 5_000 });
    expect(await orderOf(server(), free)).toMatchObject({ status: 'COMPLETED', refunded: 0 });
    const { log } = dataOf(await patient('GET', `/orders/${whole}`));
    expect(log.slice(-2).map(({ event }: { event: string }) => event)).toEqual(['COMPLETE_SERVICE', 'REFUND']);
    expect(codesOf([await ask(whole)])).toEqual(['wrong_state']);
    // The rest of the other one, at its end.
    expect(dataOf(await review(dataOf(await ask(part)).id, 'approve')).amount).toBe(49);
    expect(await orderOf(server(), part)).toMatchObject({ status: 'REFUNDED', refunded: 9_900 });
  });

  test('a partner who is slow makes it REFUNDED after its service has ended', async () => {
    const orderId = await boughtAt('wechat');
    const { id } = dataOf(await ask(orderId));
    for (const event of ['CONFIRM', 'START_SERVICE'] as const) await server().modules.orders.fire(orderId, event, { actorId: null });
    partners.wechat.refundsEnd(null);
    await review(id, 'approve');
    await server().workers.drained();
    await server().modules.orders.fire(orderId, 'COMPLETE_SERVICE', { actorId: null });
    expect(await orderOf(server(), orderId)).toMatchObject({ status: 'COMPLETED', refunded: 0 });
    partners.wechat.refundsEnd('succeeded');
    await server().modules.refunds.proceed({ refundId: id, step: 1 });
    expect(await orderOf(server(), orderId)).toMatchObject({ status: 'REFUNDED', refunded: 9_900 });
  });

  test('the last part calls an order off before its service, also when it is the second try of one that failed', async () => {
    const orderId = await boughtAt('alipay');
    await server().modules.orders.fire(orderId, 'CONFIRM', { actorId: null });
    partners.alipay.refundsEnd('failed');
    const first = dataOf(await ask(orderId, { amount: 60 })).id;
    await review(first, 'approve');
    await server().workers.drained();
    partners.alipay.refundsEnd('succeeded');
    await review(dataOf(await ask(orderId, { amount: 39 })).id, 'approve');
    await server().workers.drained();
    expect(await orderOf(server(), orderId)).toMatchObject({ status: 'CONFIRMED', refunded: 3_900 });
    expect(codesOf([await administrator('POST', `/refunds/${first}/retry`)])).toEqual([null]);
    await server().workers.drained();
    expect(await orderOf(server(), orderId)).toMatchObject({ status: 'CANCELLED', refunded: 9_900 });
  });

  test('one that counted as failed and came back all the same counts, and nobody can have it paid a second time', async () => {
    const [orderId, twice] = [await completed(await boughtAt('alipay')), await completed(await boughtAt('alipay'))];
    partners.alipay.refundsEnd('failed');
    for (const id of [orderId, twice]) await review(dataOf(await ask(id)).id, 'approve');
    await server().workers.drained();
    partners.alipay.refundsEnd('succeeded');
    const [late, retried] = [await refundOf(orderId), await refundOf(twice)];
    await administrator('POST', `/refunds/${retried.id}/retry`);
    await server().workers.drained();
    const { models } = server().database;
    for (const { refundNo, paymentId, amount: amountFen } of [late, retried]) {
      const { paymentNo } = (await models.payments.findByPk(paymentId))!;
      const about = { eventId: randomUUID(), paymentNo, refundNo, amountFen, currency: 'CNY', appId: null, merchantId: 'ours' };
      const notice = { ...about, kind: 'refund' as const, state: 'succeeded' as const, gatewayNo: '1', refundedAt: new Date() };
      for (let i = 0; i < 2; i++) await server().modules.refunds.told('alipay', notice, async () => {});
    }
    expect((await late.reload()).state).toBe('succeeded');
    expect(await orderOf(server(), orderId)).toMatchObject({ status: 'REFUNDED', refunded: 9_900 });
    expect(codesOf([await administrator('POST', `/refunds/${late.id}/retry`)])).toEqual(['wrong_state']);
    expect((await retried.reload()).state).toBe('failed');
    expect(await orderOf(server(), twice)).toMatchObject({ status: 'REFUNDED', refunded: 9_900 });
    const events = await models.securityEvents.findAll({ where: { kind: 'refund.failed' } });
    const told = events.filter(({ details }) => details.includes('came_back_all_the_same'));
    expect(new Set(told.map(({ details }) => JSON.parse(details).number))).toEqual(new Set([late.refundNo, retried.refundNo]));
  });

  test('rejected nothing moves; strangers do not know of it; nobody decides about an own one, or without a fresh proof', async () => {
    const orderId = await completed(await paidOrder(server()));
    const { id } = dataOf(await ask(orderId));
    const { models } = server().database;
    const mine = await paidOrder(server());
    await models.refunds.create({
      ...{ id: randomUUID(), refundNo: randomUUID().replaceAll('-', ''), orderId: mine, userId: server().people.administrator.id },
      ...{ paymentId: (await models.payments.findOne({ where: { orderId: mine } }))!.id, origin: 'request', amount: 1, state: 'requested' },
      ...{ reasonSealed: null, uniqueKey: null },
    });
    const stale = await server().signIn('administrator');
    const answers = [
      await as('otherPatient')('GET', `/refunds/${id}`),
      await as('otherPatient')('POST', `/orders/${orderId}/refunds`, { reason: 'x' }),
      await as('doctor')('POST', `/refunds/${id}/review`, { decision: 'approve' }),
      await server().call('POST', `/api/v1/refunds/${id}/review`, stale, { decision: 'approve' }),
      await review((await refundOf(mine)).id, 'approve'),
      await review(randomUUID(), 'approve'),
    ];
    expect(codesOf(answers)).toEqual(['not_found', 'not_found', 'forbidden', 'step_up_required', 'forbidden', 'not_found']);
    expect(dataOf(await review(id, 'reject', '服务已完成'))).toMatchObject({ state: 'rejected', note: '服务已完成' });
    expect((await orderOf(server(), orderId)).refunded).toBe(0);
    expect(dataOf(await ask(orderId)).state).toBe('requested');
    const all = dataOf(await administrator('GET', '/refunds?state=requested&origin=request')).items;
    expect(all.map((refund: { orderId: string }) => refund.orderId)).toContain(orderId);
    const own = dataOf(await as('otherPatient')('GET', '/refunds')).items;
    expect(own).toEqual([]);
  });

  test('after so many days it is too late, and an order that was not paid has nothing to give back', async () => {
    const [late, unpaid] = [await completed(await paidOrder(server())), (await newOrder(server())).id];
    const { models } = server().database;
    await models.orderLog.update(
      { createdAt: new Date(Date.now() - 31 * 86_400_000) },
      { where: { orderId: late, toStatus: 'COMPLETED' } },
    );
    expect(codesOf([await ask(late), await ask(unpaid), await ask(randomUUID())])).toEqual(['refund_too_late', 'wrong_state', 'not_found']);
  });

  test.each(['wechat', 'wechat_v2', 'alipay'] as const)('%s gives back at the partner: once, by job, notice and query', async (channel) => {
    const orderId = await boughtAt(channel);
    partners[channel].refundsEnd(null);
    await server().modules.orders.fire(orderId, 'CANCEL', { actorId: null });
    await server().workers.drained();
    const refund = await refundOf(orderId);
    expect(refund).toMatchObject({ origin: 'cancelled', state: 'processing', amount: 9_900 });
    partners[channel].refundsEnd('succeeded');
    const notices = Array.from({ length: 5 }, () => deliver(server(), channel, partners[channel].notice(refund.refundNo)));
    expect((await Promise.all(notices)).map(({ body }) => body)).toEqual(Array(5).fill(YES[channel]));
    await server().modules.refunds.proceed({ refundId: refund.id, step: 3 });
    expect((await refund.reload()).state).toBe('succeeded');
    expect(await orderOf(server(), orderId)).toMatchObject({ status: 'CANCELLED', refunded: 9_900 });
  });

  test('a lost answer is settled by a query, and a partner that is away is asked again under the same number', async () => {
    const orderId = await boughtAt('wechat');
    partners.wechat.fail({ kind: 'lose' });
    partners.wechat.refundsEnd(null);
    await server().modules.orders.fire(orderId, 'CANCEL', { actorId: null });
    await server().workers.drained();
    const refund = await refundOf(orderId);
    expect(refund.state).toBe('processing');
    partners.wechat.refundsEnd('succeeded');
    partners.wechat.fail({ kind: 'reset' }, 3);
    const { proceed } = server().modules.refunds;
    await proceed({ refundId: refund.id, step: 1 });
    expect((await refund.reload()).state).toBe('processing');
    await proceed({ refundId: refund.id, step: 2 });
    expect((await refund.reload()).state).toBe('succeeded');
  });

  test('a failed one frees its share and is tried again by a person', async () => {
    const orderId = await boughtAt('alipay');
    partners.alipay.refundsEnd('failed');
    await server().modules.orders.fire(orderId, 'CANCEL', { actorId: null });
    await server().workers.drained();
    const failed = await refundOf(orderId);
    expect(failed).toMatchObject({ state: 'failed', failure: 'ACQ.SELLER_BALANCE_NOT_ENOUGH' });
    expect((await server().database.models.payments.findByPk(failed.paymentId))?.claimed).toBe(0);
    partners.alipay.refundsEnd('succeeded');
    const tries = await Promise.all([1, 2, 3].map(() => administrator('POST', `/refunds/${failed.id}/retry`)));
    expect(codesOf(tries).filter((code) => code !== 'wrong_state')).toEqual([null]);
    await server().workers.drained();
    expect(await refundOf(orderId)).toMatchObject({ origin: 'retry', state: 'succeeded' });
    expect((await orderOf(server(), orderId)).refunded).toBe(9_900);
  });

  test.each(['succeeded', 'failed'] as const)('an abnormal one waits for a person, who says that it %s', async (outcome) => {
    const orderId = await boughtAt('wechat');
    partners.wechat.refundsEnd('abnormal');
    await server().modules.orders.fire(orderId, 'CANCEL', { actorId: null });
    await server().workers.drained();
    const refund = await refundOf(orderId);
    await deliver(server(), 'wechat', partners.wechat.notice(refund.refundNo));
    expect((await refund.reload()).state).toBe('abnormal');
    await server().modules.refunds.proceed({ refundId: refund.id, step: 9 });
    expect(dataOf(await administrator('POST', `/refunds/${refund.id}/resolve`, { outcome, note: '退至新卡' })).state).toBe(outcome);
    expect(codesOf([await administrator('POST', `/refunds/${refund.id}/resolve`, { outcome })])).toEqual(['wrong_state']);
    expect((await orderOf(server(), orderId)).refunded).toBe(outcome === 'succeeded' ? 9_900 : 0);
  });

  test('resume() sets off again what has been quiet for long', async () => {
    const orderId = await boughtAt('wechat_v2');
    partners.wechat_v2.refundsEnd(null);
    await server().modules.orders.fire(orderId, 'CANCEL', { actorId: null });
    await server().workers.drained();
    const refund = await refundOf(orderId);
    const { database, modules, workers } = server();
    await database.sequelize.query(
      `UPDATE refunds SET updated_at = '${database.time(new Date(Date.now() - 86_400_000))}' WHERE id = '${refund.id}'`,
    );
    partners.wechat_v2.refundsEnd('succeeded');
    await modules.refunds.resume();
    await workers.drained();
    expect((await refund.reload()).state).toBe('succeeded');
  });

  test('after all of this the books agree', async () => {
    const { items } = dataOf(await administrator('GET', '/integrity'));
    const drifted = items.map(({ name, drifted: rows }: { name: string; drifted: number }) => [name, rows]);
    for (const name of ['balances', 'refunded-orders', 'refunds', 'refund-shares']) expect(drifted).toContainEqual([name, 0]);
  });

  test('reasons are sealed in the database and told to who decides only', async () => {
    const orderId = await completed(await paidOrder(server()));
    const key = { authorization: `Bearer ${server().people.patient.token}`, 'idempotency-key': randomUUID() };
    const asked = { method: 'POST', url: `/api/v1/orders/${orderId}/refunds`, headers: key, payload: { reason: '对麻黄过敏' } } as const;
    const { id } = (await server().app.inject(asked)).json().data;
    expect((await server().database.models.refunds.findByPk(id))?.reasonSealed).not.toContain('麻黄');
    expect(dataOf(await administrator('GET', `/refunds/${id}`)).reason).toBe('对麻黄过敏');
    const { outbox, idempotencyKeys } = server().database.models;
    expect(JSON.stringify([await outbox.findAll(), await idempotencyKeys.findAll()])).not.toContain('麻黄');
  });
});
