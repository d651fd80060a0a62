/**
 * Notices of WeChat Pay v2. They carry no time, so an old one passes again: what it does must be unique. A notice of a refund is
 * encrypted and not signed, and its cipher lets blocks be changed unseen; it is taken as a hint, and a signed query tells the truth.
 */
import { Aes, Hash } from 'wechatpay-axios-plugin';
import { COMPACT_TIME, fromChinaTime } from './china-time.ts';
import type { NewRefund, RefundStatus } from './gateway.ts';
import { CURRENCY, type Notice, NoticeRefused } from './notice.ts';
import { type Fields, isSigned, parseXml, type WechatXmlOptions } from './wechat-xml.ts';

type QueryRefund = (refund: Pick<NewRefund, 'paymentNo' | 'refundNo'>) => Promise<RefundStatus>;

/** @throws {NoticeRefused} @throws {PartnerError} `unavailable`: the refund could not be asked about */
export async function readXmlNotice(rawBody: Buffer, options: WechatXmlOptions, queryRefund: QueryRefund): Promise<Notice> {
  const notice = parseXml(rawBody.toString());
  if (!notice || notice['return_code'] !== 'SUCCESS') throw new NoticeRefused('malformed');
  if (notice['req_info'] !== undefined) return refundNotice(notice, options, queryRefund);
  if (!isSigned(notice, options)) throw new NoticeRefused('bad_signature');
  checkReceiver(notice, options);
  return paymentNotice(notice, options);
}

function checkReceiver(notice: Fields, { appId, merchantId }: WechatXmlOptions): void {
  if (notice['appid'] !== appId) throw new NoticeRefused('wrong_app');
  if (notice['mch_id'] !== merchantId) throw new NoticeRefused('wrong_merchant');
}

function paymentNotice(notice: Fields, { appId, merchantId }: WechatXmlOptions): Notice {
  const {
    out_trade_no: paymentNo,
    transaction_id: gatewayNo = null,
    result_code: result,
    total_fee: total,
    fee_type: currency = CURRENCY,
  } = notice;
  if (!paymentNo || (result === 'SUCCESS' && !gatewayNo)) throw new NoticeRefused('malformed');
  if (currency !== CURRENCY) throw new NoticeRefused('wrong_currency');
  if (result !== 'SUCCESS' && result !== 'FAIL') throw new NoticeRefused('unsupported');
  if (total === undefined || !/^\d{1,12}$/.test(total)) throw new NoticeRefused('malformed');
  return {
    kind: 'payment',
    eventId: `${gatewayNo ?? paymentNo}:${result}`,
    paymentNo,
    gatewayNo,
    state: result === 'SUCCESS' ? 'paid' : 'failed',
    amountFen: Number(total),
    currency,
    appId,
    merchantId,
    paidAt: fromChinaTime(notice['time_end'], COMPACT_TIME),
  };
}

async function refundNotice(notice: Fields, options: WechatXmlOptions, queryRefund: QueryRefund): Promise<Notice> {
  checkReceiver(notice, options);
  const { out_trade_no: paymentNo, out_refund_no: refundNo } = decrypt(notice['req_info'] ?? '', options.apiKey);
  if (!paymentNo || !refundNo) throw new NoticeRefused('malformed');
  const { state, amountFen, gatewayNo, ...status } = await queryRefund({ paymentNo, refundNo });
  if (state === 'missing' || amountFen === null) throw new NoticeRefused('bad_signature');
  const { appId, merchantId } = options;
  return { ...status, kind: 'refund', eventId: `${gatewayNo ?? refundNo}:${state}`, state, amountFen, gatewayNo, appId, merchantId };
}

/** @throws {NoticeRefused} */
function decrypt(secret: string, apiKey: string): Fields {
  let fields: Fields | null = null;
  try {
    fields = parseXml(Aes.AesEcb.decrypt(secret, Hash.md5(apiKey)));
  } catch {
    // Told below.
  }
  if (!fields) throw new NoticeRefused('undecryptable');
  return fields;
}
