/** WeChat Pay (微信支付), API version 2: XML signed by a shared key, MD5 as first promised (requirement ORD-09) or HMAC-SHA256. */
import { Formatter, Hash } from 'wechatpay-axios-plugin';
import { PLAIN_TIME, chinaTime, COMPACT_TIME, fromChinaTime } from './china-time.ts';
import { type Attempt, declined, type Effect, unsettled } from './faults.ts';
import {
  checkPayment,
  checkRefund,
  clip,
  isDeclined,
  type NewPayment,
  type NewRefund,
  type PayerAction,
  type PaymentGateway,
  type PaymentStatus,
  type RefundStatus,
} from './gateway.ts';
import { CURRENCY } from './notice.ts';
import { readXmlNotice } from './wechat-pay-v2-notice.ts';
import { paymentState, refundState } from './wechat-states.ts';
import { createXmlCall, type Fields, plain, signTypeOf, type WechatXmlOptions, type XmlCall } from './wechat-xml.ts';

const SUBJECT_BYTES = 127;
const REASON_BYTES = 80;
const TRADE_TYPES = { qr: 'NATIVE', in_app: 'JSAPI', mobile: 'MWEB' } as const;
const self = { channel: 'wechat_v2', scenes: ['qr', 'in_app', 'mobile'] } as const;

const attempt = (effect: Effect): Attempt => ({ channel: self.channel, effect });

type RefundIds = Pick<NewRefund, 'paymentNo' | 'refundNo'>;

/** @throws {Error} the API key has another length than 32 */
export function createWechatPayV2(options: WechatXmlOptions): PaymentGateway {
  const call = createXmlCall(options);
  const queryRefund = (refund: RefundIds) => refundQuery(call, refund);
  return {
    ...self,
    create: (payment) => create(call, options, payment),
    query: (paymentNo) => query(call, paymentNo),
    close: (paymentNo) => close(call, paymentNo),
    refund: (refund) => refundPayment(call, refund),
    queryRefund,
    parseNotification: (rawBody) => readXmlNotice(rawBody, options, queryRefund),
    answer: (ok) => ({
      status: 200,
      contentType: 'text/xml',
      body: `<xml><return_code><![CDATA[${ok ? 'SUCCESS' : 'FAIL'}]]></return_code><return_msg><![CDATA[${ok ? 'OK' : 'not processed'}]]></return_msg></xml>`,
    }),
  };
}

/** @throws {PartnerError} `unverified_answer`: signed, but about something else */
function sameNumber(effect: Effect, answer: Fields, field: string, expected: string): void {
  if (answer[field] !== expected) throw unsettled(attempt(effect), 'unverified_answer', 'not about this request');
}

/** Whole fen; null when the answer has none. */
const fen = (text: string | undefined): number | null => (text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : null);

async function create(call: XmlCall, options: WechatXmlOptions, payment: NewPayment): Promise<PayerAction> {
  checkPayment(self, payment);
  const { openid, address = '127.0.0.1' } = payment.payer ?? {};
  const answer = await call('write', '/pay/unifiedorder', {
    body: clip(plain(payment.subject), SUBJECT_BYTES),
    out_trade_no: payment.paymentNo,
    total_fee: String(payment.amountFen),
    fee_type: CURRENCY,
    spbill_create_ip: address,
    time_expire: chinaTime(payment.expiresAt, COMPACT_TIME),
    notify_url: payment.notifyUrl,
    trade_type: TRADE_TYPES[payment.scene as keyof typeof TRADE_TYPES],
    ...(payment.scene === 'qr' && { product_id: payment.paymentNo }),
    ...(payment.scene === 'in_app' && { openid: openid ?? '' }),
    ...(payment.scene === 'mobile' && { scene_info: JSON.stringify({ h5_info: { type: 'Wap' } }) }),
  }).catch((error: unknown) => {
    throw isDeclined(error, 'ORDERPAID') ? declined(attempt('write'), 'already_paid') : error;
  });
  const { code_url: codeUrl, prepay_id: prepayId, mweb_url: url, trade_type: type } = answer;
  if (type === 'NATIVE' && codeUrl) return { kind: 'qr', codeUrl };
  if (type === 'JSAPI' && prepayId) return { kind: 'app', params: appParameters(options, prepayId) };
  if (type !== 'MWEB' || !url) throw unsettled(attempt('write'), 'unverified_answer', 'no address to pay at');
  return { kind: 'redirect', url: payment.returnUrl ? `${url}&redirect_url=${encodeURIComponent(payment.returnUrl)}` : url };
}

/** What the page in WeChat hands to `WeixinJSBridge`, signed by us. */
function appParameters(options: WechatXmlOptions, prepayId: string): Record<string, string> {
  const signType = signTypeOf(options);
  const params = {
    appId: options.appId,
    timeStamp: String(Formatter.timestamp()),
    nonceStr: Formatter.nonce(),
    package: `prepay_id=${prepayId}`,
    signType,
  };
  return { ...params, paySign: Hash.sign(signType, params, options.apiKey) };
}

async function query(call: XmlCall, paymentNo: string): Promise<PaymentStatus> {
  const missing = { paymentNo, state: 'missing', gatewayNo: null, amountFen: null, currency: CURRENCY, paidAt: null } as const;
  try {
    const found = await call('read', '/pay/orderquery', { out_trade_no: paymentNo });
    sameNumber('read', found, 'out_trade_no', paymentNo);
    return {
      ...missing,
      state: paymentState(found['trade_state'] ?? ''),
      gatewayNo: found['transaction_id'] || null,
      amountFen: fen(found['total_fee']),
      currency: found['fee_type'] || CURRENCY,
      paidAt: fromChinaTime(found['time_end'], COMPACT_TIME),
    };
  } catch (error) {
    if (isDeclined(error, 'ORDERNOTEXIST')) return missing;
    throw error;
  }
}

async function close(call: XmlCall, paymentNo: string): Promise<void> {
  try {
    await call('write', '/pay/closeorder', { out_trade_no: paymentNo });
  } catch (error) {
    if (!isDeclined(error, 'ORDERPAID', 'ORDERCLOSED', 'ORDERNOTEXIST')) throw error;
  }
}

async function refundPayment(call: XmlCall, refund: NewRefund): Promise<RefundStatus> {
  checkRefund(self.channel, refund);
  const { paymentNo, refundNo } = refund;
  const answer = await call('write', '/secapi/pay/refund', {
    out_trade_no: paymentNo,
    out_refund_no: refundNo,
    total_fee: String(refund.totalFen),
    refund_fee: String(refund.amountFen),
    refund_fee_type: CURRENCY,
    refund_desc: clip(plain(refund.reason), REASON_BYTES),
    notify_url: refund.notifyUrl,
  });
  sameNumber('write', answer, 'out_refund_no', refundNo);
  sameNumber('write', answer, 'out_trade_no', paymentNo);
  // Taken on; whether it arrives, the query and the notice tell.
  const amountFen = fen(answer['refund_fee']);
  return {
    paymentNo,
    refundNo,
    state: 'processing',
    gatewayNo: answer['refund_id'] ?? null,
    amountFen,
    currency: CURRENCY,
    refundedAt: null,
  };
}

async function refundQuery(call: XmlCall, { paymentNo, refundNo }: RefundIds): Promise<RefundStatus> {
  const missing = {
    paymentNo,
    refundNo,
    state: 'missing',
    gatewayNo: null,
    amountFen: null,
    currency: CURRENCY,
    refundedAt: null,
  } as const;
  try {
    const found = await call('read', '/pay/refundquery', { out_refund_no: refundNo });
    // Asked for by its number, the answer has one refund: the first.
    sameNumber('read', found, 'out_refund_no_0', refundNo);
    sameNumber('read', found, 'out_trade_no', paymentNo);
    return {
      ...missing,
      state: refundState(found['refund_status_0'] ?? ''),
      gatewayNo: found['refund_id_0'] ?? null,
      amountFen: fen(found['refund_fee_0']),
      refundedAt: fromChinaTime(found['refund_success_time_0'], PLAIN_TIME),
    };
  } catch (error) {
    if (isDeclined(error, 'REFUNDNOTEXIST')) return missing;
    throw error;
  }
}
