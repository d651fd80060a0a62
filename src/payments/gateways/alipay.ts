/** Alipay (支付宝): payments by QR code, on phone and desktop pages; RSA2 both ways (requirement ORD-10). */
import { AlipayRequestError, AlipaySdk } from 'alipay-sdk';
import { z } from 'zod';
import { toFen, yuanText } from '#src/money.ts';
import type { PartnerError } from '#src/partners/partner-error.ts';
import { readAlipayNotice } from './alipay-notice.ts';
import { tradeState } from './alipay-states.ts';
import { chinaTime, fromChinaTime, PLAIN_TIME } from './china-time.ts';
import { type Attempt, declined, type Effect, noAnswer, postponed, statusFault, unsettled, within } from './faults.ts';
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
import { privateKeyOf, publicKeyOf } from './keys.ts';
import { CURRENCY } from './notice.ts';

export interface AlipayOptions {
  appId: string;
  /** Account that receives the money (2088…); notices for another one are refused. */
  sellerId: string;
  /** The application's key: PEM or bare base64. */
  privateKey: string;
  /** Alipay's key, not the application's own: PEM or bare base64. */
  alipayPublicKey: string;
  /** Another address than Alipay's, with its path. */
  gatewayUrl?: string | undefined;
  timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 5_000;
const SUBJECT_BYTES = 256;
const REASON_BYTES = 256;
/** What Alipay refuses in a subject. */
const FORBIDDEN = /[/=&\p{Cc}]/gu;
const OK = '10000';
const LIMITED = '40005';
const SERVICE_DOWN = '20000';
const PAGES = {
  mobile: { method: 'alipay.trade.wap.pay', product: 'QUICK_WAP_WAY' },
  page: { method: 'alipay.trade.page.pay', product: 'FAST_INSTANT_TRADE_PAY' },
} as const;
const self = { channel: 'alipay', scenes: ['qr', 'mobile', 'page'] } as const;

const attempt = (effect: Effect): Attempt => ({ channel: self.channel, effect });

/** Yuan in an answer, as fen. */
const amount = z
  .string()
  .regex(/^\d+(\.\d{1,2})?$/)
  .transform(toFen);
const prepared = z.object({ outTradeNo: z.string(), qrCode: z.string() });
const trade = z.object({
  outTradeNo: z.string(),
  tradeNo: z.string(),
  tradeStatus: z.string(),
  totalAmount: amount,
  sendPayDate: z.string().optional(),
});
const refundAnswer = z.object({ outTradeNo: z.string(), fundChange: z.string().optional(), gmtRefundPay: z.string().optional() });
const refundFound = z.object({
  outTradeNo: z.string().optional(),
  outRequestNo: z.string().optional(),
  refundAmount: amount.optional(),
  refundStatus: z.string().optional(),
  gmtRefundPay: z.string().optional(),
});

type RefundIds = Pick<NewRefund, 'paymentNo' | 'refundNo'>;

/** @throws {Error} a key is none */
export function createAlipay(options: AlipayOptions): PaymentGateway {
  const { appId, sellerId, gatewayUrl, timeoutMs = TIMEOUT_MS } = options;
  const sdk = new AlipaySdk({
    appId,
    privateKey: privateKeyOf(options.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
    keyType: 'PKCS8',
    alipayPublicKey: publicKeyOf(options.alipayPublicKey).key.export({ type: 'spki', format: 'pem' }).toString(),
    timeout: timeoutMs,
    ...(gatewayUrl && { gateway: gatewayUrl }),
  });
  const call = createCall(sdk, timeoutMs);
  const queryRefund = (refund: RefundIds) => refundQuery(call, refund);
  return {
    ...self,
    create: (payment) => create(sdk, call, payment),
    query: (paymentNo) => query(call, paymentNo),
    close: (paymentNo) => close(call, paymentNo),
    refund: (refund) => refundPayment(call, refund),
    queryRefund,
    parseNotification: (rawBody) =>
      readAlipayNotice(rawBody, { appId, sellerId, verify: (form) => sdk.checkNotifySignV2(form), queryRefund }),
    answer: (ok) => ({ status: 200, contentType: 'text/plain', body: ok ? 'success' : 'fail' }),
  };
}

/**
 * A signed request, which the library makes once more by itself when the line is cut: its number makes that harmless.
 * @throws {PartnerError} with Alipay's `sub_code`
 */
type Call = <Shape extends z.ZodType>(effect: Effect, method: string, shape: Shape, params: object) => Promise<z.infer<Shape>>;

function createCall(sdk: AlipaySdk, timeoutMs: number): Call {
  return async (effect, method, shape, params) => {
    const request = sdk.exec(method, { ...params, timestamp: chinaTime(new Date(), PLAIN_TIME) }, { validateSign: true });
    const answer = await within(timeoutMs, request).catch((error: unknown) => {
      throw sdkFault(attempt(effect), error);
    });
    const { code, subCode = code, subMsg } = answer as { code: string; subCode?: string; subMsg?: string };
    if (code !== OK) throw answerFault(attempt(effect), code, subCode, subMsg);
    const { data } = shape.safeParse(answer);
    if (data === undefined) throw unsettled(attempt(effect), 'unverified_answer', 'another shape');
    return data;
  };
}

/** The library's errors quote whole answers, so nothing of them is kept. */
function sdkFault(made: Attempt, error: unknown): PartnerError {
  if (!(error instanceof AlipayRequestError)) {
    // An answer without a signature makes the library fail by accident.
    return error instanceof TypeError ? unsettled(made, 'unverified_answer') : noAnswer(made, error);
  }
  const [, status] = /status: (\d{3})/.exec(error.message) ?? [];
  if (status) return statusFault(made, Number(status));
  return error.message.startsWith('HttpClient') ? noAnswer(made, error) : unsettled(made, 'unverified_answer');
}

function answerFault(made: Attempt, code: string, subCode: string, message: string | undefined): PartnerError {
  if (code === LIMITED) return postponed(made, subCode, message);
  const open = code === SERVICE_DOWN || subCode.endsWith('SYSTEM_ERROR') || subCode.startsWith('isp.');
  return open ? unsettled(made, subCode, message) : declined(made, subCode, message);
}

function sameNumber(effect: Effect, answered: string | undefined, expected: string): void {
  if (answered !== expected) throw unsettled(attempt(effect), 'unverified_answer', 'not about this request');
}

async function create(sdk: AlipaySdk, call: Call, payment: NewPayment): Promise<PayerAction> {
  checkPayment(self, payment);
  const { notifyUrl, returnUrl } = payment;
  const content = {
    out_trade_no: payment.paymentNo,
    total_amount: yuanText(payment.amountFen),
    subject: clip(payment.subject.replace(FORBIDDEN, ' '), SUBJECT_BYTES),
    time_expire: chinaTime(payment.expiresAt, PLAIN_TIME),
  };
  if (payment.scene === 'mobile' || payment.scene === 'page') {
    const { method, product } = PAGES[payment.scene];
    const bizContent = { ...content, product_code: product, ...(payment.scene === 'mobile' && returnUrl && { quit_url: returnUrl }) };
    const params = { notifyUrl, ...(returnUrl && { returnUrl }), timestamp: chinaTime(new Date(), PLAIN_TIME), bizContent };
    // Nothing is sent: the payer's browser brings the signed request.
    return { kind: 'redirect', url: sdk.pageExec(method, 'GET', params) };
  }
  const answer = await call('write', 'alipay.trade.precreate', prepared, { notifyUrl, bizContent: content }).catch((error: unknown) => {
    throw isDeclined(error, 'ACQ.TRADE_HAS_SUCCESS') ? declined(attempt('write'), 'already_paid') : error;
  });
  sameNumber('write', answer.outTradeNo, payment.paymentNo);
  return { kind: 'qr', codeUrl: answer.qrCode };
}

async function query(call: Call, paymentNo: string): Promise<PaymentStatus> {
  const missing = { paymentNo, state: 'missing', gatewayNo: null, amountFen: null, currency: CURRENCY, paidAt: null } as const;
  try {
    const found = await call('read', 'alipay.trade.query', trade, { bizContent: { out_trade_no: paymentNo } });
    sameNumber('read', found.outTradeNo, paymentNo);
    const paidAt = fromChinaTime(found.sendPayDate, PLAIN_TIME);
    const state = tradeState(found.tradeStatus, paidAt !== null);
    return { ...missing, state, gatewayNo: found.tradeNo, amountFen: found.totalAmount, paidAt };
  } catch (error) {
    if (isDeclined(error, 'ACQ.TRADE_NOT_EXIST')) return missing;
    throw error;
  }
}

async function close(call: Call, paymentNo: string): Promise<void> {
  try {
    await call('write', 'alipay.trade.close', z.object({}), { bizContent: { out_trade_no: paymentNo } });
  } catch (error) {
    if (!isDeclined(error, 'ACQ.TRADE_NOT_EXIST', 'ACQ.TRADE_STATUS_ERROR', 'ACQ.REASON_TRADE_STATUS_INVALID')) throw error;
  }
}

async function refundPayment(call: Call, refund: NewRefund): Promise<RefundStatus> {
  checkRefund(self.channel, refund);
  const { paymentNo, refundNo, amountFen } = refund;
  const answer = await call('write', 'alipay.trade.refund', refundAnswer, {
    bizContent: {
      out_trade_no: paymentNo,
      out_request_no: refundNo,
      refund_amount: yuanText(amountFen),
      refund_reason: clip(refund.reason, REASON_BYTES),
    },
  });
  sameNumber('write', answer.outTradeNo, paymentNo);
  const refundedAt = fromChinaTime(answer.gmtRefundPay, PLAIN_TIME);
  const taken = { paymentNo, refundNo, gatewayNo: null, amountFen, currency: CURRENCY, refundedAt };
  if (answer.fundChange === 'Y') return { ...taken, state: 'succeeded' };
  // "N" says only that this call moved nothing: one before may have, also one that the library made again by itself.
  const found = await refundQuery(call, refund).catch(() => null);
  return found && found.state !== 'missing' ? found : { ...taken, state: 'processing' };
}

async function refundQuery(call: Call, { paymentNo, refundNo }: RefundIds): Promise<RefundStatus> {
  const missing = {
    paymentNo,
    refundNo,
    state: 'missing',
    gatewayNo: null,
    amountFen: null,
    currency: CURRENCY,
    refundedAt: null,
  } as const;
  const bizContent = { out_trade_no: paymentNo, out_request_no: refundNo, query_options: ['gmt_refund_pay'] };
  try {
    const found = await call('read', 'alipay.trade.fastpay.refund.query', refundFound, { bizContent });
    // Alipay says nothing of a refund that it did not get or could not do; the same one may be asked for again.
    if (found.refundStatus !== 'REFUND_SUCCESS') return missing;
    sameNumber('read', found.outTradeNo, paymentNo);
    sameNumber('read', found.outRequestNo, refundNo);
    const refundedAt = fromChinaTime(found.gmtRefundPay, PLAIN_TIME);
    return { ...missing, state: 'succeeded', amountFen: found.refundAmount ?? null, refundedAt };
  } catch (error) {
    if (isDeclined(error, 'ACQ.TRADE_NOT_EXIST')) return missing;
    throw error;
  }
}
