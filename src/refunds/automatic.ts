/** Refunds that nobody has to ask for: of cancelled orders (ORD-18), and of payments that paid nothing (ORD-14). */
import { v7 as uuid } from 'uuid';
import type { Database } from '#src/database/database.ts';
import type { OrderRow } from '#src/orders/model.ts';
import type { Claims } from '#src/payments/claims.ts';
import type { PaymentRow } from '#src/payments/model.ts';
import type { SurplusRefunds } from '#src/payments/ports.ts';
import type { Execution } from './execution.ts';
import type { RefundOrigin } from './model.ts';

export interface AutomaticRefunds extends SurplusRefunds {
  /** All that is left of what was paid, in the transaction of the cancellation. */
  forCancelled(order: Pick<OrderRow, 'id'>): Promise<void>;
}

interface AutomaticParts {
  database: Database;
  claims: Claims;
  execution: Pick<Execution, 'start'>;
}

export const requestKey = (orderId: string): string => `request:${orderId}`;

/** The fields that every refund begins with. */
export function newRefund({ id: paymentId, orderId, userId }: PaymentRow, origin: RefundOrigin) {
  const id = uuid();
  return { id, refundNo: id.replaceAll('-', ''), orderId, paymentId, userId, origin };
}

export function createAutomaticRefunds({ database: { models }, claims, execution }: AutomaticParts): AutomaticRefunds {
  async function giveBack(payment: PaymentRow, origin: 'cancelled' | 'surplus'): Promise<void> {
    const amount = payment.amount - payment.claimed;
    if (amount === 0) return;
    const uniqueKey = `${origin}:${payment.id}`;
    const row = { ...newRefund(payment, origin), amount, uniqueKey, reasonSealed: null, state: 'approved' as const };
    await execution.start(await models.refunds.create(row), payment);
  }

  return {
    surplus: (payment) => giveBack(payment, 'surplus'),
    async forCancelled({ id: orderId }) {
      const withdrawn = { state: 'withdrawn' as const, uniqueKey: null };
      await models.refunds.update(withdrawn, { where: { uniqueKey: requestKey(orderId), state: 'requested' } });
      const payment = await claims.ofOrder(orderId);
      if (payment) await giveBack(payment, 'cancelled');
    },
  };
}
