/**
 * A payment channel: the one shape of all partners. A gateway talks to its partner and knows nothing of orders; whether a notice
 * fits a payment is asked with `mismatch()` of notice.ts. Amounts are integer fen. Wrap it with `withRetries()` of retries.ts and
 * call it through settle.ts, so that a lost answer is settled by a query and never by paying twice (requirement ORD-15).
 */
import type { IncomingHttpHeaders } from 'node:http';
import { PartnerError } from '#src/partners/partner-error.ts';
import type { Notice } from './notice.ts';

/** Where the payer is: `qr` scans a code, `in_app` is inside the partner's app, `mobile` and `page` are browsers on phone and desktop. */
export type PaymentScene = 'qr' | 'in_app' | 'mobile' | 'page';

export interface NewPayment {
  /** Ours: 6 to 32 of `0-9A-Za-z_-`, never used twice. Asking again with the same one never makes a second payment. */
  paymentNo: string;
  amountFen: number;
  /** What the payer reads; cut to what the partner takes. */
  subject: string;
  scene: PaymentScene;
  /** The partner takes no money after it. */
  expiresAt: Date;
  /** Where notices go. Alipay sends those of refunds to it as well. */
  notifyUrl: string;
  /** Where the browser goes after `mobile` and `page`. */
  returnUrl?: string | undefined;
  /** WeChat: `in_app` needs the payer's openid, `mobile` the address that they come from. */
  payer?: { openid?: string | undefined; address?: string | undefined } | undefined;
}

/** What brings the payer to the partner: a code to show, a page to go to, or parameters for the partner's own API. */
export type PayerAction =
  | { kind: 'qr'; codeUrl: string }
  | { kind: 'redirect'; url: string }
  | { kind: 'app'; params: Readonly<Record<string, string>> };

/**
 * `missing`: the partner does not know it; with Alipay also one that nobody has opened yet, which can still be paid until it expires.
 * `paid` stays when money is given back later. `closed`: nobody paid and nobody can. `failed`: the payer's bank refused.
 */
export type PaymentState = 'missing' | 'pending' | 'paid' | 'closed' | 'failed';

export interface PaymentStatus {
  paymentNo: string;
  state: PaymentState;
  /** The partner's number; null before somebody paid. */
  gatewayNo: string | null;
  /** What the order costs, before discounts of the partner; null when the partner does not say. */
  amountFen: number | null;
  currency: string;
  paidAt: Date | null;
}

export interface NewRefund {
  paymentNo: string;
  /** Ours, like a payment number. Asking again with the same one never gives money back twice. */
  refundNo: string;
  amountFen: number;
  /** What was paid altogether. */
  totalFen: number;
  reason: string;
  notifyUrl: string;
}

/**
 * `missing`: the partner has no such refund, so the same request may be made again. `failed`: over, nothing was given back.
 * `abnormal`: the payer's account takes no money; a person has to finish it at the partner, and no other refund may be tried.
 */
export type RefundState = 'missing' | 'processing' | 'succeeded' | 'failed' | 'abnormal';

export interface RefundStatus {
  paymentNo: string;
  refundNo: string;
  state: RefundState;
  /** The partner's number of the refund, where it has one. */
  gatewayNo: string | null;
  amountFen: number | null;
  currency: string;
  refundedAt: Date | null;
}

/** Status, type and body that the partner expects as an answer to its notice, to be sent as they are. */
export interface NoticeAnswer {
  status: number;
  contentType: string;
  body: string;
}

export type Channel = 'wechat' | 'wechat_v2' | 'alipay';

/**
 * Calls throw `PartnerError`, whose `reason` is the partner's own code or one of ours: `already_paid`, `invalid_payment`,
 * `invalid_refund`, `unverified_answer`, `http_<status>`. What it means for the money says `faultOf()`.
 */
export interface PaymentGateway {
  readonly channel: Channel;
  readonly scenes: readonly PaymentScene[];
  create(payment: NewPayment): Promise<PayerAction>;
  query(paymentNo: string): Promise<PaymentStatus>;
  /**
   * Asks the partner to take no money for it any more. That it is paid, closed or missing already is no fault: ask `query` for what
   * became of it. WeChat wants five minutes between `create` and this.
   */
  close(paymentNo: string): Promise<void>;
  refund(refund: NewRefund): Promise<RefundStatus>;
  queryRefund(refund: Pick<NewRefund, 'paymentNo' | 'refundNo'>): Promise<RefundStatus>;
  /**
   * Checks that a notice is the partner's and for us, and reads it.
   * @param rawBody the bytes as they came
   * @throws {NoticeRefused} it must have no effect
   * @throws {PartnerError} `unavailable`: it needs a query, which failed; answer "no" and the partner sends it again
   */
  parseNotification(rawBody: Buffer, headers: IncomingHttpHeaders): Promise<Notice>;
  /** @param ok whether its effect is committed; after "no" the partner sends the notice again */
  answer(ok: boolean): NoticeAnswer;
}

/**
 * How a call went wrong. `declined`: the partner said no, and will again. `unavailable`: it had no effect; try again later.
 * `unknown`: it may have had its effect; only a query can tell.
 */
export type Fault = 'declined' | 'unavailable' | 'unknown';

/** @returns null for an error that is no partner's */
export function faultOf(error: unknown): Fault | null {
  if (!(error instanceof PartnerError)) return null;
  if (error.fault === 'refused') return 'declined';
  return error.maybeDone ? 'unknown' : 'unavailable';
}

/** Whether a partner declined with one of these codes. */
export const isDeclined = (error: unknown, ...codes: string[]): boolean =>
  error instanceof PartnerError && error.fault === 'refused' && codes.includes(error.reason);

const NUMBER = /^[0-9A-Za-z_-]{6,32}$/;
/** The smallest limit of the partners, in fen. */
const MAX_AMOUNT = 10_000_000_000;

const isAmount = (fen: number): boolean => Number.isSafeInteger(fen) && fen > 0 && fen < MAX_AMOUNT;

/** @throws {PartnerError} `invalid_payment`: no partner takes this */
export function checkPayment({ channel, scenes }: Pick<PaymentGateway, 'channel' | 'scenes'>, payment: NewPayment): void {
  const fault = (detail: string) => new PartnerError(channel, 'refused', { reason: 'invalid_payment', detail });
  if (!NUMBER.test(payment.paymentNo)) throw fault('the payment number has another form');
  if (!isAmount(payment.amountFen)) throw fault('the amount is no positive whole number of fen');
  if (!scenes.includes(payment.scene)) throw fault(`this channel has no ${payment.scene}`);
  if (!(payment.expiresAt.getTime() > Date.now())) throw fault('it has expired');
}

/** @throws {PartnerError} `invalid_refund`: no partner takes this */
export function checkRefund(channel: Channel, refund: NewRefund): void {
  const fault = (detail: string) => new PartnerError(channel, 'refused', { reason: 'invalid_refund', detail });
  if (!NUMBER.test(refund.refundNo)) throw fault('the refund number has another form');
  if (!isAmount(refund.amountFen) || !isAmount(refund.totalFen)) throw fault('an amount is no positive whole number of fen');
  if (refund.amountFen > refund.totalFen) throw fault('it is more than was paid');
}

/** Cuts a text to a number of UTF-8 bytes, never inside a character. */
export function clip(text: string, bytes: number): string {
  let length = 0;
  let end = 0;
  for (const letter of text) {
    length += Buffer.byteLength(letter);
    if (length > bytes) break;
    end += letter.length;
  }
  return text.slice(0, end);
}
