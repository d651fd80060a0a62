/** What a simulated payment partner keeps: trades and the refunds of each. Amounts in fen. */
import { randomBytes, randomInt } from 'node:crypto';

export interface Refund {
  refundNo: string;
  /** The partner's number. */
  gatewayNo: string;
  amountFen: number;
  state: 'processing' | 'succeeded' | 'failed' | 'abnormal';
  refundedAt: Date | null;
  notifyUrl: string | undefined;
}

export interface NewTrade {
  paymentNo: string;
  amountFen: number;
  subject: string;
  notifyUrl: string;
  returnUrl?: string | undefined;
  expiresAt: Date | null;
  /** How it is paid, in the partner's words. */
  type: string;
  payer?: string | undefined;
}

export interface Trade extends NewTrade {
  /** The partner's number, which merchants learn when it is paid. */
  gatewayNo: string;
  /** In the address of its cashier page; cannot be guessed. */
  cashierId: string;
  /** `prepared`: nobody has opened it yet. */
  state: 'prepared' | 'waiting' | 'paid' | 'closed';
  paidAt: Date | null;
  refunds: Refund[];
}

export interface Ledger {
  /** The trade of this number, made when it is new; null when it is there and differs. */
  open(trade: NewTrade, state: 'prepared' | 'waiting'): Trade | null;
  find(paymentNo: string): Trade | undefined;
  atCashier(id: string): Trade | undefined;
  /** @param late also when it is closed or has expired, as happens when payer and merchant are at it in the same moment */
  pay(trade: Trade, late?: boolean): boolean;
  /** A refund as it begins; a text when it cannot be. Asking again with the same number and amount finds the first one. */
  refund(trade: Trade, refundNo: string, amountFen: number, notifyUrl?: string): Refund | 'not_paid' | 'too_much' | 'differs';
  findRefund(refundNo: string): { trade: Trade; refund: Refund } | undefined;
  refunds(): Refund[];
}

const digits = (length: number): string => Array.from({ length }, () => randomInt(10)).join('');

/** What was or may yet be given back. */
const claimed = ({ refunds }: Trade): number =>
  refunds.filter(({ state }) => state !== 'failed').reduce((sum, { amountFen }) => sum + amountFen, 0);

/** What was given back. */
export const returned = ({ refunds }: Trade): number =>
  refunds.filter(({ state }) => state === 'succeeded').reduce((sum, { amountFen }) => sum + amountFen, 0);

export const isOver = ({ expiresAt }: Trade): boolean => expiresAt !== null && expiresAt.getTime() <= Date.now();

export function createLedger(): Ledger {
  const trades = new Map<string, Trade>();
  const refunds = new Map<string, { trade: Trade; refund: Refund }>();
  return {
    open(fields, state) {
      const known = trades.get(fields.paymentNo);
      if (known) return known.amountFen === fields.amountFen && known.type === fields.type ? known : null;
      const trade = {
        ...fields,
        state,
        gatewayNo: `4200${digits(24)}`,
        cashierId: randomBytes(16).toString('hex'),
        paidAt: null,
        refunds: [],
      };
      trades.set(fields.paymentNo, trade);
      return trade;
    },
    find: (paymentNo) => trades.get(paymentNo),
    atCashier: (id) => [...trades.values()].find(({ cashierId }) => cashierId === id),
    pay(trade, late = false) {
      const open = trade.state === 'prepared' || trade.state === 'waiting';
      if (trade.state === 'paid' || (!late && (!open || isOver(trade)))) return false;
      Object.assign(trade, { state: 'paid', paidAt: new Date() });
      return true;
    },
    refund(trade, refundNo, amountFen, notifyUrl) {
      const known = refunds.get(refundNo);
      if (known) return known.trade === trade && known.refund.amountFen === amountFen ? known.refund : 'differs';
      if (trade.state !== 'paid') return 'not_paid';
      if (claimed(trade) + amountFen > trade.amountFen) return 'too_much';
      const refund: Refund = { refundNo, gatewayNo: `5030${digits(24)}`, amountFen, state: 'processing', refundedAt: null, notifyUrl };
      trade.refunds.push(refund);
      refunds.set(refundNo, { trade, refund });
      return refund;
    },
    findRefund: (refundNo) => refunds.get(refundNo),
    refunds: () => [...refunds.values()].map(({ refund }) => refund),
  };
}

/** How refunds end. */
export type RefundOutcome = Exclude<Refund['state'], 'processing'>;

export function finishRefund(refund: Refund, outcome: RefundOutcome): void {
  if (refund.state !== 'processing') return;
  Object.assign(refund, { state: outcome, refundedAt: outcome === 'succeeded' ? new Date() : null });
}
