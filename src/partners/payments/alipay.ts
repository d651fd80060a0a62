/** A simulated Alipay gateway: RSA2 both ways. Written from Alipay's rules, not with the library that clients use. */
import { type KeyObject, randomUUID } from 'node:crypto';
import { toFen, yuanText } from '#src/money.ts';
import type { AlipayOptions } from '#src/payments/gateways/alipay.ts';
import type { SimulatedAnswer, SimulatedRequest } from '../http-simulator.ts';
import { chinaDigits, chinaText } from './china-clock.ts';
import type { Notice } from './deliver.ts';
import { isOver, type Ledger, type Refund, returned, type Trade } from './ledger.ts';
import { newKeyPair, pem, signRsa, verifyRsa } from './rsa.ts';
import { type Desk, type PaymentSimulator, type PaymentSimulatorOptions, startPaymentSimulator } from './simulator.ts';

type Fields = Record<string, string>;

export interface AlipaySimulator extends PaymentSimulator {
  /** What Alipay gave the merchant: the options of its gateway. */
  merchant(): AlipayOptions;
  /** A notice as it would be sent. @param changes put over its fields before they are signed @param key another than Alipay's */
  notice(number: string, changes?: Fields, key?: KeyObject): Notice;
}

interface Account {
  appId: string;
  sellerId: string;
  /** Alipay's. */
  privateKey: KeyObject;
  /** The application's. */
  publicKey: KeyObject;
}

/** Business refusals have Alipay's code 40004 and a code below it. */
class Declined extends Error {}
/** Refusals of the request itself, which Alipay does not sign. */
class Refused extends Error {}

function decline(code: string): never {
  throw new Declined(code);
}

const MAX_SKEW_MS = 10 * 60_000;

export async function startAlipaySimulator(options: PaymentSimulatorOptions = {}): Promise<AlipaySimulator> {
  const own = await newKeyPair();
  const application = await newKeyPair();
  const account = { appId: '2021000000000001', sellerId: '2088000000000001', privateKey: own.privateKey, publicKey: application.publicKey };
  const notice = (ledger: Ledger, number: string, changes: Fields = {}, key = own.privateKey): Notice => {
    const fields = { ...noticeOf(ledger, number, account), ...changes };
    const { sign_type: _type, ...covered } = fields;
    const body = new URLSearchParams({ ...fields, sign: signRsa(pairsOf(covered), key) }).toString();
    return { headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }, body };
  };
  const { ledger, ...simulator } = await startPaymentSimulator(
    {
      look: { name: { zh: '支付宝（模拟）', en: 'Alipay (simulated)' }, color: '#0958d9' },
      accepts: ({ body }) => body.trim() === 'success',
      notice,
      answer: (request, desk, garbled) => answer(request, desk, account, garbled),
    },
    options,
  );
  return {
    ...simulator,
    merchant: () => ({
      appId: account.appId,
      sellerId: account.sellerId,
      privateKey: pem(application.privateKey),
      alipayPublicKey: pem(own.publicKey),
      gatewayUrl: `${simulator.url}/gateway.do`,
    }),
    notice: (number, changes, key) => notice(ledger, number, changes, key),
  };
}

/** What is signed: all fields in the order of their names. */
const pairsOf = (fields: Fields): string =>
  Object.keys(fields)
    .sort()
    .map((name) => `${name}=${fields[name]}`)
    .join('&');

function answer(request: SimulatedRequest, desk: Desk, account: Account, garbled: boolean): SimulatedAnswer {
  const fields = Object.fromEntries([...request.url.searchParams, ...new URLSearchParams(request.body.toString())]);
  const { method = '' } = fields;
  const isPage = method === 'alipay.trade.page.pay' || method === 'alipay.trade.wap.pay';
  const seal = (body: object): SimulatedAnswer => {
    const text = JSON.stringify(body);
    const sign = signRsa(garbled ? `${text} ` : text, account.privateKey);
    return {
      headers: { 'content-type': 'text/html;charset=utf-8' },
      body: `{"${method.replaceAll('.', '_')}_response":${text},"sign":"${sign}"}`,
    };
  };
  try {
    check(request, fields, account);
    const content = JSON.parse(fields['biz_content'] ?? '{}') as Fields;
    if (isPage) return { status: 302, headers: { location: desk.cashier(openTrade(method, fields, content, desk)) } };
    return seal({ code: '10000', msg: 'Success', ...route(method, fields, content, desk) });
  } catch (error) {
    if (error instanceof Declined) return seal({ code: '40004', msg: 'Business Failed', sub_code: error.message, sub_msg: error.message });
    if (!(error instanceof Refused)) throw error;
    if (isPage) return { status: 400, body: error.message };
    return { body: { error_response: { code: '40002', msg: 'Invalid Arguments', sub_code: error.message } } };
  }
}

function check({ url }: SimulatedRequest, fields: Fields, { appId, publicKey }: Account): void {
  const { sign = '', ...covered } = fields;
  if (url.pathname !== '/gateway.do' || fields['app_id'] !== appId) throw new Refused('isv.invalid-app-id');
  if (fields['sign_type'] !== 'RSA2' || fields['charset'] !== 'utf-8' || fields['version'] !== '1.0')
    throw new Refused('isv.invalid-parameter');
  if (!verifyRsa(pairsOf(covered), sign, publicKey)) throw new Refused('isv.invalid-signature');
  const age = Date.now() - chinaDigits(fields['timestamp'] ?? '').getTime();
  if (!(Math.abs(age) <= MAX_SKEW_MS)) throw new Refused('isv.invalid-timestamp');
}

function route(method: string, fields: Fields, content: Fields, desk: Desk): object {
  const { ledger } = desk;
  const { out_trade_no: paymentNo = '' } = content;
  // Alipay knows a trade from when somebody opens it.
  const known = (): Trade => {
    const trade = ledger.find(paymentNo);
    return trade && trade.state !== 'prepared' ? trade : decline('ACQ.TRADE_NOT_EXIST');
  };
  switch (method) {
    case 'alipay.trade.precreate':
      return { out_trade_no: paymentNo, qr_code: desk.cashier(openTrade(method, fields, content, desk)) };
    case 'alipay.trade.query':
      return tradeOf(known());
    case 'alipay.trade.close':
      return closeTrade(known());
    case 'alipay.trade.refund':
      return refundTrade(known(), content, desk);
    case 'alipay.trade.fastpay.refund.query':
      return refundOf(known(), content['out_request_no'] ?? '', ledger);
    default:
      throw new Refused('isv.invalid-method');
  }
}

function openTrade(type: string, fields: Fields, content: Fields, { ledger }: Desk): Trade {
  const { out_trade_no: paymentNo = '', total_amount: amount = '', subject, time_expire: expiry } = content;
  const { notify_url: notifyUrl, return_url: returnUrl } = fields;
  const complete = paymentNo && subject && !/[/=&]/.test(subject) && notifyUrl && expiry && /^\d+\.\d\d$/.test(amount);
  if (!complete || (type !== 'alipay.trade.precreate' && !content['product_code'])) return decline('ACQ.INVALID_PARAMETER');
  const expiresAt = chinaDigits(expiry);
  const details = { paymentNo, amountFen: toFen(amount), subject, notifyUrl, returnUrl, expiresAt, type };
  const trade = ledger.open(details, 'prepared') ?? decline('ACQ.CONTEXT_INCONSISTENT');
  if (trade.state === 'paid') decline('ACQ.TRADE_HAS_SUCCESS');
  return trade.state === 'closed' ? decline('ACQ.TRADE_HAS_CLOSE') : trade;
}

function stateOf(trade: Trade): string {
  if (trade.state === 'paid') return returned(trade) === trade.amountFen ? 'TRADE_CLOSED' : 'TRADE_SUCCESS';
  return trade.state === 'closed' || isOver(trade) ? 'TRADE_CLOSED' : 'WAIT_BUYER_PAY';
}

const tradeOf = (trade: Trade) => ({
  ...{ out_trade_no: trade.paymentNo, trade_no: trade.gatewayNo, trade_status: stateOf(trade), total_amount: yuanText(trade.amountFen) },
  ...(trade.paidAt && { send_pay_date: chinaText(trade.paidAt), buyer_pay_amount: yuanText(trade.amountFen) }),
});

function closeTrade(trade: Trade): object {
  if (trade.state === 'paid') decline('ACQ.TRADE_STATUS_ERROR');
  trade.state = 'closed';
  return { out_trade_no: trade.paymentNo, trade_no: trade.gatewayNo };
}

function refundTrade(trade: Trade, content: Fields, { ledger, settle }: Desk): object {
  const { out_request_no: refundNo = '', refund_amount: amount = '' } = content;
  if (!/^\d+\.\d\d$/.test(amount)) decline('ACQ.INVALID_PARAMETER');
  const again = ledger.findRefund(refundNo) !== undefined;
  const refund = ledger.refund(trade, refundNo, toFen(amount), trade.notifyUrl);
  if (refund === 'not_paid') return decline('ACQ.TRADE_STATUS_ERROR');
  if (typeof refund === 'string')
    return decline(refund === 'too_much' ? 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL' : 'ACQ.DISCORDANT_REPEAT_REQUEST');
  settle(refund);
  if (refund.state === 'failed') decline('ACQ.SELLER_BALANCE_NOT_ENOUGH');
  const moved = !again && refund.state === 'succeeded';
  return {
    out_trade_no: trade.paymentNo,
    trade_no: trade.gatewayNo,
    fund_change: moved ? 'Y' : 'N',
    refund_fee: yuanText(returned(trade)),
  };
}

/** Nothing but the trade about a refund that was not made. */
function refundOf(trade: Trade, refundNo: string, ledger: Ledger): object {
  const found = ledger.findRefund(refundNo);
  if (found?.trade !== trade || found.refund.state !== 'succeeded') return {};
  const { amountFen, refundedAt } = found.refund;
  return {
    ...{ out_trade_no: trade.paymentNo, trade_no: trade.gatewayNo, out_request_no: refundNo, refund_status: 'REFUND_SUCCESS' },
    ...{ total_amount: yuanText(trade.amountFen), refund_amount: yuanText(amountFen) },
    ...(refundedAt && { gmt_refund_pay: chinaText(refundedAt) }),
  };
}

function noticeOf(ledger: Ledger, number: string, { appId, sellerId }: Account): Fields {
  const found = ledger.findRefund(number);
  const trade = found?.trade ?? ledger.find(number) ?? decline(number);
  return {
    ...{ notify_time: chinaText(new Date()), notify_type: 'trade_status_sync', notify_id: randomUUID().replaceAll('-', '') },
    ...{ charset: 'utf-8', version: '1.0', sign_type: 'RSA2', app_id: appId, auth_app_id: appId, seller_id: sellerId },
    ...{ out_trade_no: trade.paymentNo, trade_no: trade.gatewayNo, trade_status: stateOf(trade), subject: trade.subject },
    ...{ total_amount: yuanText(trade.amountFen), receipt_amount: yuanText(trade.amountFen), buyer_id: '2088000000000002' },
    ...(trade.paidAt && { gmt_payment: chinaText(trade.paidAt) }),
    ...(found && refundFields(found.trade, found.refund)),
  };
}

const refundFields = (trade: Trade, refund: Refund): Fields => ({
  out_biz_no: refund.refundNo,
  refund_fee: yuanText(returned(trade)),
  gmt_refund: chinaText(refund.refundedAt ?? new Date()),
});
