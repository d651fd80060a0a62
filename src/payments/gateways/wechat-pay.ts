/** WeChat Pay (微信支付), API version 3: JSON, RSA both ways. Native, JSAPI and H5 payments of one merchant. */
import { Decorator, Formatter, Rsa } from 'wechatpay-axios-plugin';
import { z } from 'zod';
import { chinaTime, fromIsoTime, ZONED_TIME } from './china-time.ts';
import { type Attempt, clientFault, declined, type Effect, unsettled } from './faults.ts';
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
import { type PartnerKey, privateKeyOf, publicKeyOf } from './keys.ts';
import { CURRENCY } from './notice.ts';
import { readNotice } from './wechat-pay-notice.ts';
import { paymentState, refundState } from './wechat-states.ts';

export interface WechatPayOptions {
  appId: string;
  merchantId: string;
  /** Serial number of the merchant's own API certificate. */
  serial: string;
  /** Key of that certificate: PEM or bare base64. */
  privateKey: string;
  /** The APIv3 key of 32 characters that notices are encrypted with. */
  apiV3Key: string;
  /**
   * What WeChat signs with: certificate or public key (PEM) by its serial or `PUB_KEY_ID_…`. While it changes, both are in here and
   * both are good.
   */
  platformKeys: Readonly<Record<string, string>>;
  /** Another address than WeChat's. */
  baseUrl?: string | undefined;
  timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 5_000;
const MAX_ANSWER_BYTES = 1 << 20;
const SUBJECT_BYTES = 127;
const REASON_BYTES = 80;
const PATHS = { qr: 'native', in_app: 'jsapi', mobile: 'h5' } as const;
const self = { channel: 'wechat', scenes: ['qr', 'in_app', 'mobile'] } as const;

const attempt = (effect: Effect): Attempt => ({ channel: self.channel, effect });

const created = z.object({ code_url: z.string().optional(), prepay_id: z.string().optional(), h5_url: z.string().optional() });
const transaction = z.object({
  out_trade_no: z.string(),
  transaction_id: z.string().optional(),
  trade_state: z.string(),
  success_time: z.string().optional(),
  amount: z.object({ total: z.int(), currency: z.string().default(CURRENCY) }).optional(),
});
const refundAnswer = z.object({
  refund_id: z.string(),
  out_refund_no: z.string(),
  out_trade_no: z.string(),
  status: z.string(),
  success_time: z.string().optional(),
  amount: z.object({ refund: z.int(), currency: z.string().default(CURRENCY) }),
});
const refused = z.object({ code: z.string(), message: z.string().default('') });

/** @throws {Error} a key is none */
export function createWechatPay(options: WechatPayOptions): PaymentGateway {
  if (Buffer.byteLength(options.apiV3Key) !== 32) throw new Error('The APIv3 key has 32 bytes');
  const platform = new Map<string, PartnerKey>(Object.entries(options.platformKeys).map(([serial, text]) => [serial, publicKeyOf(text)]));
  const merchant = { ...options, key: privateKeyOf(options.privateKey) };
  const call = createCall(merchant, platform);

  return {
    ...self,
    create: (payment) => create(call, merchant, payment),
    query: (paymentNo) => query(call, merchant, paymentNo),
    close: (paymentNo) => close(call, merchant, paymentNo),
    refund: (refund) => refundPayment(call, refund),
    queryRefund: (refund) => queryRefund(call, refund),
    parseNotification: (rawBody, headers) => readNotice(rawBody, headers, { ...options, platform }),
    answer: (ok) => ({
      status: ok ? 200 : 500,
      contentType: 'application/json',
      body: JSON.stringify(ok ? { code: 'SUCCESS', message: 'OK' } : { code: 'FAIL', message: 'not processed' }),
    }),
  };
}

interface Merchant extends WechatPayOptions {
  key: PartnerKey['key'];
}

/** A signed request; its answer's signature is checked by the library, except on refusals. */
type Call = (effect: Effect, method: 'get' | 'post', url: string, body: object) => Promise<unknown>;

function createCall(merchant: Merchant, platform: ReadonlyMap<string, PartnerKey>): Call {
  const { merchantId: mchid, serial, key: privateKey, timeoutMs = TIMEOUT_MS } = merchant;
  const certs = Object.fromEntries([...platform].map(([id, { key }]) => [id, key]));
  // A merchant that verifies by public key names it, or WeChat signs with the certificate of old.
  const publicKeyId = [...platform.keys()].findLast((id) => id.startsWith('PUB_KEY_ID_'));
  const client = Decorator.jsonBased({
    ...{ mchid, serial, privateKey, certs },
    ...{ ...(merchant.baseUrl && { baseURL: merchant.baseUrl }), maxRedirects: 0, maxContentLength: MAX_ANSWER_BYTES },
  } as Parameters<typeof Decorator.jsonBased>[0]);
  return async (effect, method, url, body) => {
    try {
      const request = method === 'get' ? { params: body } : { data: body };
      const headers = publicKeyId ? { 'Wechatpay-Serial': publicKeyId } : {};
      const { data } = await client.request({ method, url, ...request, headers, signal: AbortSignal.timeout(timeoutMs) });
      return data;
    } catch (error) {
      throw clientFault(attempt(effect), error, (data) => refused.safeParse(data).data ?? {});
    }
  };
}

/** @throws {PartnerError} the answer is WeChat's but about something else, or of another shape */
function read<Shape extends z.ZodType>(
  effect: Effect,
  shape: Shape,
  data: unknown,
  fits: (answer: z.infer<Shape>) => boolean,
): z.infer<Shape> {
  const { data: answer } = shape.safeParse(data);
  if (answer === undefined || !fits(answer)) throw unsettled(attempt(effect), 'unverified_answer', 'not about this request');
  return answer;
}

async function create(call: Call, merchant: Merchant, payment: NewPayment): Promise<PayerAction> {
  checkPayment(self, payment);
  const scene = payment.scene as keyof typeof PATHS;
  const { openid, address } = payment.payer ?? {};
  const body = {
    appid: merchant.appId,
    mchid: merchant.merchantId,
    description: clip(payment.subject, SUBJECT_BYTES),
    out_trade_no: payment.paymentNo,
    time_expire: chinaTime(payment.expiresAt, ZONED_TIME),
    notify_url: payment.notifyUrl,
    amount: { total: payment.amountFen, currency: CURRENCY },
    ...(scene === 'in_app' && { payer: { openid } }),
    ...(scene === 'mobile' && { scene_info: { payer_client_ip: address, h5_info: { type: 'Wap' } } }),
  };
  const data = await call('write', 'post', `/v3/pay/transactions/${PATHS[scene]}`, body).catch((error: unknown) => {
    throw isDeclined(error, 'ORDERPAID', 'ORDER_PAID') ? declined(attempt('write'), 'already_paid') : error;
  });
  const { code_url, prepay_id, h5_url } = read('write', created, data, () => true);
  if (code_url) return { kind: 'qr', codeUrl: code_url };
  if (prepay_id) return { kind: 'app', params: appParameters(merchant, prepay_id) };
  if (!h5_url) throw unsettled(attempt('write'), 'unverified_answer', 'no address to pay at');
  return { kind: 'redirect', url: payment.returnUrl ? `${h5_url}&redirect_url=${encodeURIComponent(payment.returnUrl)}` : h5_url };
}

/** What the page in WeChat hands to `WeixinJSBridge`, signed by us. */
function appParameters({ appId, key }: Merchant, prepayId: string): Record<string, string> {
  const timeStamp = String(Formatter.timestamp());
  const nonceStr = Formatter.nonce();
  const bundle = `prepay_id=${prepayId}`;
  const paySign = Rsa.sign(Formatter.joinedByLineFeed(appId, timeStamp, nonceStr, bundle), key);
  return { appId, timeStamp, nonceStr, package: bundle, signType: 'RSA', paySign };
}

async function query(call: Call, { merchantId }: Merchant, paymentNo: string): Promise<PaymentStatus> {
  const missing = { paymentNo, state: 'missing', gatewayNo: null, amountFen: null, currency: CURRENCY, paidAt: null } as const;
  try {
    const data = await call('read', 'get', `/v3/pay/transactions/out-trade-no/${encodeURIComponent(paymentNo)}`, { mchid: merchantId });
    const found = read('read', transaction, data, ({ out_trade_no }) => out_trade_no === paymentNo);
    return {
      ...missing,
      state: paymentState(found.trade_state),
      gatewayNo: found.transaction_id ?? null,
      amountFen: found.amount?.total ?? null,
      currency: found.amount?.currency ?? CURRENCY,
      paidAt: fromIsoTime(found.success_time),
    };
  } catch (error) {
    if (isDeclined(error, 'ORDER_NOT_EXIST', 'RESOURCE_NOT_EXISTS')) return missing;
    throw error;
  }
}

async function close(call: Call, { merchantId }: Merchant, paymentNo: string): Promise<void> {
  try {
    await call('write', 'post', `/v3/pay/transactions/out-trade-no/${encodeURIComponent(paymentNo)}/close`, { mchid: merchantId });
  } catch (error) {
    if (!isDeclined(error, 'ORDER_CLOSED', 'ORDERPAID', 'ORDER_PAID', 'ORDER_NOT_EXIST', 'RESOURCE_NOT_EXISTS')) throw error;
  }
}

async function refundPayment(call: Call, refund: NewRefund): Promise<RefundStatus> {
  checkRefund(self.channel, refund);
  const data = await call('write', 'post', '/v3/refund/domestic/refunds', {
    out_trade_no: refund.paymentNo,
    out_refund_no: refund.refundNo,
    ...(refund.reason && { reason: clip(refund.reason, REASON_BYTES) }),
    notify_url: refund.notifyUrl,
    amount: { refund: refund.amountFen, total: refund.totalFen, currency: CURRENCY },
  });
  return refundStatus('write', refund, data);
}

async function queryRefund(call: Call, refund: Pick<NewRefund, 'paymentNo' | 'refundNo'>): Promise<RefundStatus> {
  try {
    return refundStatus(
      'read',
      refund,
      await call('read', 'get', `/v3/refund/domestic/refunds/${encodeURIComponent(refund.refundNo)}`, {}),
    );
  } catch (error) {
    if (!isDeclined(error, 'RESOURCE_NOT_EXISTS')) throw error;
    return { ...pick(refund), state: 'missing', gatewayNo: null, amountFen: null, currency: CURRENCY, refundedAt: null };
  }
}

const pick = ({ paymentNo, refundNo }: Pick<NewRefund, 'paymentNo' | 'refundNo'>) => ({ paymentNo, refundNo });

function refundStatus(effect: Effect, refund: Pick<NewRefund, 'paymentNo' | 'refundNo'>, data: unknown): RefundStatus {
  const found = read(effect, refundAnswer, data, (answer) => {
    return answer.out_refund_no === refund.refundNo && answer.out_trade_no === refund.paymentNo;
  });
  return {
    ...pick(refund),
    state: refundState(found.status),
    gatewayNo: found.refund_id,
    amountFen: found.amount.refund,
    currency: found.amount.currency,
    refundedAt: fromIsoTime(found.success_time),
  };
}
