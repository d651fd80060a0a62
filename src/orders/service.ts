/** Orders as their owners and the staff see them (ORD-01..06, 21). */
import { Op, type WhereAttributeHash } from 'sequelize';
import type { z } from 'zod';
import { maskName, maskPhone } from '#src/crypto/masks.ts';
import { readReason } from '#src/crypto/step-reason.ts';
import { ApiError } from '#src/errors.ts';
import { toYuan } from '#src/money.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { createLifecycle, type OrderLifecycle, type OrderParts } from './lifecycle.ts';
import { orderContact, orderReason, type OrderItemRow, type OrderRow } from './model.ts';
import type * as schemas from './schemas.ts';

type View = z.infer<typeof schemas.orderView>;

export interface Orders extends OrderLifecycle {
  /** Own ones; everybody's for those who may see them. */
  list(caller: Caller, query: z.infer<typeof schemas.query>): Promise<z.infer<typeof schemas.list>>;
  /** @throws {ApiError} `not_found` */
  get(caller: Caller, id: string): Promise<View>;
  /** By its owner, before the service begins; what was paid is paid back. @throws {ApiError} `not_found`, `wrong_state`, `too_late` */
  cancel(caller: Caller, id: string, reason: string): Promise<View>;
  /** An order that this user owns. @throws {ApiError} `not_found` */
  own(userId: string, id: string): Promise<OrderRow>;
}

export function createOrders(parts: OrderParts): Orders {
  const { models } = parts.database;
  const lifecycle = createLifecycle(parts);

  async function own(userId: string, id: string): Promise<OrderRow> {
    const order = await models.orders.findOne({ where: { id, userId } });
    if (!order) throw new ApiError('not_found');
    return order;
  }
  async function get(caller: Caller, id: string): Promise<View> {
    const order = caller.can('orders:read-all') ? await models.orders.findByPk(id) : await own(caller.userId, id);
    if (!order) throw new ApiError('not_found');
    return view(parts, order, caller);
  }

  return {
    ...lifecycle,
    own,
    get,

    async list(caller, query) {
      const everybody = caller.can('orders:read-all');
      const asked = { userId: everybody ? query.userId : caller.userId, type: query.type, status: query.status, orderNo: query.orderNo };
      const where: WhereAttributeHash = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
      const period = { ...(query.from && { [Op.gte]: new Date(query.from) }), ...(query.to && { [Op.lt]: new Date(query.to) }) };
      if (query.from || query.to) where['createdAt'] = period;
      const { rows, count } = await models.orders.findAndCountAll({ where, order: orderOf(query.sort), ...slice(query) });
      const items = await models.orderItems.findAll({ where: { orderId: rows.map(({ id }) => id) }, order: ['id'] });
      const titles = Map.groupBy(items, ({ orderId }) => orderId);
      const summaries = rows.map((row) => summaryOf(row, titles.get(row.id) ?? []));
      return { items: summaries, pagination: { page: query.page, pageSize: query.pageSize, total: count } };
    },

    async cancel(caller, id, reason) {
      await own(caller.userId, id);
      await lifecycle.callOff(id, { actorId: caller.userId, reason, requestId: caller.requestId });
      return get(caller, id);
    },
  };
}

function summaryOf(order: OrderRow, items: readonly OrderItemRow[]): z.infer<typeof schemas.summary> {
  const { id, orderNo, userId, type, status, amount, refunded, expiresAt, paidAt, createdAt } = order;
  return {
    ...{ id, orderNo, userId, type, status, title: items[0]?.title ?? '', amount: toYuan(amount), refunded: toYuan(refunded) },
    expiresAt: expiresAt?.toISOString() ?? null,
    paidAt: paidAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}

async function view({ database: { models }, vault }: OrderParts, order: OrderRow, caller: Caller): Promise<View> {
  const items = await models.orderItems.findAll({ where: { orderId: order.id }, order: ['id'] });
  const log = await models.orderLog.findAll({ where: { orderId: order.id }, order: ['version'] });
  const sealed = order.contactSealed;
  const contact = sealed ? (JSON.parse(vault.open(orderContact, order.id, sealed)) as { name: string; phone: string }) : null;
  const full = order.userId === caller.userId || caller.can('users:unmask');
  return {
    ...summaryOf(order, items),
    paymentNo: order.paymentNo,
    items: items.map(({ kind, refId, title, unitPrice, quantity, amount }) => ({
      ...{ kind, refId, title, quantity },
      unitPrice: toYuan(unitPrice),
      amount: toYuan(amount),
    })),
    contact: contact && !full ? { name: maskName(contact.name), phone: maskPhone(contact.phone) } : contact,
    serviceInfo: order.serviceInfo,
    log: log.map((step) => ({
      ...{ event: step.event, from: step.fromStatus, to: step.toStatus, actorId: step.actorId, at: step.createdAt.toISOString() },
      reason: readReason(vault, orderReason, order.id, step),
    })),
    version: order.version,
  };
}
