/** Tells people of paid orders and of refunds. */
import type { AlertKind } from './alerts.ts';
import type { Database } from '#src/database/database.ts';
import { yuanText } from '#src/money.ts';
import type { Notifications } from '#src/notifications/service.ts';
import type { OrderRow } from '#src/orders/model.ts';
import type { Orders } from '#src/orders/service.ts';
import type { Outbox } from '#src/outbox/outbox.ts';

interface TellingParts {
  database: Database;
  outbox: Outbox;
  orders: Pick<Orders, 'listen'>;
  refunds: { tell(id: string): Promise<{ orderId: string; orderNo: string; amount: number; approved: boolean }> };
}

/** What is wrong, for those who look after it. */
const problems: Record<AlertKind, { zh: string; en: string }> = {
  'payment.mismatch': {
    zh: '支付渠道报告的金额或币种与订单不符，未入账',
    en: 'the partner reports another amount or currency than the order has; nothing was credited',
  },
  'refund.failed': { zh: '退款未能完成，或与账目不符', en: 'a refund did not go through, or does not fit our books' },
};

export function tellOfMoney(
  { database: { models }, outbox, orders, refunds }: TellingParts,
  notifications: Pick<Notifications, 'describe'>,
): void {
  const tell = ({ id: subjectId, userId }: OrderRow, kind: 'order.created' | 'order.paid' | 'order.completed') =>
    outbox.append('notification.send', { userId, kind, subjectType: 'order', subjectId }, { aggregate: `order:${subjectId}` });
  orders.listen('*', {
    created: (order) => tell(order, 'order.created'),
    // Nobody has paid for what costs nothing.
    paid: async (order) => void (order.amount > 0 && (await tell(order, 'order.paid'))),
    completed: (order) => tell(order, 'order.completed'),
  });
  notifications.describe('order', async (id, { kind }) => {
    const { orderNo, amount, status } = await models.orders.findByPk(id, { rejectOnEmpty: true });
    // Whoever has paid meanwhile is not asked to.
    if (kind === 'order.created' && status !== 'PENDING') return null;
    const item = await models.orderItems.findOne({ where: { orderId: id }, order: ['id'] });
    return { orderNo, amount: yuanText(amount), item: item?.title ?? orderNo, path: `/orders/${id}` };
  });
  notifications.describe('refund', async (id) => {
    const { orderId, orderNo, amount, approved } = await refunds.tell(id);
    const told = { orderNo, amount: yuanText(amount), decision: approved ? 'approved' : 'rejected', problem: problems['refund.failed'] };
    return { ...told, path: `/orders/${orderId}` };
  });
  notifications.describe('payment', async (id) => {
    const { orderId, amount } = await models.payments.findByPk(id, { rejectOnEmpty: true });
    const { orderNo } = await models.orders.findByPk(orderId, { attributes: ['orderNo'], rejectOnEmpty: true });
    return { orderNo, amount: yuanText(amount), problem: problems['payment.mismatch'], path: `/orders/${orderId}` };
  });
}
