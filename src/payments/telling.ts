/** Tells people of paid orders and of refunds. */
import type { Database } from '#src/database/database.ts';
import { yuanText } from '#src/money.ts';
import type { Notifications } from '#src/notifications/service.ts';
import type { Orders } from '#src/orders/service.ts';
import type { Outbox } from '#src/outbox/outbox.ts';

interface TellingParts {
  database: Database;
  outbox: Outbox;
  orders: Pick<Orders, 'listen'>;
  refunds: { tell(id: string): Promise<{ orderId: string; orderNo: string; amount: number; approved: boolean }> };
}

export function tellOfMoney(
  { database: { models }, outbox, orders, refunds }: TellingParts,
  notifications: Pick<Notifications, 'describe'>,
): void {
  orders.listen('*', {
    // Nobody has paid for what costs nothing.
    async paid({ id: subjectId, userId, amount }) {
      if (amount > 0) await outbox.append('notification.send', { userId, kind: 'order.paid', subjectType: 'order', subjectId });
    },
  });
  notifications.describe('order', async (id) => {
    const { orderNo, amount } = await models.orders.findByPk(id, { rejectOnEmpty: true });
    const item = await models.orderItems.findOne({ where: { orderId: id }, order: ['id'] });
    return { orderNo, amount: yuanText(amount), item: item?.title ?? orderNo, path: `/orders/${id}` };
  });
  notifications.describe('refund', async (id) => {
    const { orderId, orderNo, amount, approved } = await refunds.tell(id);
    return { orderNo, amount: yuanText(amount), decision: approved ? 'approved' : 'rejected', path: `/orders/${orderId}` };
  });
}
