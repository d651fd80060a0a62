/** Forged, changed and old notices: none of them may count (B3 of the fault plan). */
import { createSign, type KeyObject } from 'node:crypto';
import { type AlipaySimulator, startAlipaySimulator } from '#src/partners/payments/alipay.ts';
import type { Notice as Sent } from '#src/partners/payments/deliver.ts';
import { newKeyPair, pem } from '#src/partners/payments/rsa.ts';
import { createAlipay } from '#src/payments/gateways/alipay.ts';
import type { NewPayment, PaymentGateway } from '#src/payments/gateways/gateway.ts';
import { changed, type Forged, NOWHERE, sloppy, verdict, verdicts } from '#tests/support/forged-notices.ts';
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
  const edited = (edit: (form: URLSearchParams) => void) => {
    const { headers, body } = genuine;
    const form = new URLSearchParams(body);
    edit(form);
    return { headers, body: form.toString() };
  };
  const nameAt = (i: number) => {
    const names = [...new URLSearchParams(genuine.body).keys()].filter((name) => name !== 'sign');
    return names[i % names.length]!;
  };

  test('a genuine notice counts', async () => {
    expect(await verdict(gateway, good(), payment)).toBe('accepted');
    expect(await verdict(gateway, good({ subject: 'A+B & 100% «复诊»' }), payment)).toBe('accepted');
  });

  test.each<[string, string[], (position: number) => Forged]>([
    ['the signature changed', ['bad_signature'], (i) => edited((form) => form.set('sign', changed(form.get('sign')!, i)))],
    ['a sloppy signature', ['bad_signature'], () => edited((form) => form.set('sign', sloppy(form.get('sign')!)))],
    ['a field changed', ['bad_signature'], (i) => edited((form) => form.set(nameAt(i), `${form.get(nameAt(i))}0`))],
    ['a field less', ['bad_signature'], (i) => edited((form) => form.delete(nameAt(i)))],
    ['a field more', ['bad_signature'], (i) => edited((form) => form.set(`more${i}`, 'x'))],
    ['a field twice', ['malformed'], (i) => edited((form) => form.append(nameAt(i), '1'))],
    ['no signature', ['bad_signature'], () => edited((form) => form.delete('sign'))],
    ['a key of somebody else', ['bad_signature'], () => partner.notice(payment.paymentNo, {}, stranger)],
    ['another app', ['wrong_app'], (i) => good({ app_id: `2021${i}` })],
    ['another seller', ['wrong_merchant'], (i) => good({ seller_id: `2088${i}` })],
    ['another payment', ['number'], (i) => good({ out_trade_no: `other-${i}` })],
    ['another amount', ['amount'], (i) => good({ total_amount: `${i}.00` })],
    ['an amount that is none', ['malformed'], (i) => good({ total_amount: `-${i}.001` })],
    ['another currency', ['wrong_currency'], (i) => good({ trans_currency: `X${i}` })],
    ['another type', ['unsupported'], (i) => good({ notify_type: `batch_${i}` })],
    [
      'bytes that are no text',
      ['bad_signature'],
      (i) => ({ ...genuine, body: genuine.body.replace('%', `%${(0x80 + (i % 64)).toString(16)}%`) }),
    ],
  ])('with %s never counts', async (_name, expected, forge) => {
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
