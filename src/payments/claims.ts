/** What of a payment may still go back: refunds claim their share before the partner is asked, and never more than was paid. */
import { literal, Op, type WhereAttributeHash } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { type Fen, moneyValue } from '#src/money.ts';
import type { PaymentRow } from './model.ts';

export interface Claims {
  byId(id: string): Promise<PaymentRow>;
  /** The payment that paid an order; null: nobody paid, or it cost nothing. */
  ofOrder(orderId: string): Promise<PaymentRow | null>;
  /** @throws {ApiError} `refund_too_large` when less is left */
  claim(paymentId: string, amount: Fen): Promise<void>;
  /** The same for what has gone back already. @returns false: less is left */
  take(paymentId: string, amount: Fen): Promise<boolean>;
  /** It did not go back. */
  release(paymentId: string, amount: Fen): Promise<void>;
}

export function createClaims({ models, sequelize, transaction }: Database): Claims {
  async function change(id: string, sign: '+' | '-', amount: Fen, guard: WhereAttributeHash<PaymentRow>): Promise<boolean> {
    const claimed = literal(`claimed ${sign} ${moneyValue(sequelize, amount)}`) as unknown as Fen;
    const [changed] = await models.payments.update({ claimed }, { where: { id, ...guard } });
    return changed > 0;
  }

  const take: Claims['take'] = (paymentId, amount) =>
    transaction(() => {
      const left = { state: 'paid' as const, claimed: { [Op.lte]: literal(`amount - ${moneyValue(sequelize, amount)}`) } };
      return change(paymentId, '+', amount, left as never);
    });

  return {
    take,
    byId: (id) => models.payments.findByPk(id, { rejectOnEmpty: true }),
    ofOrder: (orderId) => models.payments.findOne({ where: { paidOrderId: orderId } }),

    async claim(paymentId, amount) {
      if (!(await take(paymentId, amount))) throw new ApiError('refund_too_large');
    },
    release: (paymentId, amount) =>
      transaction(async () => {
        if (!(await change(paymentId, '-', amount, { claimed: { [Op.gte]: amount } }))) throw new Error('Released more than was claimed');
      }),
  };
}
