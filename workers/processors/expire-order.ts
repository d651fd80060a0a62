/** Closes an order that nobody has paid in time. */
import type { Orders } from '#src/orders/service.ts';
import { inTransaction } from '../processor.ts';

export const expireOrderProcessor = (orders: Orders) => inTransaction<'order.expire'>(({ payload }) => orders.expire(payload.orderId));
