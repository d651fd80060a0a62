/** What somebody could make of a notice of Alipay. */
import type { KeyObject } from 'node:crypto';
import type { AlipaySimulator } from '#src/partners/payments/alipay.ts';
import type { Notice as Sent } from '#src/partners/payments/deliver.ts';
import { changed, type Forgery, sloppy } from './forged-notices.ts';

export interface ForgedAlipay {
  partner: AlipaySimulator;
  paymentNo: string;
  genuine: Sent;
  /** A key that is not Alipay's. */
  stranger: KeyObject;
}

/** @param at called when a notice is forged */
export function alipayForgeries(at: () => ForgedAlipay): Forgery[] {
  const good = (changes?: Record<string, string>) => at().partner.notice(at().paymentNo, changes);
  const edited = (edit: (form: URLSearchParams) => void) => {
    const { headers, body } = at().genuine;
    const form = new URLSearchParams(body);
    edit(form);
    return { headers, body: form.toString() };
  };
  const nameAt = (i: number) => {
    const names = [...new URLSearchParams(at().genuine.body).keys()].filter((name) => name !== 'sign');
    return names[i % names.length]!;
  };
  const noText = (body: string, i: number) => body.replace('%', `%${(0x80 + (i % 64)).toString(16)}%`);
  return [
    ['the signature changed', ['bad_signature'], (i) => edited((form) => form.set('sign', changed(form.get('sign')!, i)))],
    ['a sloppy signature', ['bad_signature'], () => edited((form) => form.set('sign', sloppy(form.get('sign')!)))],
    ['a field changed', ['bad_signature'], (i) => edited((form) => form.set(nameAt(i), `${form.get(nameAt(i))}0`))],
    ['a field less', ['bad_signature'], (i) => edited((form) => form.delete(nameAt(i)))],
    ['a field more', ['bad_signature'], (i) => edited((form) => form.set(`more${i}`, 'x'))],
    ['a field twice', ['malformed'], (i) => edited((form) => form.append(nameAt(i), '1'))],
    ['no signature', ['bad_signature'], () => edited((form) => form.delete('sign'))],
    ['a key of somebody else', ['bad_signature'], () => at().partner.notice(at().paymentNo, {}, at().stranger)],
    ['another app', ['wrong_app'], (i) => good({ app_id: `2021${i}` })],
    ['another seller', ['wrong_merchant'], (i) => good({ seller_id: `2088${i}` })],
    ['another payment', ['number'], (i) => good({ out_trade_no: `other-${i}` })],
    ['another amount', ['amount'], (i) => good({ total_amount: `${i}.00` })],
    ['an amount that is none', ['malformed'], (i) => good({ total_amount: `-${i}.001` })],
    ['another currency', ['wrong_currency'], (i) => good({ trans_currency: `X${i}` })],
    ['another type', ['unsupported'], (i) => good({ notify_type: `batch_${i}` })],
    ['bytes that are no text', ['bad_signature'], (i) => ({ ...at().genuine, body: noText(at().genuine.body, i) })],
  ];
}
