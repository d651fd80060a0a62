/** Refunds as they are shown. */
import type { z } from 'zod';
import type { SealedColumn, Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { toYuan } from '#src/money.ts';
import { namesOf } from '#src/payments/views.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { refundNote, refundReason, type RefundRow } from './model.ts';
import type * as schemas from './schemas.ts';

export type RefundView = z.infer<typeof schemas.refundView>;

interface ViewParts {
  database: Pick<Database, 'models'>;
  vault: Vault;
}

export async function refundViews({ database, vault }: ViewParts, rows: readonly RefundRow[], caller: Caller): Promise<RefundView[]> {
  const { models } = database;
  const userOf = await namesOf(database, rows, caller);
  const orders = await models.orders.findAll({ where: { id: rows.map(({ orderId }) => orderId) }, attributes: ['id', 'orderNo'] });
  const payments = await models.payments.findAll({ where: { id: rows.map(({ paymentId }) => paymentId) }, attributes: ['id', 'method'] });
  const numbers = new Map(orders.map(({ id, orderNo }) => [id, orderNo]));
  const methods = new Map(payments.map(({ id, method }) => [id, method]));
  const open = (column: SealedColumn, id: string, sealed: string | null) => (sealed ? vault.open(column, id, sealed) : null);

  return rows.map((row) => {
    const { id, refundNo, orderId, paymentId, userId, origin, amount, state, failure, gatewayNo, reviewerId } = row;
    // Patients write about themselves: their words are for those who decide.
    const words = userId === caller.userId || caller.can('refunds:review');
    return {
      ...{ id, refundNo, orderId, orderNo: numbers.get(orderId) ?? '', paymentId, method: methods.get(paymentId) ?? 'balance' },
      ...{ user: userOf(userId), origin, amount: toYuan(amount), state },
      ...{ failure: failure ?? null, gatewayNo: gatewayNo ?? null, reviewerId: reviewerId ?? null },
      reason: words ? open(refundReason, id, row.reasonSealed) : null,
      note: words ? open(refundNote, id, row.noteSealed) : null,
      reviewedAt: row.reviewedAt?.toISOString() ?? null,
      refundedAt: row.refundedAt?.toISOString() ?? null,
      createdAt: row.createdAt.toISOString(),
    };
  });
}
