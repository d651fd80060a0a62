/** What somebody could make of a notice of WeChat Pay v2. */
import type { WechatPayV2Simulator } from '#src/partners/payments/wechat-pay-v2.ts';
import type { SignType } from '#src/payments/gateways/wechat-xml.ts';
import { changed, type Forgery } from './forged-notices.ts';

export interface ForgedWechatV2 {
  partner: WechatPayV2Simulator;
  paymentNo: string;
  /** Another merchant's partner, which has the same payment. */
  stranger: WechatPayV2Simulator;
  /** Not chosen by the merchant. */
  otherSignType: SignType;
}

/** @param at called when a notice is forged */
export function wechatV2Forgeries(at: () => ForgedWechatV2): Forgery[] {
  const good = (changes?: Record<string, string>) => at().partner.notice(at().paymentNo, changes);
  const edited = (edit: (body: string) => string) => ({ ...good(), body: edit(good().body) });
  const entity = (body: string) =>
    `<!DOCTYPE xml [<!ENTITY fee "29900">]>${body.replace(/<total_fee>.*<\/total_fee>/, '<total_fee>&fee;</total_fee>')}`;
  const more = (xml: string) => edited((body) => body.replace('</xml>', `${xml}</xml>`));
  return [
    [
      'the signature changed',
      ['bad_signature'],
      (i) => edited((body) => body.replace(/(?<=<sign><!\[CDATA\[)\w+/, (sign) => changed(sign, i))),
    ],
    ['a field changed', ['bad_signature'], (i) => edited((body) => body.replace(/(?<=<total_fee><!\[CDATA\[)\d+/, String(i)))],
    ['a field more', ['bad_signature'], (i) => more(`<more>${i}</more>`)],
    ['a field less', ['bad_signature'], () => edited((body) => body.replace(/<time_end>.*<\/time_end>/, ''))],
    ['no signature', ['bad_signature'], () => edited((body) => body.replace(/<sign>.*<\/sign>/, ''))],
    ['a field twice', ['malformed'], (i) => more(`<total_fee>${i}</total_fee>`)],
    ['fields within fields', ['malformed'], (i) => more(`<deep><total_fee>${i}</total_fee></deep>`)],
    ['an entity', ['malformed'], () => edited(entity)],
    ['another way of signing', ['bad_signature'], () => at().partner.notice(at().paymentNo, {}, at().otherSignType)],
    ['a key of somebody else', ['bad_signature'], () => at().stranger.notice(at().paymentNo)],
    ['another app', ['wrong_app'], (i) => good({ appid: `wx${i}` })],
    ['another merchant', ['wrong_merchant'], (i) => good({ mch_id: String(i) })],
    ['another payment', ['number'], (i) => good({ out_trade_no: `other-${i}` })],
    ['another amount', ['amount'], (i) => good({ total_fee: String(i) })],
    ['an amount that is none', ['malformed'], (i) => good({ total_fee: `${i}.5` })],
    ['another currency', ['wrong_currency'], (i) => good({ fee_type: `X${i}` })],
    ['a failed call', ['malformed'], () => good({ return_code: 'FAIL' })],
    ['an unknown result', ['unsupported'], (i) => good({ result_code: `MAYBE${i}` })],
    ['no XML', ['malformed'], (i) => ({ headers: {}, body: '<'.repeat(i) })],
  ];
}
