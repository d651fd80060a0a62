/** A simulated WeChat Pay v3: refuses what WeChat refuses and signs as it does. */
import { z } from 'zod';
import type { WechatPayOptions } from '#src/payments/gateways/wechat-pay.ts';
import type { SimulatedRequest } from '../http-simulator.ts';
import type { Notice } from './deliver.ts';
import { isOver, type Ledger, type Refund, type Trade } from './ledger.ts';
import { newKeyPair, pem, verifyRsa } from './rsa.ts';
import { type Desk, type PaymentSimulator, type PaymentSimulatorOptions, startPaymentSimulator } from './simulator.ts';
import { createRequestCheck, type Forgery, newSerial, type PlatformKey, signedHeaders, signedNotice } from './wechat-pay-signing.ts';

export interface WechatPaySimulator extends PaymentSimulator {
  /** What WeChat gave the merchant: the options of its gateway. Platform keys change with `rotate()`. */
  merchant(): WechatPayOptions;
  /** The page in WeChat pays with what the merchant signed for it; false when that signature is wrong. */
  payInApp(params: Readonly<Record<string, string>>): Promise<boolean>;
  /** A notice as it would be sent, with what a test makes wrong in it. */
  notice(number: string, forgery?: Forgery): Notice;
  /** Signs with a new key from now on, beside which the old one stays good. @returns the old one */
  rotate(serial?: string): Promise<PlatformKey>;
}

const number = z.string().regex(/^[0-9A-Za-z_\-|*]{6,32}$/);
const order = z.object({
  appid: z.string(),
  mchid: z.string(),
  description: z.string().min(1).max(127),
  out_trade_no: number,
  time_expire: z.iso.datetime({ offset: true }),
  notify_url: z.url(),
  amount: z.object({ total: z.int().min(1), currency: z.literal('CNY') }),
  payer: z.object({ openid: z.string().min(1) }).optional(),
  scene_info: z.object({ payer_client_ip: z.string().min(2), h5_info: z.object({ type: z.string() }) }).optional(),
});
const refundOrder = z.object({
  out_trade_no: number,
  out_refund_no: number,
  reason: z.string().min(1).max(80).optional(),
  notify_url: z.url().optional(),
  amount: z.object({ refund: z.int().min(1), total: z.int().min(1), currency: z.literal('CNY') }),
});

interface Account {
  appId: string;
  merchantId: string;
}

/** WeChat's own words for a refusal. */
class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

function refuse(status: number, code: string): never {
  throw new Refusal(status, code);
}

export async function startWechatPaySimulator(options: PaymentSimulatorOptions = {}): Promise<WechatPaySimulator> {
  const own = await newKeyPair();
  const keys: PlatformKey[] = [];
  let signer = await newPlatformKey(keys);
  const account = { appId: 'wx0000000000000001', merchantId: '1900000001', serial: newSerial(), apiV3Key: newSerial().slice(0, 32) };
  const genuine = createRequestCheck(account.merchantId, account.serial, own.publicKey);
  const notice = (ledger: Ledger, no: string, forgery?: Forgery) => {
    const { event, kind, resource } = eventOf(ledger, no, account);
    return signedNotice(event, kind, resource, account.apiV3Key, signer, forgery);
  };

  const { ledger, ...simulator } = await startPaymentSimulator(
    {
      look: { name: { zh: '微信支付（模拟）', en: 'WeChat Pay (simulated)' }, color: '#0a7d3e' },
      accepts: ({ status }) => status === 200 || status === 204,
      notice,
      answer(request, desk, probe) {
        const { status, body } = answer(() => route(request, { ...desk, account, genuine }));
        const text = body === undefined ? '' : JSON.stringify(body);
        // A merchant that verifies by public key names the key that it wants.
        const key = keys.find(({ serial }) => serial === request.headers['wechatpay-serial']) ?? signer;
        return { status, headers: signedHeaders(text, key, { probe }), body: text };
      },
    },
    options,
  );

  return {
    ...simulator,
    merchant() {
      const platformKeys = Object.fromEntries(keys.map(({ serial, publicKey }) => [serial, pem(publicKey)]));
      return { ...account, privateKey: pem(own.privateKey), platformKeys, baseUrl: simulator.url };
    },
    async payInApp({ appId, timeStamp, nonceStr, package: bundle = '', signType, paySign = '' }) {
      const trade = ledger.atCashier(bundle.replace('prepay_id=', ''));
      const text = `${appId}\n${timeStamp}\n${nonceStr}\n${bundle}\n`;
      if (!trade || signType !== 'RSA' || !verifyRsa(text, paySign, own.publicKey)) return false;
      await simulator.pay(trade.paymentNo);
      return true;
    },
    notice: (no, forgery) => notice(ledger, no, forgery),
    async rotate(serial) {
      const old = signer;
      signer = await newPlatformKey(keys, serial);
      return old;
    },
  };
}

async function newPlatformKey(keys: PlatformKey[], serial = newSerial()): Promise<PlatformKey> {
  const key = { serial, ...(await newKeyPair()) };
  keys.push(key);
  return key;
}

interface Answer {
  status: number;
  body?: object;
}

function answer(route: () => Answer): Answer {
  try {
    return route();
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, body: { code: error.code, message: error.code } };
    if (error instanceof z.ZodError || error instanceof SyntaxError)
      return { status: 400, body: { code: 'PARAM_ERROR', message: error.message } };
    throw error;
  }
}

interface WechatDesk extends Desk {
  account: Account;
  genuine(request: SimulatedRequest): boolean;
}

function route(request: SimulatedRequest, desk: WechatDesk): Answer {
  const { method, url, headers, body } = request;
  if (!headers['accept']?.includes('application/json') || !headers['user-agent']) refuse(406, 'PARAM_ERROR');
  if (!desk.genuine(request)) refuse(401, 'SIGN_ERROR');
  const json = (): unknown => JSON.parse(body.toString());
  const place = url.pathname.replace(/^\/v3\//, '');
  const [, type] = /^pay\/transactions\/(native|jsapi|h5)$/.exec(place) ?? [];
  if (type && method === 'POST') return openOrder(type, order.parse(json()), desk);
  const [, paymentNo, closing] = /^pay\/transactions\/out-trade-no\/([^/]+)(\/close)?$/.exec(place) ?? [];
  if (paymentNo) {
    const mchid = closing ? z.object({ mchid: z.string() }).parse(json()).mchid : url.searchParams.get('mchid');
    if (mchid !== desk.account.merchantId) refuse(400, 'PARAM_ERROR');
    const trade = desk.ledger.find(paymentNo) ?? refuse(404, 'ORDER_NOT_EXIST');
    return closing ? closeOrder(trade) : { status: 200, body: transactionOf(trade, desk.account) };
  }
  if (place === 'refund/domestic/refunds' && method === 'POST') return openRefund(refundOrder.parse(json()), desk);
  const found = desk.ledger.findRefund(/^refund\/domestic\/refunds\/([^/]+)$/.exec(place)?.[1] ?? '') ?? refuse(404, 'RESOURCE_NOT_EXISTS');
  return { status: 200, body: refundOf(found.trade, found.refund) };
}

function openOrder(type: string, request: z.infer<typeof order>, { ledger, account, cashier }: WechatDesk): Answer {
  const { out_trade_no: paymentNo, amount, description: subject, notify_url: notifyUrl, payer, scene_info } = request;
  if (request.appid !== account.appId || request.mchid !== account.merchantId) refuse(400, 'APPID_MCHID_NOT_MATCH');
  if ((type === 'jsapi') !== (payer !== undefined) || (type === 'h5') !== (scene_info !== undefined)) refuse(400, 'PARAM_ERROR');
  const expiresAt = new Date(request.time_expire);
  const details = { paymentNo, amountFen: amount.total, subject, notifyUrl, expiresAt, type, payer: payer?.openid };
  const trade = ledger.open(details, 'waiting') ?? refuse(403, 'OUT_TRADE_NO_USED');
  if (trade.state === 'paid') refuse(400, 'ORDERPAID');
  if (trade.state === 'closed') refuse(400, 'ORDER_CLOSED');
  if (type === 'native') return { status: 200, body: { code_url: cashier(trade) } };
  if (type === 'jsapi') return { status: 200, body: { prepay_id: trade.cashierId } };
  return { status: 200, body: { h5_url: `${cashier(trade)}?prepay_id=${trade.cashierId}` } };
}

function closeOrder(trade: Trade): Answer {
  if (trade.state === 'paid') refuse(400, 'ORDERPAID');
  trade.state = 'closed';
  return { status: 204 };
}

function openRefund(request: z.infer<typeof refundOrder>, { ledger, settle }: WechatDesk): Answer {
  const trade = ledger.find(request.out_trade_no) ?? refuse(404, 'RESOURCE_NOT_EXISTS');
  if (request.amount.total !== trade.amountFen) refuse(400, 'PARAM_ERROR');
  const refund = ledger.refund(trade, request.out_refund_no, request.amount.refund, request.notify_url);
  if (typeof refund === 'string') return refuse(400, 'INVALID_REQUEST');
  const body = refundOf(trade, refund);
  // The answer says "in progress"; how it ends is told by notice and query.
  settle(refund);
  return { status: 200, body };
}

function transactionOf(trade: Trade, { appId, merchantId }: Account): object {
  const open = isOver(trade) || trade.state === 'closed' ? 'CLOSED' : 'NOTPAY';
  const done = trade.refunds.length > 0 ? 'REFUND' : 'SUCCESS';
  return {
    ...{ appid: appId, mchid: merchantId, out_trade_no: trade.paymentNo, trade_type: trade.type.toUpperCase() },
    trade_state: trade.state === 'paid' ? done : open,
    amount: { total: trade.amountFen, payer_total: trade.amountFen, currency: 'CNY', payer_currency: 'CNY' },
    ...(trade.paidAt && {
      transaction_id: trade.gatewayNo,
      success_time: trade.paidAt.toISOString(),
      payer: { openid: trade.payer ?? 'o-payer' },
    }),
  };
}

const WORDS = { processing: 'PROCESSING', succeeded: 'SUCCESS', failed: 'CLOSED', abnormal: 'ABNORMAL' } as const;

const refundOf = (trade: Trade, refund: Refund) => ({
  ...{ refund_id: refund.gatewayNo, out_refund_no: refund.refundNo, transaction_id: trade.gatewayNo, out_trade_no: trade.paymentNo },
  status: WORDS[refund.state],
  ...(refund.refundedAt && { success_time: refund.refundedAt.toISOString() }),
  amount: { refund: refund.amountFen, total: trade.amountFen, payer_refund: refund.amountFen, currency: 'CNY' },
});

/** What a notice about this payment or refund says. */
function eventOf(ledger: Ledger, no: string, account: Account): { event: string; kind: string; resource: object } {
  const found = ledger.findRefund(no);
  if (!found)
    return { event: 'TRANSACTION.SUCCESS', kind: 'transaction', resource: transactionOf(ledger.find(no) ?? refuse(404, no), account) };
  const { status, ...refund } = refundOf(found.trade, found.refund);
  return { event: `REFUND.${status}`, kind: 'refund', resource: { mchid: account.merchantId, ...refund, refund_status: status } };
}
