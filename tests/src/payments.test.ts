/** Paying orders through partners: attempts, notices, queries, expiry. */
import { randomUUID } from 'node:crypto';
import { ApiError } from '#src/errors.ts';
import type { Channel } from '#src/payments/gateways/gateway.ts';
import type { TestApp } from '#tests/support/app.ts';
import { codesOf, dataOf, describeApps } from '#tests/support/people.ts';
import { begin, closePartners, configure, deliver, newOrder, orderOf, type Partners, startPartners, YES } from '#tests/support/till.ts';

describeApps('payments', (server) => {
  let partners: Partners;
  beforeAll(async () => {
    partners = await startPartners();
    await configure(server(), partners);
  }, 60_000);
  afterAll(() => closePartners(partners));
  afterEach(() => Object.values(partners).forEach((partner) => partner.heal()));

  const call = (...args: Parameters<TestApp['call']>) => server().call(...args);
  const payment = async (id: string) => dataOf(await call('GET', `/api/v1/payments/${id}`, server().people.patient.token));
  const payments = () => server().modules.payments;
  const refundsOf = async (orderId: string) => server().database.models.refunds.findAll({ where: { orderId } });
  const outboxOf = async (topic: string, id: string) =>
    (await server().database.models.outbox.findAll({ where: { topic } })).filter(({ payload }) => payload.includes(id));

  test.each(['wechat', 'wechat_v2', 'alipay'] as const)('%s: a scanned code, a notice, a paid order, once', async (channel) => {
    const order = await newOrder(server());
    const begun = await begin(server(), order.id, channel);
    expect(begun).toMatchObject({ state: 'pending', amount: 99, method: channel, action: { kind: 'qr', codeUrl: expect.any(String) } });
    await partners[channel].pay(begun.paymentNo, { notify: false });
    for (let i = 0; i < 3; i++) {
      const answer = await deliver(server(), channel, partners[channel].notice(begun.paymentNo));
      expect(answer).toMatchObject({ status: 200, body: YES[channel] });
    }
    expect(await payment(begun.id)).toMatchObject({
      state: 'paid',
      surplus: false,
      gatewayNo: expect.stringMatching(/^4200/),
      action: null,
    });
    const { status, paidAt, paymentNo } = await orderOf(server(), order.id);
    expect({ status, paymentNo }).toEqual({ status: 'PAID', paymentNo: begun.paymentNo });
    expect(paidAt).toBeInstanceOf(Date);
    const kinds = (await outboxOf('notification.send', order.id)).map(({ payload }) => (JSON.parse(payload) as { kind: string }).kind);
    expect(kinds.toSorted()).toEqual(['order.created', 'order.paid']);
    expect(await refundsOf(order.id)).toEqual([]);
    await server().workers.drained();
    const told = server().pushed.filter(({ payload }) => JSON.stringify(payload).includes(order.orderNo));
    expect(told.filter(({ payload }) => JSON.stringify(payload).includes('order.paid'))).toHaveLength(1);
  });

  test('there is one open attempt in each way: it is given back, another scene has to wait, a closed one makes room', async () => {
    const { id } = await newOrder(server());
    const { token } = server().people.patient;
    const url = `/api/v1/orders/${id}/payments`;
    const attempts = await Promise.all(Array.from({ length: 8 }, () => call('POST', url, token, { method: 'alipay' })));
    expect(new Set(attempts.map((answer) => dataOf(answer).paymentNo)).size).toBe(1);
    expect(codesOf([await call('POST', url, token, { method: 'alipay', scene: 'page' })])).toEqual(['payment_open']);
    expect((await begin(server(), id, 'wechat')).state).toBe('pending');
    const closed = dataOf(await call('POST', `/api/v1/payments/${dataOf(attempts[0]!).id}/close`, token));
    expect(closed).toMatchObject({ state: 'closed', action: null });
    const page = await begin(server(), id, 'alipay', 'page');
    expect(page.action).toEqual({ kind: 'redirect', url: expect.stringContaining('alipay.trade.page.pay') });
    const all = dataOf(await call('GET', url, token)).items;
    expect(all.map(({ method, state }: { method: string; state: string }) => [method, state])).toEqual([
      ['alipay', 'closed'],
      ['wechat', 'pending'],
      ['alipay', 'pending'],
    ]);
  });

  test('a paid or expired order takes no more attempts, nor does a channel that is off or a scene that it has not', async () => {
    const [paid, expired, open] = [
      await newOrder(server()),
      await newOrder(server(), 100, { expiresAt: new Date(Date.now() - 1) }),
      await newOrder(server()),
    ];
    const { modules, people } = server();
    await modules.orders.fire(paid.id, 'PAY_SUCCESS', { actorId: null });
    const ask = (id: string, body: object, token = people.patient.token) => call('POST', `/api/v1/orders/${id}/payments`, token, body);
    const gateways = payments().gateways;
    const version = async () => (await gateways.list()).items.find(({ channel }) => channel === 'wechat_v2')?.version ?? 0;
    await gateways.save(people.administrator.id, 'wechat_v2', { enabled: false, version: await version() });
    const answers = [
      await ask(paid.id, { method: 'wechat' }),
      await ask(expired.id, { method: 'wechat' }),
      await ask(open.id, { method: 'wechat_v2' }),
      await ask(open.id, { method: 'wechat', scene: 'page' }),
      await ask(open.id, { method: 'balance', scene: 'qr' }),
      await ask(open.id, { method: 'wechat' }, people.otherPatient.token),
      await ask(randomUUID(), { method: 'wechat' }),
      await ask(open.id, { method: 'cash' }),
    ];
    await gateways.save(people.administrator.id, 'wechat_v2', { enabled: true, version: await version() });
    expect(codesOf(answers)).toEqual([
      'wrong_state',
      'wrong_state',
      ...['channel_unavailable', 'channel_unavailable', 'channel_unavailable'],
      ...['not_found', 'not_found', 'invalid_request'],
    ]);
  });

  test('an attempt that ran out makes room for another one of an order without a time limit', async () => {
    const { id } = await newOrder(server());
    const { models } = server().database;
    const first = await begin(server(), id, 'wechat');
    await models.orders.update({ expiresAt: null }, { where: { id } });
    await models.payments.update({ expiresAt: new Date(Date.now() - 1) }, { where: { id: first.id } });
    const second = await begin(server(), id, 'wechat');
    expect([second.state, second.paymentNo === first.paymentNo]).toEqual(['pending', false]);
    expect((await payment(first.id)).state).toBe('closed');
  });

  test('a payment after its order was called off or expired goes back by itself', async () => {
    for (const [channel, end] of [
      ['wechat', 'CANCEL'],
      ['wechat_v2', 'PAY_FAIL'],
      ['alipay', 'CANCEL'],
    ] as const) {
      const order = await newOrder(server());
      const { id, paymentNo } = await begin(server(), order.id, channel);
      await server().modules.orders.fire(order.id, end, { actorId: null });
      await server().workers.drained();
      expect((await payment(id)).state).toBe('closed');
      await partners[channel].pay(paymentNo, { late: true, notify: false });
      const answers = await Promise.all(Array.from({ length: 4 }, () => deliver(server(), channel, partners[channel].notice(paymentNo))));
      expect(answers.map(({ body }) => body)).toEqual(Array(4).fill(YES[channel]));
      expect(await payment(id)).toMatchObject({ state: 'paid', surplus: true, returned: 99 });
      await server().workers.drained();
      const [refund, ...more] = await refundsOf(order.id);
      expect(more).toEqual([]);
      expect(refund).toMatchObject({ origin: 'surplus', amount: 9_900 });
      // WeChat tells later how it ended.
      if (refund?.state !== 'succeeded') await deliver(server(), channel, partners[channel].notice(refund!.refundNo));
      expect((await refund!.reload()).state).toBe('succeeded');
      expect(await orderOf(server(), order.id)).toMatchObject({ status: 'CANCELLED', refunded: 0 });
    }
  });

  test('two attempts that are both paid pay once; the other one goes back', async () => {
    const order = await newOrder(server());
    const [wechat, alipay] = [await begin(server(), order.id, 'wechat'), await begin(server(), order.id, 'alipay')];
    await partners.wechat.pay(wechat.paymentNo, { notify: false });
    await partners.alipay.pay(alipay.paymentNo, { notify: false });
    await Promise.all([
      deliver(server(), 'wechat', partners.wechat.notice(wechat.paymentNo)),
      deliver(server(), 'alipay', partners.alipay.notice(alipay.paymentNo)),
    ]);
    const states = [await payment(wechat.id), await payment(alipay.id)];
    expect(states.map(({ state }) => state)).toEqual(['paid', 'paid']);
    expect(states.filter(({ surplus }) => surplus)).toHaveLength(1);
    expect(await refundsOf(order.id)).toHaveLength(1);
    expect((await orderOf(server(), order.id)).status).toBe('PAID');
  });

  test('an order that expires asks its partners first: who paid in the last second has paid', async () => {
    const [paid, unpaid] = [await newOrder(server()), await newOrder(server())];
    const [first, second] = [await begin(server(), paid.id, 'alipay'), await begin(server(), unpaid.id, 'wechat')];
    await partners.alipay.pay(first.paymentNo, { notify: false });
    const dedupeKey = [paid, unpaid].map(({ id }) => `order.expire:${id}`);
    await server().database.models.outbox.update({ runAt: new Date() }, { where: { dedupeKey } });
    await server().workers.drained();
    expect([(await orderOf(server(), paid.id)).status, (await orderOf(server(), unpaid.id)).status]).toEqual(['PAID', 'CANCELLED']);
    expect([(await payment(first.id)).state, (await payment(second.id)).state]).toEqual(['paid', 'closed']);
  });

  test('a lost answer to the creation is settled by a query, without a second payment', async () => {
    const { id } = await newOrder(server());
    partners.wechat.fail({ kind: 'lose' });
    const begun = await begin(server(), id, 'wechat');
    expect(begun).toMatchObject({ state: 'pending', action: { kind: 'qr' } });
    await partners.wechat.pay(begun.paymentNo, { notify: false });
    expect(dataOf(await call('POST', `/api/v1/payments/${begun.id}/check`, server().people.patient.token)).state).toBe('paid');
    expect((await orderOf(server(), id)).status).toBe('PAID');
  });

  test('a partner that is away leaves the attempt to the job, one that declines ends it', async () => {
    const { id } = await newOrder(server());
    partners.alipay.fail({ kind: 'status', status: 502 }, 50);
    const begun = await begin(server(), id, 'alipay');
    expect(begun).toMatchObject({ state: 'created', action: null });
    partners.alipay.heal();
    await payments().follow({ paymentId: begun.id, step: 0 });
    expect(await payment(begun.id)).toMatchObject({ state: 'pending', action: { kind: 'qr' } });
    expect(await outboxOf('payment.check', begun.id)).toHaveLength(2);
    // In the app without being known there.
    const other = await newOrder(server());
    expect(await begin(server(), other.id, 'wechat', 'in_app')).toMatchObject({ state: 'failed', failure: 'PARAM_ERROR' });
    expect((await orderOf(server(), other.id)).status).toBe('PENDING');
    expect((await begin(server(), other.id, 'wechat')).state).toBe('pending');
  });

  test('follow() finds what no notice has told of', async () => {
    const { id } = await newOrder(server());
    const begun = await begin(server(), id, 'wechat_v2');
    await partners.wechat_v2.pay(begun.paymentNo, { notify: false });
    await payments().follow({ paymentId: begun.id, step: 0 });
    expect(await payment(begun.id)).toMatchObject({ state: 'paid', surplus: false });
  });

  test('reconcile() looks once more at what nobody paid, and gives back what was paid all the same', async () => {
    const { id } = await newOrder(server());
    const begun = await begin(server(), id, 'alipay');
    await server().modules.orders.fire(id, 'CANCEL', { actorId: null });
    await server().workers.drained();
    await partners.alipay.pay(begun.paymentNo, { late: true, notify: false });
    const { models } = server().database;
    await models.payments.update({ expiresAt: new Date(Date.now() - 1_000_000) }, { where: { id: begun.id } });
    await payments().reconcile();
    expect(await payment(begun.id)).toMatchObject({ state: 'paid', surplus: true });
    expect((await models.payments.findByPk(begun.id))?.reconciledAt).toBeInstanceOf(Date);
    expect(await refundsOf(id)).toHaveLength(1);
  });

  test('a failed payment closes its order; with another attempt open it does not', async () => {
    const [single, double] = [await newOrder(server()), await newOrder(server())];
    for (const { id } of [single, double]) {
      const begun = await begin(server(), id, 'wechat_v2');
      if (id === double.id) await begin(server(), id, 'wechat');
      const notice = partners.wechat_v2.notice(begun.paymentNo, { result_code: 'FAIL' });
      expect((await deliver(server(), 'wechat_v2', notice)).body).toBe(YES.wechat_v2);
      expect(await payment(begun.id)).toMatchObject({ state: 'failed', failure: 'refused_by_bank' });
    }
    expect((await orderOf(server(), single.id)).status).toBe('CANCELLED');
    expect((await orderOf(server(), double.id)).status).toBe('PENDING');
  });

  test('a seller who refuses a paid order sends its money back', async () => {
    server().modules.orders.listen('service', {
      paid: async () => {
        throw new ApiError('conflict');
      },
    });
    const order = await newOrder(server(), 500, { type: 'service' });
    const begun = await begin(server(), order.id, 'alipay');
    await partners.alipay.pay(begun.paymentNo, { notify: false });
    expect((await deliver(server(), 'alipay', partners.alipay.notice(begun.paymentNo))).body).toBe('success');
    expect(await payment(begun.id)).toMatchObject({ state: 'paid', surplus: true, returned: 5 });
    expect((await orderOf(server(), order.id)).status).toBe('CANCELLED');
  });

  test('a channel that nobody configured has no address for notices', async () => {
    const { models } = server().database;
    const [row] = await models.paymentGateways.findAll({ where: { channel: 'alipay' } });
    expect(row).toBeDefined();
    expect((await deliver(server(), 'unionpay' as Channel, { headers: {}, body: Buffer.from('x') })).status).toBe(400);
  });

  test('stopAll() waits for a partner that is away, for a while', async () => {
    const { id } = await newOrder(server());
    const begun = await begin(server(), id, 'wechat');
    partners.wechat.fail({ kind: 'reset' }, 100);
    await expect(payments().stopAll(id, 0)).rejects.toMatchObject({ fault: 'unavailable' });
    expect((await payment(begun.id)).state).toBe('pending');
    await payments().stopAll(id, 6);
    expect((await payment(begun.id)).state).toBe('closed');
  });
});
