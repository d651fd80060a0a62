/** Forged, changed and old notices: none of them may count (B3 of the fault plan). */
import { createPrivateKey } from 'node:crypto';
import { generate } from 'selfsigned';
import type { Notice as Sent } from '#src/partners/payments/deliver.ts';
import { newKeyPair } from '#src/partners/payments/rsa.ts';
import { startWechatPaySimulator, type WechatPaySimulator } from '#src/partners/payments/wechat-pay.ts';
import type { PlatformKey } from '#src/partners/payments/wechat-pay-signing.ts';
import type { NewPayment, PaymentGateway } from '#src/payments/gateways/gateway.ts';
import { createWechatPay } from '#src/payments/gateways/wechat-pay.ts';
import { changed, type Forged, NOWHERE, POSITIONS, sloppy, verdict, verdicts } from '#tests/support/forged-notices.ts';
import { newPayment } from '#tests/support/merchant.ts';

const nowSeconds = () => Math.floor(Date.now() / 1_000);

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

  const withHeader = (name: string, value: string) => {
    const { headers, body } = good;
    return { headers: { ...headers, [`wechatpay-${name}`]: value }, body };
  };

  test('a genuine notice counts, also at the edges of its time and with a key that is being replaced', async () => {
    const notices = [good, { at: nowSeconds() - 299 }, { at: nowSeconds() + 299 }, { by: earlier }, { by: current }];
    for (const how of notices) {
      const notice = 'body' in how ? how : partner.notice(payment.paymentNo, how);
      expect(await verdict(gateway, notice, payment)).toBe('accepted');
    }
  });

  test.each<[string, string[], (position: number) => Forged]>([
    ['the signature changed', ['bad_signature'], (i) => withHeader('signature', changed(good.headers['wechatpay-signature']!, i))],
    [
      'the signature of another notice',
      ['bad_signature'],
      () => withHeader('signature', partner.notice(payment.paymentNo).headers['wechatpay-signature']!),
    ],
    [
      'a sloppy signature',
      ['bad_signature'],
      () => {
        const { headers, body } = good;
        return { headers: { ...headers, 'wechatpay-signature': sloppy(headers['wechatpay-signature']!) }, body };
      },
    ],
    ['a byte of the body changed', ['bad_signature'], (i) => ({ ...good, body: changed(good.body, i) })],
    [
      'a byte that is no text',
      ['bad_signature'],
      (i) => {
        const { headers, body } = good;
        const bytes = Buffer.from(body);
        bytes[Math.floor((i * bytes.length) / POSITIONS)] = 0x80 + i;
        return { headers, body: bytes };
      },
    ],
    ['a time too far back', ['stale'], (i) => partner.notice(payment.paymentNo, { at: nowSeconds() - 302 - i * 60 })],
    ['a time too far ahead', ['stale'], (i) => partner.notice(payment.paymentNo, { at: nowSeconds() + 302 + i * 60 })],
    ['another time than was signed', ['bad_signature'], (i) => withHeader('timestamp', String(nowSeconds() - 200 + i))],
    ['a time that is no number', ['stale'], (i) => withHeader('timestamp', `${nowSeconds()}${'x'.repeat(i + 1)}`)],
    ['another nonce than was signed', ['bad_signature'], (i) => withHeader('nonce', changed(good.headers['wechatpay-nonce']!, i))],
    ['an unknown serial', ['unknown_serial'], (i) => withHeader('serial', `${current.serial}${i}`)],
    ['the serial of another good key', ['bad_signature'], () => withHeader('serial', earlier.serial)],
    ['a retired key', ['unknown_serial'], () => partner.notice(payment.paymentNo, { by: retired })],
    ['a key of somebody else', ['bad_signature'], () => partner.notice(payment.paymentNo, { by: stranger })],
    ['another app', ['wrong_app'], (i) => partner.notice(payment.paymentNo, { resource: { appid: `wx${i}` } })],
    ['another merchant', ['wrong_merchant'], (i) => partner.notice(payment.paymentNo, { resource: { mchid: `${i}` } })],
    ['another payment', ['number'], (i) => partner.notice(payment.paymentNo, { resource: { out_trade_no: `other-${i}` } })],
    ['another amount', ['amount'], (i) => partner.notice(payment.paymentNo, { resource: { amount: { total: i, currency: 'CNY' } } })],
    [
      'an amount that is none',
      ['malformed'],
      (i) => partner.notice(payment.paymentNo, { resource: { amount: { total: `${i}`, currency: 'CNY' } } }),
    ],
    [
      'another currency',
      ['wrong_currency'],
      (i) => partner.notice(payment.paymentNo, { resource: { amount: { total: 29_900, currency: `X${i}` } } }),
    ],
    ['other associated data', ['undecryptable'], (i) => partner.notice(payment.paymentNo, { associatedData: `other-${i}` })],
    [
      'the prefix of a probe',
      ['probe'],
      () => withHeader('signature', `WECHATPAY/SIGNTEST/${good.headers['wechatpay-signature']!.slice(19)}`),
    ],
    ['an event of another kind', ['unsupported'], (i) => partner.notice(payment.paymentNo, { eventType: `PAYSCORE.${i}` })],
  ])('with %s never counts', async (_name, expected, forge) => {
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
