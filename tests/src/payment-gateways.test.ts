import { faultOf, isDeclined, type NewPayment, type PaymentGateway } from '#src/payments/gateways/gateway.ts';
import { mismatch } from '#src/payments/gateways/notice.ts';
import { closePayment, createPayment, refundPayment } from '#src/payments/gateways/settle.ts';
import {
  type ChannelUnderTest,
  channels,
  type Merchant,
  newNumber,
  newPayment,
  newRefund,
  startMerchant,
} from '#tests/support/merchant.ts';
import { until } from '#tests/support/wait.ts';

/** What became of a call: a value, or what its fault means. */
const outcome = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => faultOf(error) ?? error);

describe.each(Object.entries(channels))('%s', (name, start) => {
  let channel: ChannelUnderTest;
  let gateway: PaymentGateway;
  let merchant: Merchant;
  beforeAll(async () => {
    channel = await start();
    gateway = channel.gateway();
    merchant = await startMerchant(() => gateway);
  });
  afterEach(() => {
    channel.partner.heal();
    channel.partner.refundsEnd('succeeded');
    merchant.notices.length = 0;
    merchant.refusals.length = 0;
  });
  afterAll(async () => {
    await channel.partner.close();
    await merchant.close();
  });

  const isAlipay = name === 'Alipay';
  /** Alipay's library makes a call again by itself when the line was cut. */
  const tries = isAlipay ? 2 : 1;

  async function paid(changes?: Partial<NewPayment>): Promise<NewPayment> {
    const payment = newPayment(merchant.url, changes);
    await gateway.create(payment);
    await channel.partner.pay(payment.paymentNo, { notify: false });
    return payment;
  }

  test('create() answers a code; who scans it and pays is told to us once the partner has the money', async () => {
    const payment = newPayment(merchant.url);
    const action = await gateway.create(payment);
    expect(action).toEqual({ kind: 'qr', codeUrl: expect.stringMatching(/^http/) });
    expect((await gateway.query(payment.paymentNo)).state).toBe(isAlipay ? 'missing' : 'pending');

    const page = (action as { codeUrl: string }).codeUrl;
    const shown = await fetch(page, { headers: { 'accept-language': 'zh-CN' } });
    expect(await shown.text()).toContain('¥299.00');
    expect((await gateway.query(payment.paymentNo)).state).toBe('pending');
    const done = await fetch(`${page}/pay`, { method: 'POST' });
    expect(await done.text()).toContain('Paid');

    const [notice] = merchant.notices;
    expect(notice).toMatchObject({ kind: 'payment', state: 'paid', paidAt: expect.any(Date), gatewayNo: expect.stringMatching(/^4200/) });
    expect(notice && mismatch(notice, payment)).toBeNull();
    expect(await gateway.query(payment.paymentNo)).toMatchObject({
      state: 'paid',
      amountFen: 29_900,
      currency: 'CNY',
      paidAt: expect.any(Date),
    });
  });

  test('create() with a used number makes no second payment', async () => {
    const payment = newPayment(merchant.url);
    expect(await gateway.create(payment)).toEqual(await gateway.create(payment));
    expect(await outcome(gateway.create({ ...payment, amountFen: 1 }))).toBe('declined');
    await channel.partner.pay(payment.paymentNo);
    const again = await gateway.create(payment).catch((error: unknown) => error);
    expect(isDeclined(again, 'already_paid')).toBe(true);
    expect(await createPayment(gateway, payment)).toMatchObject({ kind: 'over', status: { state: 'paid' } });
  });

  test('a request that another key signed is refused', async () => {
    const stranger = channel.stranger();
    const payment = newPayment(merchant.url);
    // Alipay does not sign that refusal, and what is not signed proves nothing.
    expect(await outcome(stranger.create(payment))).toBe(isAlipay ? 'unknown' : 'declined');
    expect((await gateway.query(payment.paymentNo)).state).toBe('missing');
  });

  test.each([
    ['a number of another form', { paymentNo: 'a b' }],
    ['half a fen', { amountFen: 0.5 }],
    ['nothing', { amountFen: 0 }],
    ['less than nothing', { amountFen: -1 }],
    ['a scene it does not have', { scene: 'fax' as never }],
    ['a past end', { expiresAt: new Date(0) }],
  ])('create() with %s asks nobody', async (_name, changes) => {
    const before = channel.partner.requests();
    expect(await outcome(gateway.create(newPayment(merchant.url, changes)))).toBe('declined');
    expect(channel.partner.requests()).toBe(before);
  });

  test('close() ends an unpaid payment, and closePayment() tells of one that was paid meanwhile', async () => {
    const unpaid = newPayment(merchant.url);
    const action = await gateway.create(unpaid);
    await fetch((action as { codeUrl: string }).codeUrl);
    expect((await closePayment(gateway, unpaid.paymentNo)).state).toBe('closed');
    expect((await closePayment(gateway, unpaid.paymentNo)).state).toBe('closed');
    expect(await channel.partner.pay(unpaid.paymentNo)).toBeNull();
    expect((await closePayment(gateway, (await paid()).paymentNo)).state).toBe('paid');
    expect((await closePayment(gateway, newNumber())).state).toBe('missing');
  });

  test('a payment that comes after the end is told like any other', async () => {
    const payment = newPayment(merchant.url);
    await gateway.create(payment);
    await gateway.close(payment.paymentNo);
    await channel.partner.pay(payment.paymentNo, { late: true });
    expect(merchant.notices).toMatchObject([{ state: 'paid', paymentNo: payment.paymentNo }]);
    expect((await gateway.query(payment.paymentNo)).state).toBe('paid');
  });

  test('refund() gives back in parts, never more than was paid, and the same number once', async () => {
    const payment = await paid();
    const first = newRefund(payment, 10_000);
    expect(['processing', 'succeeded']).toContain((await gateway.refund(first)).state);
    const second = newRefund(payment, 19_900);
    await gateway.refund(second);
    await gateway.refund(second);
    expect(await outcome(gateway.refund(newRefund(payment, 1)))).toBe('declined');
    expect(await outcome(gateway.refund({ ...first, amountFen: 9_999 }))).toBe('declined');
    expect(await gateway.queryRefund(first)).toMatchObject({
      refundNo: first.refundNo,
      amountFen: 10_000,
      state: 'succeeded',
      refundedAt: expect.any(Date),
    });
    expect((await gateway.query(payment.paymentNo)).state).toBe('paid');

    await until('both notices', () => merchant.notices.length === 2);
    const notices = merchant.notices.toSorted((a, b) => a.amountFen - b.amountFen);
    expect(notices).toMatchObject([
      { kind: 'refund', refundNo: first.refundNo, amountFen: 10_000, state: 'succeeded' },
      { kind: 'refund', refundNo: second.refundNo, amountFen: 19_900, state: 'succeeded' },
    ]);
    expect(mismatch(notices[0]!, first)).toBeNull();
    expect(mismatch(notices[0]!, second)).toBe('number');
  });

  test('refund() of what was not paid, and of more than was paid, is declined', async () => {
    const payment = newPayment(merchant.url);
    await gateway.create(payment);
    expect(await outcome(gateway.refund(newRefund(payment, 1)))).toBe('declined');
    const before = channel.partner.requests();
    expect(await outcome(gateway.refund(newRefund(payment, payment.amountFen + 1)))).toBe('declined');
    expect(channel.partner.requests()).toBe(before);
  });

  test('queryRefund() tells how a refund goes', async () => {
    const payment = await paid();
    channel.partner.refundsEnd(null);
    const refund = newRefund(payment, 5_000);
    expect((await gateway.queryRefund(refund)).state).toBe('missing');
    expect((await gateway.refund(refund)).state).toBe('processing');
    // Alipay says nothing of a refund before it is done.
    expect((await gateway.queryRefund(refund)).state).toBe(isAlipay ? 'missing' : 'processing');
    channel.partner.refundsEnd('failed');
    expect((await gateway.queryRefund(refund)).state).toBe(isAlipay ? 'missing' : 'failed');
    if (isAlipay) return;
    const stuck = newRefund(payment, 5_000);
    channel.partner.refundsEnd('abnormal');
    await gateway.refund(stuck);
    expect((await gateway.queryRefund(stuck)).state).toBe('abnormal');
  });

  describe('when the partner is ill', () => {
    test.each([
      ['answers 502', { kind: 'status', status: 502 }],
      ['cuts the line', { kind: 'reset' }],
      ['says nothing', { kind: 'silence' }],
    ] as const)('and %s, writes are unknown and reads can be tried again', async (_name, fault) => {
      const payment = await paid();
      const hasty = fault.kind === 'silence' ? channel.gateway(1_000) : gateway;
      channel.partner.fail(fault, 5 * tries);
      const outcomes = await Promise.all(
        [
          hasty.create(newPayment(merchant.url)),
          hasty.close(payment.paymentNo),
          hasty.refund(newRefund(payment, 1)),
          hasty.query(payment.paymentNo),
          hasty.queryRefund(newRefund(payment, 1)),
        ].map(outcome),
      );
      expect(outcomes).toEqual(['unknown', 'unknown', 'unknown', 'unavailable', 'unavailable']);
    });

    test('and signs wrongly, nothing it says is believed', async () => {
      const payment = await paid();
      channel.partner.garble(3);
      expect(await outcome(gateway.query(payment.paymentNo))).toBe('unavailable');
      expect(await outcome(gateway.refund(newRefund(payment, 1)))).toBe('unknown');
      expect(await outcome(gateway.create(newPayment(merchant.url)))).toBe('unknown');
    });

    test('and takes too many calls, they had no effect', async () => {
      const payment = await paid();
      channel.partner.fail({ kind: 'status', status: 429 });
      expect(await outcome(gateway.refund(newRefund(payment, 1)))).toBe('unavailable');
    });

    test('and cannot be reached, calls had no effect', async () => {
      const lost = channel.lost();
      expect(await outcome(lost.create(newPayment(merchant.url)))).toBe('unavailable');
      expect(await outcome(lost.query(newNumber()))).toBe('unavailable');
    });

    test('and its answers are lost, a query settles what happened, and nothing happens twice', async () => {
      const payment = newPayment(merchant.url);
      channel.partner.fail({ kind: 'lose' }, tries);
      expect(await createPayment(gateway, payment)).toMatchObject({ kind: 'qr' });
      await channel.partner.pay(payment.paymentNo);
      expect(merchant.notices).toHaveLength(1);

      const refund = newRefund(payment, payment.amountFen);
      channel.partner.fail({ kind: 'lose' }, tries);
      expect((await refundPayment(gateway, refund)).state).toBe('succeeded');
      await until('its notice', () => merchant.notices.length === 2);

      const late = newPayment(merchant.url);
      await fetch(((await gateway.create(late)) as { codeUrl: string }).codeUrl);
      channel.partner.fail({ kind: 'lose' }, tries);
      expect((await closePayment(gateway, late.paymentNo)).state).toBe('closed');
    });

    test('and a request never came, it is made once more under the same number', async () => {
      const payment = await paid();
      const refund = newRefund(payment, 1_000);
      channel.partner.fail({ kind: 'reset' }, tries);
      expect(['processing', 'succeeded']).toContain((await refundPayment(gateway, refund)).state);
      expect((await gateway.queryRefund(refund)).amountFen).toBe(1_000);
      await until('its notice', () => merchant.notices.length === 1);
    });

    test('and ill again while the outcome is settled, it stays unknown', async () => {
      channel.partner.fail({ kind: 'reset' }, tries);
      channel.partner.fail({ kind: 'slow', ms: 0 });
      channel.partner.fail({ kind: 'reset' }, tries);
      expect(await outcome(createPayment(gateway, newPayment(merchant.url)))).toBe('unknown');
    });
  });
});

describe.each(Object.entries(channels))('%s', (_name, start) => {
  let channel: ChannelUnderTest;
  let merchant: Merchant;
  beforeAll(async () => {
    channel = await start({ resendAfterMs: [20, 20, 20] });
    const gateway = channel.gateway();
    merchant = await startMerchant(() => gateway);
  });
  afterAll(async () => {
    await channel.partner.close();
    await merchant.close();
  });

  test('sends a notice that was not taken again until it is', async () => {
    const payment = newPayment(merchant.url);
    await channel.gateway().create(payment);
    merchant.decline(2);
    await channel.partner.pay(payment.paymentNo);
    await until('the third try', () => merchant.notices.length === 1);
    expect(merchant.notices).toMatchObject([{ kind: 'payment', paymentNo: payment.paymentNo, state: 'paid' }]);
  });
});
