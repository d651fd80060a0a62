/** Forged, changed and old notices: none of them may count (B3 of the fault plan). */
import { startWechatPayV2Simulator, type WechatPayV2Simulator } from '#src/partners/payments/wechat-pay-v2.ts';
import { faultOf, type NewPayment, type PaymentGateway } from '#src/payments/gateways/gateway.ts';
import { NoticeRefused } from '#src/payments/gateways/notice.ts';
import { createWechatPayV2 } from '#src/payments/gateways/wechat-pay-v2.ts';
import { changed, NOWHERE, POSITIONS, verdict, verdicts } from '#tests/support/forged-notices.ts';
import { wechatV2Forgeries } from '#tests/support/forged-wechat-v2.ts';
import { newPayment } from '#tests/support/merchant.ts';

describe.each(['MD5', 'HMAC-SHA256'] as const)('WeChat Pay v2 with %s', (signType) => {
  let partner: WechatPayV2Simulator;
  let gateway: PaymentGateway;
  let payment: NewPayment;
  let stranger: WechatPayV2Simulator;
  beforeAll(async () => {
    partner = await startWechatPayV2Simulator(signType);
    stranger = await startWechatPayV2Simulator(signType);
    gateway = createWechatPayV2(partner.merchant());
    payment = newPayment(NOWHERE);
    await gateway.create(payment);
    await partner.pay(payment.paymentNo, { notify: false });
    await createWechatPayV2(stranger.merchant()).create(payment);
    await stranger.pay(payment.paymentNo, { notify: false });
  });
  afterAll(async () => {
    await partner.close();
    await stranger.close();
  });

  const good = (changes?: Record<string, string>) => partner.notice(payment.paymentNo, changes);
  const otherSignType = signType === 'MD5' ? 'HMAC-SHA256' : 'MD5';

  test('a genuine notice counts, its fields in any order', async () => {
    expect(await verdict(gateway, good(), payment)).toBe('accepted');
    const fields = [...good().body.matchAll(/<(\w+)><!\[CDATA\[.*?\]\]><\/\1>/g)].map(([field]) => field);
    expect(fields.length).toBeGreaterThan(10);
    expect(await verdict(gateway, { headers: {}, body: `<xml>\n${fields.toReversed().join('\n')}</xml>` }, payment)).toBe('accepted');
  });

  const forgeries = wechatV2Forgeries(() => ({ partner, paymentNo: payment.paymentNo, stranger, otherSignType }));
  test.each(forgeries)('with %s never counts', async (_name, expected, forge) => {
    expect(await verdicts(gateway, payment, forge)).toEqual(expected);
  });

  test('a failed payment is told as failed', async () => {
    const { headers, body } = good({ result_code: 'FAIL' });
    expect(await gateway.parseNotification(Buffer.from(body), headers)).toMatchObject({ kind: 'payment', state: 'failed' });
  });

  test('of a refund says what a signed query says, whatever somebody makes of its unsigned cipher', async () => {
    const refund = { ...payment, refundNo: `refund-${signType}`, amountFen: 100, totalFen: payment.amountFen, reason: '' };
    partner.refundsEnd(null);
    await gateway.refund(refund);
    const { headers, body } = partner.notice(refund.refundNo);
    const told = await gateway.parseNotification(Buffer.from(body), headers);
    expect(told).toMatchObject({ kind: 'refund', state: 'processing', amountFen: 100, refundNo: refund.refundNo });
    const found = new Set<string>();
    for (let position = 0; position < POSITIONS; position++) {
      const forged = body.replace(/(?<=<req_info><!\[CDATA\[)[^\]]+/, (secret) => changed(secret, position));
      const answer = await gateway.parseNotification(Buffer.from(forged), headers).catch((error: unknown) => error);
      if (answer instanceof NoticeRefused) found.add(answer.reason);
      // What somebody made a hint to another refund of ours counts for nothing either.
      else if (faultOf(answer) !== 'unavailable') expect(answer).toEqual(told);
    }
    expect([...found].every((reason) => ['undecryptable', 'malformed', 'bad_signature'].includes(reason))).toBe(true);
    const foreign = Buffer.from(body.replace(/<mch_id>.*<\/mch_id>/, '<mch_id>1</mch_id>'));
    await expect(gateway.parseNotification(foreign, headers)).rejects.toMatchObject({ reason: 'wrong_merchant' });
  });
});
