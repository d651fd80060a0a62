/** Notices of Alipay: a form signed with RSA2. Every one is about a trade; a refund's is the trade's, with a refund in it. */
import { toFen } from '#src/money.ts';
import { tradeState } from './alipay-states.ts';
import { fromChinaTime, PLAIN_TIME } from './china-time.ts';
import type { NewRefund, RefundStatus } from './gateway.ts';
import { isCanonicalBase64 } from './keys.ts';
import { CURRENCY, type Notice, NoticeRefused } from './notice.ts';

interface Checks {
  appId: string;
  sellerId: string;
  /** Whether the signature holds. */
  verify(form: Record<string, string>): boolean;
  queryRefund(refund: Pick<NewRefund, 'paymentNo' | 'refundNo'>): Promise<RefundStatus>;
}

type Form = Record<string, string | undefined>;

/** @throws {NoticeRefused} @throws {PartnerError} `unavailable`: the refund could not be asked about */
export async function readAlipayNotice(rawBody: Buffer, checks: Checks): Promise<Notice> {
  const form = parseForm(rawBody);
  // The library would take the weaker RSA (SHA-1) if the notice said so.
  const sound = form['sign_type'] === 'RSA2' && isCanonicalBase64(form['sign'] ?? '');
  if (!sound || !holds(form, checks)) throw new NoticeRefused('bad_signature');
  return readForm(form, checks);
}

/** @throws {NoticeRefused} `malformed`: a field comes twice */
function parseForm(rawBody: Buffer): Record<string, string> {
  const entries = [...new URLSearchParams(rawBody.toString())];
  const form = Object.fromEntries(entries);
  if (Object.keys(form).length !== entries.length) throw new NoticeRefused('malformed');
  return form;
}

function holds(form: Record<string, string>, { verify }: Checks): boolean {
  try {
    return verify(form);
  } catch {
    return false;
  }
}

async function readForm(form: Form, checks: Checks): Promise<Notice> {
  const { appId, sellerId: merchantId, queryRefund } = checks;
  if (form['app_id'] !== appId) throw new NoticeRefused('wrong_app');
  if (form['seller_id'] !== merchantId) throw new NoticeRefused('wrong_merchant');
  if ((form['trans_currency'] ?? CURRENCY) !== CURRENCY) throw new NoticeRefused('wrong_currency');
  if (form['notify_type'] !== 'trade_status_sync') throw new NoticeRefused('unsupported');
  const { notify_id: eventId, out_trade_no: paymentNo, trade_no: gatewayNo, trade_status: status, total_amount: total } = form;
  const amountFen = fenOf(total);
  if (!eventId || !paymentNo || !gatewayNo || !status || amountFen === null) throw new NoticeRefused('malformed');
  const base = { eventId, paymentNo, currency: CURRENCY, appId, merchantId };
  if (form['refund_fee'] && form['out_biz_no']) {
    // Its `refund_fee` is the sum of all refunds of the trade, so what this one gave back is asked for.
    const refund = await queryRefund({ paymentNo, refundNo: form['out_biz_no'] });
    if (refund.state === 'missing' || refund.amountFen === null) throw new NoticeRefused('unsupported');
    return { ...refund, ...base, kind: 'refund', amountFen: refund.amountFen };
  }
  const paidAt = fromChinaTime(form['gmt_payment'], PLAIN_TIME);
  return { ...base, kind: 'payment', gatewayNo, state: tradeState(status, paidAt !== null), amountFen, paidAt };
}

function fenOf(yuan: string | undefined): number | null {
  try {
    return yuan === undefined || yuan.startsWith('-') ? null : toFen(yuan);
  } catch {
    return null;
  }
}
