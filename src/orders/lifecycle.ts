/** Creates orders and moves them through their machine, for the modules that sell something. */
import { literal, Op } from 'sequelize';
import { v7 as uuid } from 'uuid';
import { keepReason } from '#src/crypto/step-reason.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { dayNumber, nextOf } from '#src/database/sequence.ts';
import { ApiError } from '#src/errors.ts';
import { type Fen, moneyValue } from '#src/money.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import type { Settings } from '#src/settings/service.ts';
import { countBusiness } from '#src/statistics/business-counts.ts';
import { nextStatus, type OrderEvent } from './machine.ts';
import { orderContact, orderReason, type OrderRow, type OrderType } from './model.ts';

export interface NewOrder {
  userId: string;
  type: OrderType;
  items: readonly { kind: OrderType; refId: string; title: string; unitPrice: Fen; quantity?: number }[];
  /** Unpaid until then it is closed by itself. */
  expiresAt: Date | null;
  contact?: { name: string; phone: string } | undefined;
  /** Described as it is today; no personal data. */
  serviceInfo?: Record<string, unknown>;
}

export interface StepOptions {
  /** User who acts; null: the system. */
  actorId: string | null;
  reason?: string | undefined;
  requestId?: string | undefined;
  /** Kept with PAY_SUCCESS. */
  paymentNo?: string;
}

/**
 * What must happen with an order's step, in its transaction. Throwing undoes the step. `paid` of an order that costs nothing
 * comes before `create` has answered.
 */
export interface OrderListener {
  /** It waits for its payment: not for one that costs nothing. */
  created?(order: OrderRow): Promise<void>;
  paid?(order: OrderRow): Promise<void>;
  completed?(order: OrderRow): Promise<void>;
  /** Closed unpaid: failed, expired, or called off before the payment. @param actorId null: the system */
  closed?(order: OrderRow, reason: string | null, actorId: string | null): Promise<void>;
  /** Called off after the payment. */
  cancelled?(order: OrderRow, reason: string | null, actorId: string | null): Promise<void>;
  refunded?(order: OrderRow): Promise<void>;
  /** Its owner wants to call it off; whoever has rules about that refuses by throwing. */
  beforeCallOff?(order: OrderRow): Promise<void>;
}

export interface OrderLifecycle {
  /** Registers for the orders of one type, or of all with `*`. While modules are built. */
  listen(type: OrderType | '*', listener: OrderListener): void;
  /** Inside the caller's transaction. An order that costs nothing is PAID at once. @throws {ApiError} `unknown_user` */
  create(order: NewOrder, requestId?: string): Promise<OrderRow>;
  /**
   * One step of the machine, under the row's lock.
   * @throws {ApiError} `not_found`, `wrong_state` (nothing changes)
   */
  fire(orderId: string, event: OrderEvent, options: StepOptions): Promise<OrderRow>;
  /** CANCEL by its owner, unless what it is for says no. @throws {ApiError} `not_found`, `wrong_state`, `too_late` */
  callOff(orderId: string, options: StepOptions): Promise<OrderRow>;
  /** Locks an order until the caller's transaction ends. @throws {ApiError} `not_found` */
  hold(orderId: string): Promise<OrderRow>;
  /**
   * Notes money that went back, never more than was paid; the last of it makes a COMPLETED order REFUNDED. One whose service goes
   * on becomes it when that ends, one that was called off stays CANCELLED.
   */
  giveBack(orderId: string, amount: Fen): Promise<void>;
  /** When its service was completed; null: it was not. */
  completedAt(orderId: string): Promise<Date | null>;
  /** Closes an order that nobody paid in time; nothing for one that is not PENDING any more. */
  expire(orderId: string): Promise<void>;
}

export interface OrderParts {
  database: Database;
  vault: Vault;
  outbox: Outbox;
  settings: Settings;
}

/** Which events somebody may listen for. CANCEL of a paid order is `cancelled`. */
const heard: Partial<Record<OrderEvent, keyof OrderListener>> = {
  PAY_SUCCESS: 'paid',
  COMPLETE_SERVICE: 'completed',
  REFUND: 'refunded',
  PAY_FAIL: 'closed',
  CANCEL: 'closed',
};

export function createLifecycle(parts: OrderParts): OrderLifecycle {
  const { models, transaction } = parts.database;
  const { listen, tell } = createListeners();

  const fire: OrderLifecycle['fire'] = (orderId, event, options) =>
    transaction(async () => {
      const order = await hold(parts, orderId);
      const { status: from } = order;
      const to = nextStatus(from, event);
      if (!to) throw new ApiError('wrong_state', { details: [{ status: from, event }] });
      const { actorId, requestId = null, paymentNo } = options;
      const paid = event === 'PAY_SUCCESS' ? { paidAt: new Date(), paymentNo: paymentNo ?? null } : {};
      await order.update({ status: to, version: order.version + 1, ...paid });
      const step = { orderId, version: order.version, event, fromStatus: from, toStatus: to, actorId, requestId };
      await models.orderLog.create({ ...step, ...keepReason(parts.vault, orderReason, orderId, options) });
      if (from === 'PENDING') await parts.outbox.cancel(expiryKey(orderId));
      const told = to === 'CANCELLED' && from !== 'PENDING' ? 'cancelled' : heard[event];
      if (told) await tell(order, told, options);
      // What listened may have moved it on.
      return endRefunded(await order.reload(), requestId);
    });

  /** REFUND, once all that was paid went back and the machine lets it; an order that costs nothing has nothing to give back. */
  async function endRefunded(order: OrderRow, requestId: string | null): Promise<OrderRow> {
    const { id, status, amount, refunded } = order;
    if (amount === 0 || refunded < amount || !nextStatus(status, 'REFUND')) return order;
    return fire(id, 'REFUND', { actorId: null, ...(requestId && { requestId }) });
  }

  return {
    fire,
    hold: (orderId) => hold(parts, orderId),
    callOff: (orderId, options) =>
      transaction(async () => {
        await tell(await hold(parts, orderId), 'beforeCallOff', options);
        return fire(orderId, 'CANCEL', options);
      }),
    giveBack: (orderId, amount) => transaction(async () => void (await endRefunded(await addRefund(parts, orderId, amount), null))),
    async completedAt(orderId) {
      const step = await models.orderLog.findOne({ where: { orderId, toStatus: 'COMPLETED' }, order: [['version', 'DESC']] });
      return step?.createdAt ?? null;
    },
    listen,
    create: (input, requestId) =>
      transaction(async () => {
        const order = await write(parts, input, requestId ?? null);
        if (order.amount === 0) return fire(order.id, 'PAY_SUCCESS', { actorId: null, reason: 'free', requestId });
        await tell(order, 'created', { actorId: input.userId });
        return order;
      }),
    async expire(orderId) {
      const order = await models.orders.findByPk(orderId, { attributes: ['status'] });
      if (order?.status === 'PENDING') await fire(orderId, 'PAY_FAIL', { actorId: null, reason: 'expired' });
    },
  };
}

function createListeners() {
  const listeners = new Map<OrderType | '*', OrderListener[]>();
  return {
    listen: (type: OrderType | '*', listener: OrderListener): void => void listeners.set(type, [...(listeners.get(type) ?? []), listener]),
    async tell(order: OrderRow, step: keyof OrderListener, { reason, actorId }: StepOptions): Promise<void> {
      const told = [...(listeners.get(order.type) ?? []), ...(listeners.get('*') ?? [])];
      for (const listener of told) await listener[step]?.(order, reason ?? null, actorId);
    },
  };
}

async function hold({ database: { models } }: OrderParts, orderId: string): Promise<OrderRow> {
  const order = await models.orders.findByPk(orderId, { lock: true });
  if (!order) throw new ApiError('not_found');
  return order;
}

async function addRefund(parts: OrderParts, orderId: string, amount: Fen): Promise<OrderRow> {
  const { models, sequelize } = parts.database;
  const value = moneyValue(sequelize, amount);
  const where = { id: orderId, refunded: { [Op.lte]: literal(`amount - ${value}`) } };
  const [changed] = await models.orders.update({ refunded: literal(`refunded + ${value}`) }, { where });
  if (changed === 0) throw new Error(`More would be given back for order ${orderId} than was paid`);
  return hold(parts, orderId);
}

const expiryKey = (orderId: string): string => `order.expire:${orderId}`;

async function write(parts: OrderParts, input: NewOrder, requestId: string | null): Promise<OrderRow> {
  const { database, vault, outbox, settings } = parts;
  const { models } = database;
  const { userId, type, expiresAt, contact, serviceInfo = {} } = input;
  if (!(await models.users.findByPk(userId, { attributes: ['id'] }))) throw new ApiError('unknown_user');
  const items = input.items.map(({ quantity = 1, ...item }) => ({ ...item, id: uuid(), quantity, amount: item.unitPrice * quantity }));
  const id = uuid();
  const day = dayNumber(new Date(), settings.get('clinic.zone'));
  const number = await nextOf(database, `order:${day}`);
  const order = await models.orders.create({
    ...{ id, userId, type, expiresAt, serviceInfo, status: 'PENDING', version: 1 },
    orderNo: `ORDER${day}${String(number).padStart(3, '0')}`,
    amount: items.reduce((sum, { amount }) => sum + amount, 0),
    contactSealed: contact ? vault.seal(orderContact, id, JSON.stringify(contact)) : null,
  });
  await models.orderItems.bulkCreate(items.map((item) => ({ ...item, orderId: id })));
  const step = { orderId: id, version: 1, event: 'CREATE', fromStatus: null, toStatus: 'PENDING' } as const;
  await models.orderLog.create({ ...step, actorId: userId, reason: null, requestId });
  if (expiresAt)
    await outbox.append('order.expire', { orderId: id }, { runAt: expiresAt, dedupeKey: expiryKey(id), ...(requestId && { requestId }) });
  countBusiness(database, 'order.create');
  return order;
}
