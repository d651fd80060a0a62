/** What partners tell us by themselves, once it is proven to be theirs, and whether it fits what we know. */
import type { PaymentState, RefundState } from './gateway.ts';

interface NoticeBase {
  /**
   * The partner's id of the notice. A resent one may carry the same or another id, so what a notice does must be unique per
   * payment or refund and state as well.
   */
  eventId: string;
  paymentNo: string;
  currency: string;
  /** Null where the partner does not name it: notices of WeChat refunds carry the merchant only. */
  appId: string | null;
  merchantId: string;
  /** Of what happened: the payment or the refund. */
  amountFen: number;
}

export interface PaymentNotice extends NoticeBase {
  kind: 'payment';
  state: PaymentState;
  /** The partner's number; null when nobody paid. */
  gatewayNo: string | null;
  paidAt: Date | null;
}

export interface RefundNotice extends NoticeBase {
  kind: 'refund';
  refundNo: string;
  state: RefundState;
  /** The partner's number of the refund, where it has one. */
  gatewayNo: string | null;
  refundedAt: Date | null;
}

export type Notice = PaymentNotice | RefundNotice;

/**
 * Why a notice has no effect. `probe` is the partner testing that we check signatures; the others are worth an alarm when they come
 * often.
 */
export type Refusal =
  | 'malformed'
  | 'stale'
  | 'unknown_serial'
  | 'probe'
  | 'bad_signature'
  | 'undecryptable'
  | 'wrong_app'
  | 'wrong_merchant'
  | 'wrong_currency'
  | 'unsupported';

/** A notice that must have no effect: answer it with `answer(false)`. */
export class NoticeRefused extends Error {
  override name = 'NoticeRefused';
  readonly reason: Refusal;

  constructor(reason: Refusal) {
    super(`The payment notice was refused: ${reason}`);
    this.reason = reason;
  }
}

/** The only currency of our channels. */
export const CURRENCY = 'CNY';

/**
 * Whether a proven notice (or the status that a query gave) is about this payment or refund of ours.
 * @param expected `no` is the number of the payment, or of the refund for a notice about one
 * @returns what differs, null when all fits
 */
export function mismatch(
  notice: Pick<Notice, 'kind' | 'paymentNo' | 'amountFen' | 'currency'> & { refundNo?: string },
  expected: { paymentNo: string; refundNo?: string | undefined; amountFen: number },
): 'number' | 'amount' | 'currency' | null {
  if (notice.paymentNo !== expected.paymentNo) return 'number';
  if (notice.kind === 'refund' && notice.refundNo !== expected.refundNo) return 'number';
  if (notice.currency !== CURRENCY) return 'currency';
  return notice.amountFen === expected.amountFen ? null : 'amount';
}
