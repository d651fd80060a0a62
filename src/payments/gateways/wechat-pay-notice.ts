/**
 * Notices of WeChat Pay v3, in the order that is safe: time, key, signature over the raw bytes, decryption, app and merchant.
 * Nothing of the body is read before its signature held.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { Aes, Formatter, Rsa } from 'wechatpay-axios-plugin';
import { z } from 'zod';
import { fromIsoTime } from './china-time.ts';
import { isCanonicalBase64, type PartnerKey } from './keys.ts';
import { CURRENCY, type Notice, NoticeRefused } from './notice.ts';
import { paymentState, refundState } from './wechat-states.ts';

export interface NoticeKeys {
  appId: string;
  merchantId: string;
  apiV3Key: string;
  platform: ReadonlyMap<string, PartnerKey>;
}

/** Seconds that a notice may be older or newer than our clock; WeChat signs a resent one anew. */
const MAX_SKEW_S = 300;
/** WeChat now and then sends a signature that starts like this and must be refused: it tests that we look. */
const PROBE = 'WECHATPAY/SIGNTEST/';

const envelope = z.object({
  id: z.string().min(1),
  event_type: z.string(),
  resource: z.object({
    algorithm: z.literal('AEAD_AES_256_GCM'),
    ciphertext: z.string(),
    associated_data: z.string().default(''),
    nonce: z.string(),
  }),
});
const paid = z.object({
  appid: z.string(),
  mchid: z.string(),
  out_trade_no: z.string(),
  transaction_id: z.string(),
  trade_state: z.string(),
  success_time: z.string().optional(),
  amount: z.object({ total: z.int(), currency: z.string().default(CURRENCY) }),
});
const refunded = z.object({
  mchid: z.string(),
  out_trade_no: z.string(),
  out_refund_no: z.string(),
  refund_id: z.string(),
  refund_status: z.string(),
  success_time: z.string().optional(),
  // It names no currency: there is only one.
  amount: z.object({ refund: z.int() }),
});

/** @throws {NoticeRefused} as a rejection */
export async function readNotice(rawBody: Buffer, headers: IncomingHttpHeaders, keys: NoticeKeys): Promise<Notice> {
  verify(rawBody, headers, keys.platform);
  const { id, event_type, resource } = parse(envelope, rawBody.toString());
  const text = decrypt(resource, keys.apiV3Key);
  if (event_type.startsWith('TRANSACTION.')) return paymentNotice(id, parse(paid, text), keys);
  if (event_type.startsWith('REFUND.')) return refundNotice(id, parse(refunded, text), keys);
  throw new NoticeRefused('unsupported');
}

function verify(rawBody: Buffer, headers: IncomingHttpHeaders, platform: NoticeKeys['platform']): void {
  const [timestamp, nonce, serial, signature] = ['timestamp', 'nonce', 'serial', 'signature'].map((name) => headers[`wechatpay-${name}`]);
  if (typeof timestamp !== 'string' || typeof nonce !== 'string' || typeof serial !== 'string' || typeof signature !== 'string')
    throw new NoticeRefused('malformed');
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(Formatter.timestamp() - Number(timestamp)) > MAX_SKEW_S) throw new NoticeRefused('stale');
  const known = platform.get(serial);
  if (!known || (known.expiresAt && known.expiresAt.getTime() < Date.now())) throw new NoticeRefused('unknown_serial');
  if (signature.startsWith(PROBE)) throw new NoticeRefused('probe');
  // Bytes that are no UTF-8 would turn into others on their way through a string.
  const body = rawBody.toString();
  const sound = isCanonicalBase64(signature) && Buffer.from(body).equals(rawBody);
  if (!sound || !Rsa.verify(Formatter.response(timestamp, nonce, body), signature, known.key)) throw new NoticeRefused('bad_signature');
}

function decrypt({ ciphertext, nonce, associated_data }: z.infer<typeof envelope>['resource'], key: string): string {
  try {
    return Aes.AesGcm.decrypt(ciphertext, key, nonce, associated_data);
  } catch {
    throw new NoticeRefused('undecryptable');
  }
}

function parse<Shape extends z.ZodType>(shape: Shape, text: string): z.infer<Shape> {
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    throw new NoticeRefused('malformed');
  }
}

function paymentNotice(eventId: string, payment: z.infer<typeof paid>, keys: NoticeKeys): Notice {
  const { appid, mchid, out_trade_no, transaction_id, trade_state, success_time, amount } = payment;
  if (appid !== keys.appId) throw new NoticeRefused('wrong_app');
  if (mchid !== keys.merchantId) throw new NoticeRefused('wrong_merchant');
  if (amount.currency !== CURRENCY) throw new NoticeRefused('wrong_currency');
  return {
    kind: 'payment',
    eventId,
    paymentNo: out_trade_no,
    gatewayNo: transaction_id,
    state: paymentState(trade_state),
    amountFen: amount.total,
    currency: amount.currency,
    appId: appid,
    merchantId: mchid,
    paidAt: fromIsoTime(success_time),
  };
}

function refundNotice(eventId: string, refund: z.infer<typeof refunded>, keys: NoticeKeys): Notice {
  if (refund.mchid !== keys.merchantId) throw new NoticeRefused('wrong_merchant');
  return {
    kind: 'refund',
    eventId,
    paymentNo: refund.out_trade_no,
    refundNo: refund.out_refund_no,
    gatewayNo: refund.refund_id,
    state: refundState(refund.refund_status),
    amountFen: refund.amount.refund,
    currency: CURRENCY,
    appId: null,
    merchantId: refund.mchid,
    refundedAt: fromIsoTime(refund.success_time),
  };
}
