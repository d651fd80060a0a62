/** Closes an order that nobody has paid in time: partners are asked first, so that a payment of the last second counts. */
import type { Orders } from '#src/orders/service.ts';
import type { Payments } from '#src/payments/service.ts';
import { outside } from '../processor.ts';

export const expireOrderProcessor = (orders: Orders, payments: Payments) =>
  outside<'order.expire'>(async ({ payload: { orderId }, attempts }) => {
    await payments.stopAll(orderId, attempts);
    await orders.expire(orderId);
  });
