/** Payments as they are shown. */
import type { z } from 'zod';
import { maskName } from '#src/crypto/masks.ts';
import type { Database } from '#src/database/database.ts';
import { toYuan } from '#src/money.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { PaymentRow } from './model.ts';
import type * as schemas from './schemas.ts';

export type PaymentView = z.infer<typeof schemas.paymentView>;
type Viewer = Pick<Caller, 'userId' | 'can'>;

/** Names of the users of some rows; masked unless they are the caller's own, or the caller may see them. */
export async function namesOf(
  { models }: Pick<Database, 'models'>,
  rows: readonly { userId: string }[],
  caller: Viewer,
): Promise<(userId: string) => { id: string; name: string }> {
  const ids = [...new Set(rows.map(({ userId }) => userId))];
  const users = ids.length > 0 ? await models.users.findAll({ where: { id: ids }, attributes: ['id', 'name'] }) : [];
  const names = new Map(users.map(({ id, name }) => [id, name]));
  const full = caller.can('users:unmask');
  return (id) => {
    const name = names.get(id) ?? '';
    return { id, name: full || id === caller.userId ? name : maskName(name) };
  };
}

export async function paymentViews(
  database: Pick<Database, 'models'>,
  rows: readonly PaymentRow[],
  caller: Viewer,
): Promise<PaymentView[]> {
  const userOf = await namesOf(database, rows, caller);
  return rows.map((row) => {
    const { id, paymentNo, orderId, userId, method, scene, amount, claimed, state, failure, gatewayNo, paidOrderId, payerAction } = row;
    return {
      ...{ id, paymentNo, orderId, method, scene, state },
      ...{ user: userOf(userId), amount: toYuan(amount), returned: toYuan(claimed) },
      ...{ failure: failure ?? null, gatewayNo: gatewayNo ?? null },
      surplus: state === 'paid' && !paidOrderId,
      action: userId === caller.userId && payerAction ? payerAction : null,
      expiresAt: row.expiresAt.toISOString(),
      paidAt: row.paidAt?.toISOString() ?? null,
      createdAt: row.createdAt.toISOString(),
    };
  });
}
