/** A simulated WeChat Pay v2: flat XML with a shared key. Written from WeChat's rules, not with the library that clients use. */
import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import type { SignType, WechatXmlOptions } from '#src/payments/gateways/wechat-xml.ts';
import type { SimulatedRequest } from '../http-simulator.ts';
import { sameText } from '../same-text.ts';
import { chinaDigits, chinaText } from './china-clock.ts';
import type { Notice } from './deliver.ts';
import { isOver, type Ledger, type Refund, type Trade } from './ledger.ts';
import { type Desk, type PaymentSimulator, type PaymentSimulatorOptions, startPaymentSimulator } from './simulator.ts';

type Fields = Record<string, string>;

export interface WechatPayV2Simulator extends PaymentSimulator {
  /** What WeChat gave the merchant: the options of its gateway. */
  merchant(): WechatXmlOptions;
  /** The page in WeChat pays with what the merchant signed for it; false when that signature is wrong. */
  payInApp(params: Readonly<Fields>): Promise<boolean>;
  /** A notice as it would be sent. @param changes put over its fields before they are signed @param signType another than chosen */
  notice(number: string, changes?: Fields, signType?: SignType): Notice;
}

interface Account {
  appId: string;
  merchantId: string;
  apiKey: string;
}

/** What WeChat declines, signed: `result_code` FAIL. */
class Declined extends Error {}
/** What WeChat does not deal with, unsigned: `return_code` FAIL. */
class Refused extends Error {}

function decline(code: string): never {
  throw new Declined(code);
}

/** @param type how the merchant wants notices signed */
export async function startWechatPayV2Simulator(
  type: SignType = 'MD5',
  options: PaymentSimulatorOptions = {},
): Promise<WechatPayV2Simulator> {
  const account = { appId: 'wx0000000000000002', merchantId: '1900000002', apiKey: randomBytes(16).toString('hex') };
  const seen = new Set<string>();
  const notice = (ledger: Ledger, number: string, changes: Fields = {}, signType: SignType = type): Notice => {
    const fields = { ...noticeOf(ledger, number, account), ...changes };
    const secret = 'req_info' in fields;
    return {
      headers: { 'content-type': 'text/xml' },
      body: toXml(secret ? fields : signed({ ...fields, sign_type: signType }, signType, account)),
    };
  };
  const { ledger, ...simulator } = await startPaymentSimulator(
    {
      look: { name: { zh: '微信支付 V2（模拟）', en: 'WeChat Pay v2 (simulated)' }, color: '#0a7d3e' },
      accepts: ({ body }) => /<return_code><!\[CDATA\[SUCCESS\]\]><\/return_code>/.test(body),
      notice,
      answer: (request, desk, garbled) => ({
        headers: { 'content-type': 'text/xml' },
        body: answer(request, desk, account, seen, garbled),
      }),
    },
    options,
  );
  return {
    ...simulator,
    merchant: () => ({ ...account, signType: type, baseUrl: simulator.url }),
    async payInApp({ paySign = '', ...params }) {
      const trade = ledger.atCashier(params['package']?.replace('prepay_id=', '') ?? '');
      if (!trade || !sameText(paySign, signatureOf(params, params['signType'] as SignType, account))) return false;
      await simulator.pay(trade.paymentNo);
      return true;
    },
    notice: (number, changes, signType) => notice(ledger, number, changes, signType),
  };
}

/** Elements of a flat document, CDATA or not; WeChat reads nothing else of it. */
function fromXml(xml: string): Fields {
  const elements = xml.matchAll(/<(\w+)>(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))<\/\1>/gs);
  return Object.fromEntries([...elements].map(([, name, data, text]) => [name, data ?? text ?? '']));
}

const toXml = (fields: Fields, root = 'xml'): string =>
  `<${root}>${Object.entries(fields)
    .map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
    .join('')}</${root}>`;

function signatureOf(fields: Fields, type: SignType, { apiKey }: Pick<Account, 'apiKey'>): string {
  const names = Object.keys(fields).filter((name) => name !== 'sign' && fields[name] !== '');
  const pairs = names.sort().map((name) => `${name}=${fields[name]}`);
  const text = [...pairs, `key=${apiKey}`].join('&');
  const hash = type === 'HMAC-SHA256' ? createHmac('sha256', apiKey) : createHash('md5');
  return hash.update(text).digest('hex').toUpperCase();
}

const signed = (fields: Fields, type: SignType, account: Account): Fields => ({ ...fields, sign: signatureOf(fields, type, account) });

const nonce = (): string => randomBytes(16).toString('hex');

function answer(request: SimulatedRequest, desk: Desk, account: Account, seen: Set<string>, garbled: boolean): string {
  const fields = fromXml(request.body.toString());
  const type = (fields['sign_type'] ?? 'MD5') as SignType;
  const base = { return_code: 'SUCCESS', return_msg: 'OK', appid: account.appId, mch_id: account.merchantId, nonce_str: nonce() };
  const sealed = (body: Fields) => toXml({ ...signed({ ...base, ...body }, type, account), ...(garbled && { sign: '0'.repeat(32) }) });
  try {
    check(fields, type, account, seen);
    return sealed({ result_code: 'SUCCESS', ...route(request.url.pathname, fields, desk) });
  } catch (error) {
    if (error instanceof Refused) return toXml({ return_code: 'FAIL', return_msg: error.message });
    if (error instanceof Declined) return sealed({ result_code: 'FAIL', err_code: error.message, err_code_des: error.message });
    throw error;
  }
}

function check(fields: Fields, type: SignType, account: Account, seen: Set<string>): void {
  const { appid, mch_id, nonce_str = '', sign = '' } = fields;
  if (type !== 'MD5' && type !== 'HMAC-SHA256') throw new Refused('sign_type');
  if (!sameText(sign, signatureOf(fields, type, account))) throw new Refused('签名错误');
  if (appid !== account.appId || mch_id !== account.merchantId) throw new Refused('appid and mch_id do not match');
  if (nonce_str === '' || nonce_str.length > 32 || seen.has(nonce_str)) throw new Refused('nonce_str');
  seen.add(nonce_str);
}

function route(path: string, fields: Fields, desk: Desk): Fields {
  const { ledger } = desk;
  const trade = (): Trade => ledger.find(fields['out_trade_no'] ?? '') ?? decline('ORDERNOTEXIST');
  switch (path) {
    case '/pay/unifiedorder':
      return openOrder(fields, desk);
    case '/pay/orderquery':
      return { trade_state_desc: '', ...tradeOf(trade()) };
    case '/pay/closeorder':
      return closeOrder(trade());
    case '/secapi/pay/refund':
      return openRefund(trade(), fields, desk);
    case '/pay/refundquery': {
      const found = ledger.findRefund(fields['out_refund_no'] ?? '') ?? decline('REFUNDNOTEXIST');
      return refundQuery(found.trade, found.refund);
    }
    default:
      throw new Refused('no such interface');
  }
}

function openOrder(fields: Fields, { ledger, cashier }: Desk): Fields {
  const { out_trade_no: paymentNo = '', total_fee = '', body: subject, notify_url: notifyUrl, trade_type: type = '', time_expire } = fields;
  const complete = /^[0-9A-Za-z_\-|*]{6,32}$/.test(paymentNo) && /^[1-9]\d*$/.test(total_fee) && subject && fields['spbill_create_ip'];
  if (!complete || !notifyUrl || (type === 'JSAPI' && !fields['openid']) || (type === 'NATIVE' && !fields['product_id']))
    throw new Refused('parameters');
  const expiresAt = time_expire ? chinaDigits(time_expire) : null;
  const details = { paymentNo, amountFen: Number(total_fee), subject, notifyUrl, expiresAt, type, payer: fields['openid'] };
  const trade = ledger.open(details, 'waiting') ?? decline('OUT_TRADE_NO_USED');
  if (trade.state === 'paid') decline('ORDERPAID');
  if (trade.state === 'closed') decline('ORDERCLOSED');
  const opened = { trade_type: type, prepay_id: trade.cashierId };
  if (type === 'NATIVE') return { ...opened, code_url: cashier(trade) };
  if (type === 'JSAPI') return opened;
  return type === 'MWEB' ? { ...opened, mweb_url: `${cashier(trade)}?prepay_id=${trade.cashierId}` } : decline('NOAUTH');
}

function closeOrder(trade: Trade): Fields {
  if (trade.state === 'paid') decline('ORDERPAID');
  if (trade.state === 'closed') decline('ORDERCLOSED');
  trade.state = 'closed';
  return {};
}

function openRefund(trade: Trade, fields: Fields, { ledger, settle }: Desk): Fields {
  const { out_refund_no: refundNo = '', refund_fee = '', total_fee } = fields;
  if (!/^[1-9]\d*$/.test(refund_fee) || Number(total_fee) !== trade.amountFen) decline('REFUND_FEE_MISMATCH');
  const refund = ledger.refund(trade, refundNo, Number(refund_fee), fields['notify_url']);
  if (typeof refund === 'string') return decline(refund === 'not_paid' ? 'TRADE_STATE_ERROR' : 'REFUND_FEE_MISMATCH');
  settle(refund);
  return {
    out_trade_no: trade.paymentNo,
    transaction_id: trade.gatewayNo,
    out_refund_no: refundNo,
    refund_id: refund.gatewayNo,
    refund_fee,
  };
}

function tradeOf(trade: Trade): Fields {
  const open = isOver(trade) || trade.state === 'closed' ? 'CLOSED' : 'NOTPAY';
  const state = trade.refunds.length > 0 ? 'REFUND' : 'SUCCESS';
  return {
    ...{ out_trade_no: trade.paymentNo, trade_type: trade.type, total_fee: String(trade.amountFen), fee_type: 'CNY' },
    trade_state: trade.state === 'paid' ? state : open,
    ...(trade.paidAt && {
      transaction_id: trade.gatewayNo,
      time_end: chinaText(trade.paidAt).replace(/\D/g, ''),
      openid: trade.payer ?? 'o-payer',
    }),
  };
}

const WORDS = { processing: 'PROCESSING', succeeded: 'SUCCESS', failed: 'REFUNDCLOSE', abnormal: 'CHANGE' } as const;

function refundQuery(trade: Trade, refund: Refund): Fields {
  return {
    ...{ out_trade_no: trade.paymentNo, transaction_id: trade.gatewayNo, total_fee: String(trade.amountFen), refund_count: '1' },
    ...{ out_refund_no_0: refund.refundNo, refund_id_0: refund.gatewayNo, refund_fee_0: String(refund.amountFen) },
    refund_status_0: WORDS[refund.state],
    ...(refund.refundedAt && { refund_success_time_0: chinaText(refund.refundedAt) }),
  };
}

function noticeOf(ledger: Ledger, number: string, { appId: appid, merchantId: mch_id, apiKey }: Account): Fields {
  const base = { return_code: 'SUCCESS', appid, mch_id, nonce_str: nonce() };
  const found = ledger.findRefund(number);
  if (!found) {
    const { trade_state: _state, ...trade } = tradeOf(ledger.find(number) ?? decline(number));
    return { ...base, result_code: 'SUCCESS', bank_type: 'OTHERS', cash_fee: trade['total_fee'] ?? '', ...trade };
  }
  const { trade, refund } = found;
  const secret = toXml(
    {
      ...{ out_refund_no: refund.refundNo, out_trade_no: trade.paymentNo, refund_id: refund.gatewayNo, transaction_id: trade.gatewayNo },
      ...{ refund_fee: String(refund.amountFen), total_fee: String(trade.amountFen), refund_status: WORDS[refund.state] },
    },
    'root',
  );
  const cipher = createCipheriv('aes-256-ecb', createHash('md5').update(apiKey).digest('hex'), null);
  return { ...base, req_info: Buffer.concat([cipher.update(secret), cipher.final()]).toString('base64') };
}
