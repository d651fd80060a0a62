/** Forged, changed and old notices: none of them may count (B3 of the fault plan). */
import { createPrivateKey } from 'node:crypto';
import { generate } from 'selfsigned';
import type { Notice as Sent } from '#src/partners/payments/deliver.ts';
import { newKeyPair } from '#src/partners/payments/rsa.ts';
import { startWechatPaySimulator, type WechatPaySimulator } from '#src/partners/payments/wechat-pay.ts';
import type { PlatformKey } from '#src/partners/payments/wechat-pay-signing.ts';
import type { NewPayment, PaymentGateway } from '#src/payments/gateways/gateway.ts';
import { createWechatPay } from '#src/payments/gateways/wechat-pay.ts';
import { NOWHERE, verdict, verdicts } from '#tests/support/forged-notices.ts';
import { nowSeconds, wechatForgeries } from '#tests/support/forged-wechat.ts';
import { newPayment } from '#tests/support/merchant.ts';

describe('WeChat Pay v3', () => {
  let partner: WechatPaySimulator;
  let gateway: PaymentGateway;
  let payment: NewPayment;
  let current: PlatformKey;
  let earlier: PlatformKey;
  let retired: PlatformKey;
  let stranger: PlatformKey;
  let good: Sent;
  beforeAll(async () => {
    partner = await startWechatPaySimulator();
    retired = await partner.rotate();
    earlier = await partner.rotate();
    current = await partner.rotate();
    const { platformKeys, ...merchant } = partner.merchant();
    delete (platformKeys as Record<string, string>)[retired.serial];
    gateway = createWechatPay({ ...merchant, platformKeys });
    stranger = { serial: current.serial, ...(await newKeyPair()) };
    payment = newPayment(NOWHERE);
    await gateway.create(payment);
    await partner.pay(payment.paymentNo, { notify: false });
    good = partner.notice(payment.paymentNo);
  });
  afterAll(() => partner.close());

  test('a genuine notice counts, also at the edges of its time and with a key that is being replaced', async () => {
    const notices = [good, { at: nowSeconds() - 299 }, { at: nowSeconds() + 299 }, { by: earlier }, { by: current }];
    for (const how of notices) {
      const notice = 'body' in how ? how : partner.notice(payment.paymentNo, how);
      expect(await verdict(gateway, notice, payment)).toBe('accepted');
    }
  });

  const forgeries = wechatForgeries(() => ({ partner, paymentNo: payment.paymentNo, good, current, earlier, retired, stranger }));
  test.each(forgeries)('with %s never counts', async (_name, expected, forge) => {
    expect(await verdicts(gateway, payment, forge)).toEqual(expected);
  });

  test.each(['timestamp', 'nonce', 'serial', 'signature'])('without the header of its %s never counts', async (name) => {
    const { headers, body } = good;
    const { [`wechatpay-${name}`]: _gone, ...rest } = headers;
    expect(await verdict(gateway, { headers: rest, body }, payment)).toBe('malformed');
  });

  test('with a certificate that has ended never counts', async () => {
    const day = 86_400_000;
    const made = async (notAfter: number) =>
      generate([{ name: 'commonName', value: 'Tenpay' }], {
        keySize: 2048,
        algorithm: 'sha256',
        notBeforeDate: new Date(Date.now() - 9 * day),
        notAfterDate: new Date(Date.now() + notAfter),
      });
    const [ended, valid] = [await made(-day), await made(day)];
    const { platformKeys: _keys, ...merchant } = partner.merchant();
    const certified = createWechatPay({ ...merchant, platformKeys: { ENDED: ended.cert, VALID: valid.cert } });
    const signedBy = async (serial: string, text: string) => {
      return partner.notice(payment.paymentNo, { by: { serial, privateKey: createPrivateKey(text), publicKey: stranger.publicKey } });
    };
    expect(await verdict(certified, await signedBy('VALID', valid.private), payment)).toBe('accepted');
    expect(await verdict(certified, await signedBy('ENDED', ended.private), payment)).toBe('unknown_serial');
  });
});
