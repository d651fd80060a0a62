/** Forged, changed and old notices: none of them may count (B3 of the fault plan). */
import { createSign, type KeyObject } from 'node:crypto';
import { type AlipaySimulator, startAlipaySimulator } from '#src/partners/payments/alipay.ts';
import type { Notice as Sent } from '#src/partners/payments/deliver.ts';
import { newKeyPair, pem } from '#src/partners/payments/rsa.ts';
import { createAlipay } from '#src/payments/gateways/alipay.ts';
import type { NewPayment, PaymentGateway } from '#src/payments/gateways/gateway.ts';
import { alipayForgeries } from '#tests/support/forged-alipay.ts';
import { NOWHERE, verdict, verdicts } from '#tests/support/forged-notices.ts';
import { newPayment } from '#tests/support/merchant.ts';

describe('Alipay', () => {
  let partner: AlipaySimulator;
  let gateway: PaymentGateway;
  let payment: NewPayment;
  let stranger: KeyObject;
  let own: KeyObject;
  let genuine: Sent;
  let weak: PaymentGateway;
  beforeAll(async () => {
    partner = await startAlipaySimulator();
    gateway = createAlipay(partner.merchant());
    const pair = await newKeyPair();
    stranger = (await newKeyPair()).privateKey;
    own = pair.privateKey;
    payment = newPayment(NOWHERE);
    await gateway.create(payment);
    await partner.pay(payment.paymentNo, { notify: false });
    genuine = good();
    // Alipay's key made known to the test, so that it can sign in a way that Alipay would not.
    weak = createAlipay({ ...partner.merchant(), alipayPublicKey: pem(pair.publicKey) });
  });
  afterAll(() => partner.close());

  const good = (changes?: Record<string, string>) => partner.notice(payment.paymentNo, changes);
  test('a genuine notice counts', async () => {
    expect(await verdict(gateway, good(), payment)).toBe('accepted');
    expect(await verdict(gateway, good({ subject: 'A+B & 100% «复诊»' }), payment)).toBe('accepted');
  });

  const forgeries = alipayForgeries(() => ({ partner, paymentNo: payment.paymentNo, genuine, stranger }));
  test.each(forgeries)('with %s never counts', async (_name, expected, forge) => {
    expect(await verdicts(gateway, payment, forge)).toEqual(expected);
  });

  test('signed in the weak way that Alipay had never counts', async () => {
    const form = new URLSearchParams(good().body);
    form.delete('sign');
    form.set('sign_type', 'RSA');
    const covered = [...form].filter(([name]) => name !== 'sign_type').sort(([a], [b]) => (a < b ? -1 : 1));
    const text = covered.map(([name, value]) => `${name}=${value}`).join('&');
    form.set('sign', createSign('RSA-SHA1').update(text).sign(own, 'base64'));
    expect(await verdict(weak, { headers: {}, body: form.toString() }, payment)).toBe('bad_signature');
    // The same text in the right way counts, so it was the way that was refused.
    form.set('sign_type', 'RSA2');
    form.set('sign', createSign('RSA-SHA256').update(text).sign(own, 'base64'));
    expect(await verdict(weak, { headers: {}, body: form.toString() }, payment)).toBe('accepted');
  });
});
