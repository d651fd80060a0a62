/**
 * What becomes of a payment, whoever tells it: a notice, a query, or the balance. Each effect is a guarded update under the lock of
 * its order, so that it happens once (ORD-12..14). A payment that finds its order paid or closed goes back by itself.
 */
import { Op } from 'sequelize';
import type { Logger } from 'pino';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Orders } from '#src/orders/service.ts';
import { UnfitNotice } from './events.ts';
import type { Channel, PaymentStatus } from './gateways/gateway.ts';
import { mismatch, type PaymentNotice } from './gateways/notice.ts';
import { openStates, type PaymentRow } from './model.ts';
import type { SurplusRefunds } from './ports.ts';

/** What a partner says of a payment. */
export type Outcome = Pick<PaymentStatus, 'paymentNo' | 'state' | 'gatewayNo' | 'amountFen' | 'currency' | 'paidAt'>;

export interface Settlement {
  /**
   * Lets what a partner says have its effect; nothing when it had it before.
   * @param recorded runs in the transaction of the effect
   * @throws {UnfitNotice} it is not about this payment
   */
  settle(payment: PaymentRow, outcome: Outcome, recorded?: () => Promise<void>): Promise<void>;
  /** Takes a proven notice. @throws {UnfitNotice} and what `recorded` throws */
  told(channel: Channel, notice: PaymentNotice, recorded: () => Promise<void>): Promise<void>;
  /** Ends an open attempt; nothing when it is over. */
  end(payment: Pick<PaymentRow, 'id'>, state: 'closed' | 'failed', failure?: string): Promise<boolean>;
}

export interface SettlementParts {
  database: Database;
  orders: Pick<Orders, 'fire' | 'hold'>;
  refunds: SurplusRefunds;
  log: Logger;
}

/** What an attempt loses when it is over. */
export const over = { openKey: null, payerAction: null, payerAddress: null };

export function createSettlement(parts: SettlementParts): Settlement {
  const { database, log } = parts;
  const { transaction } = database;
  const { pay, fail, end } = createEffects(parts);

  async function settle(payment: PaymentRow, outcome: Outcome, recorded?: () => Promise<void>): Promise<void> {
    const { id: subjectId, paymentNo, amount } = payment;
    const told = { ...outcome, kind: 'payment' as const, amountFen: outcome.amountFen ?? amount };
    const wrong = mismatch(told, { paymentNo, amountFen: amount });
    if (wrong) throw new UnfitNotice(wrong, { kind: 'payment.mismatch', subjectId, number: paymentNo });
    const attempt = (orderRefuses: boolean) =>
      transaction(async () => {
        await recorded?.();
        const { state } = outcome;
        if (state === 'paid') await pay(payment, outcome, orderRefuses);
        else if (state === 'closed' || state === 'failed') await fail(payment, state);
      });
    try {
      await attempt(false);
    } catch (error) {
      if (!(error instanceof ApiError) || outcome.state !== 'paid') throw error;
      // Who sells refuses although it was paid: the step is undone, and the payment with it (ORD-07).
      log.warn({ paymentNo, reason: error.code }, 'paid order cannot be served, the payment goes back');
      await attempt(true);
    }
  }

  return {
    settle,
    end,
    async told(channel, notice, recorded) {
      const payment = await database.models.payments.findOne({ where: { paymentNo: notice.paymentNo } });
      if (payment?.method !== channel) throw new UnfitNotice('unknown');
      await settle(payment, notice, recorded);
    },
  };
}

/** Each at most once, in the transaction of who calls. */
function createEffects({ database, orders, refunds }: SettlementParts) {
  const { models, transaction } = database;

  async function end({ id }: Pick<PaymentRow, 'id'>, state: 'closed' | 'failed', failure: string | null = null): Promise<boolean> {
    const next = { state, failure: failure?.slice(0, 64) ?? null, ...over };
    const [changed] = await transaction(() => models.payments.update(next, { where: { id, state: [...openStates] } }));
    return changed > 0;
  }

  /** @param orderRefuses what is sold cannot be had any more: the money goes back */
  async function pay(payment: PaymentRow, { gatewayNo, paidAt }: Outcome, orderRefuses: boolean): Promise<void> {
    const { id, orderId, paymentNo } = payment;
    const order = await orders.hold(orderId);
    const paid = { state: 'paid' as const, gatewayNo, paidAt: paidAt ?? new Date(), failure: null, ...over };
    const [changed] = await models.payments.update(paid, { where: { id, state: { [Op.ne]: 'paid' } } });
    if (changed === 0) return;
    if (order.status === 'PENDING' && !orderRefuses) {
      await models.payments.update({ paidOrderId: orderId }, { where: { id } });
      await orders.fire(orderId, 'PAY_SUCCESS', { actorId: null, paymentNo });
      return;
    }
    await refunds.surplus(await payment.reload());
    if (order.status === 'PENDING') await orders.fire(orderId, 'PAY_FAIL', { actorId: null, reason: 'not_available' });
  }

  /** Releases what the order held (ORD-14), unless the payer is still trying another way. */
  async function fail(payment: PaymentRow, state: 'closed' | 'failed'): Promise<void> {
    const order = await orders.hold(payment.orderId);
    if (!(await end(payment, state, state === 'failed' ? 'refused_by_bank' : undefined)) || state === 'closed') return;
    const others = await models.payments.count({ where: { orderId: payment.orderId, state: [...openStates] } });
    if (order.status === 'PENDING' && others === 0) await orders.fire(order.id, 'PAY_FAIL', { actorId: null, reason: 'payment_failed' });
  }

  return { pay, fail, end };
}
