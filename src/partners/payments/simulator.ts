/** What the simulated payment partners have in common: a ledger, a cashier page, and notices to the merchant. */
import {
  type HttpSimulator,
  type ListenOptions,
  type SimulatedAnswer,
  type SimulatedRequest,
  startHttpSimulator,
} from '../http-simulator.ts';
import { createCashier, type Look } from './cashier.ts';
import { createDelivery, type Notice, type Receipt } from './deliver.ts';
import { createLedger, finishRefund, type Ledger, type Refund, type RefundOutcome, type Trade } from './ledger.ts';

export interface PaymentSimulatorOptions extends ListenOptions {
  /** Pauses before a notice that was not taken is sent again; none by default. */
  resendAfterMs?: readonly number[] | undefined;
}

/** A simulated partner, for tests and the demo. Numbers are the merchant's own, of a payment or a refund. */
export interface PaymentSimulator extends HttpSimulator {
  /**
   * The payer pays.
   * @param how `late`: although it is closed or has expired; `notify: false`: the notice is held back
   * @returns the merchant's answer to the notice; null without one, and when it could not be paid
   */
  pay(paymentNo: string, how?: { late?: boolean; notify?: boolean }): Promise<Receipt | null>;
  /** Sends the notice about a payment or refund, freshly signed. */
  resend(number: string): Promise<Receipt | null>;
  /** How refunds end from now on, those in progress too; null leaves new ones in progress. */
  refundsEnd(outcome: RefundOutcome | null): void;
  /** The next answers have their effect and a wrong signature. */
  garble(times?: number): void;
}

/** What a partner's calls work with. */
export interface Desk {
  readonly ledger: Ledger;
  /** Address of the partner, without a slash at the end. */
  url(): string;
  /** Address of the page where this is paid. */
  cashier(trade: Trade): string;
  /** Lets a refund that was taken on end as `refundsEnd` says, with its notice. */
  settle(refund: Refund): void;
}

export interface Partner {
  look: Look;
  /** Whether the merchant's answer ends the sending of a notice. */
  accepts(receipt: Receipt): boolean;
  /** A fresh notice about a payment or refund. */
  notice(ledger: Ledger, number: string): Notice;
  /** A call of the merchant. @param garbled sign the answer wrongly */
  answer(request: SimulatedRequest, desk: Desk, garbled: boolean): SimulatedAnswer;
}

export async function startPaymentSimulator(
  partner: Partner,
  options: PaymentSimulatorOptions,
): Promise<PaymentSimulator & { ledger: Ledger }> {
  const ledger = createLedger();
  const delivery = createDelivery(partner.accepts, options.resendAfterMs);
  let outcome: RefundOutcome | null = 'succeeded';
  let garbled = 0;

  async function resend(number: string): Promise<Receipt | null> {
    const url = ledger.findRefund(number)?.refund.notifyUrl ?? ledger.find(number)?.notifyUrl;
    return url === undefined ? null : delivery.send(url, () => partner.notice(ledger, number));
  }
  async function pay(trade: Trade | undefined, { late = false, notify = true } = {}): Promise<Receipt | null> {
    return trade && ledger.pay(trade, late) && notify ? resend(trade.paymentNo) : null;
  }
  function settle(refund: Refund): void {
    if (outcome === null || refund.state !== 'processing') return;
    finishRefund(refund, outcome);
    void resend(refund.refundNo);
  }

  const page = createCashier(ledger, partner.look, (trade) => pay(trade));
  const desk: Desk = { ledger, url: () => server.url, cashier: ({ cashierId }) => `${server.url}/cashier/${cashierId}`, settle };
  const server: HttpSimulator = await startHttpSimulator(
    async (request) => (await page(request)) ?? partner.answer(request, desk, garbled-- > 0),
    options,
  );

  return {
    ...server,
    ledger,
    pay: (paymentNo, how) => pay(ledger.find(paymentNo), how),
    resend,
    refundsEnd(how) {
      outcome = how;
      ledger.refunds().forEach(settle);
    },
    garble: (times = 1) => void (garbled = times),
    close() {
      delivery.close();
      return server.close();
    },
  };
}
