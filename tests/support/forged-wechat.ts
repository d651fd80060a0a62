/** What somebody could make of a notice of WeChat Pay v3. */
import type { Notice as Sent } from '#src/partners/payments/deliver.ts';
import type { WechatPaySimulator } from '#src/partners/payments/wechat-pay.ts';
import type { PlatformKey } from '#src/partners/payments/wechat-pay-signing.ts';
import { changed, type Forgery, POSITIONS, sloppy } from './forged-notices.ts';

export interface ForgedWechat {
  partner: WechatPaySimulator;
  paymentNo: string;
  good: Sent;
  /** Keys that the merchant knows, knows no longer, and one of somebody else under a serial that it knows. */
  current: PlatformKey;
  earlier: PlatformKey;
  retired: PlatformKey;
  stranger: PlatformKey;
}

export const nowSeconds = () => Math.floor(Date.now() / 1_000);

/** @param at called when a notice is forged */
export function wechatForgeries(at: () => ForgedWechat): Forgery[] {
  const notice = (...how: Parameters<WechatPaySimulator['notice']> extends [string, ...infer Rest] ? Rest : never) =>
    at().partner.notice(at().paymentNo, ...how);
  const header = (name: string) => at().good.headers[`wechatpay-${name}`]!;
  const withHeader = (name: string, value: string) => {
    const { headers, body } = at().good;
    return { headers: { ...headers, [`wechatpay-${name}`]: value }, body };
  };
  const total = (value: unknown, currency = 'CNY') => notice({ resource: { amount: { total: value, currency } } });
  return [
    ['the signature changed', ['bad_signature'], (i) => withHeader('signature', changed(header('signature'), i))],
    ['the signature of another notice', ['bad_signature'], () => withHeader('signature', notice().headers['wechatpay-signature']!)],
    ['a sloppy signature', ['bad_signature'], () => withHeader('signature', sloppy(header('signature')))],
    ['a byte of the body changed', ['bad_signature'], (i) => ({ ...at().good, body: changed(at().good.body, i) })],
    [
      'a byte that is no text',
      ['bad_signature'],
      (i) => {
        const { headers, body } = at().good;
        const bytes = Buffer.from(body);
        bytes[Math.floor((i * bytes.length) / POSITIONS)] = 0x80 + i;
        return { headers, body: bytes };
      },
    ],
    ['a time too far back', ['stale'], (i) => notice({ at: nowSeconds() - 302 - i * 60 })],
    ['a time too far ahead', ['stale'], (i) => notice({ at: nowSeconds() + 302 + i * 60 })],
    ['another time than was signed', ['bad_signature'], (i) => withHeader('timestamp', String(nowSeconds() - 200 + i))],
    ['a time that is no number', ['stale'], (i) => withHeader('timestamp', `${nowSeconds()}${'x'.repeat(i + 1)}`)],
    ['another nonce than was signed', ['bad_signature'], (i) => withHeader('nonce', changed(header('nonce'), i))],
    ['an unknown serial', ['unknown_serial'], (i) => withHeader('serial', `${at().current.serial}${i}`)],
    ['the serial of another good key', ['bad_signature'], () => withHeader('serial', at().earlier.serial)],
    ['a retired key', ['unknown_serial'], () => notice({ by: at().retired })],
    ['a key of somebody else', ['bad_signature'], () => notice({ by: at().stranger })],
    ['another app', ['wrong_app'], (i) => notice({ resource: { appid: `wx${i}` } })],
    ['another merchant', ['wrong_merchant'], (i) => notice({ resource: { mchid: `${i}` } })],
    ['another payment', ['number'], (i) => notice({ resource: { out_trade_no: `other-${i}` } })],
    ['another amount', ['amount'], (i) => total(i)],
    ['an amount that is none', ['malformed'], (i) => total(`${i}`)],
    ['another currency', ['wrong_currency'], (i) => total(29_900, `X${i}`)],
    ['other associated data', ['undecryptable'], (i) => notice({ associatedData: `other-${i}` })],
    ['the prefix of a probe', ['probe'], () => withHeader('signature', `WECHATPAY/SIGNTEST/${header('signature').slice(19)}`)],
    ['an event of another kind', ['unsupported'], (i) => notice({ eventType: `PAYSCORE.${i}` })],
  ];
}
