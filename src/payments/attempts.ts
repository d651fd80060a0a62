/**
 * Attempts to pay an order. The row with its number is committed before the partner is asked for the first time, and every further try
 * goes under that number (reliability rule 7), so that whatever gets lost nobody pays twice.
 */
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Balances } from '#src/balance/service.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { OrderRow } from '#src/orders/model.ts';
import type { Orders } from '#src/orders/service.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { PaymentScene } from './gateways/gateway.ts';
import type { Gateways } from './gateway-registry.ts';
import { openStates, type PaymentMethod, type PaymentRow } from './model.ts';
import type { FreshProof } from './ports.ts';
import type * as schemas from './schemas.ts';
import { over } from './settlement.ts';

export interface Attempts {
  /**
   * An attempt of the caller for an own order that is not paid yet. With the balance it is paid at once; else the partner has to
   * be asked afterwards. One that is open in the same way is given back.
   * @throws {ApiError} `not_found`, `wrong_state`, `channel_unavailable`, `payment_open`, `insufficient_balance`, `step_up_required`
   */
  begin(caller: Caller, orderId: string, input: z.infer<typeof schemas.newPayment>): Promise<PaymentRow>;
}

export interface AttemptsParts {
  database: Database;
  outbox: Outbox;
  orders: Pick<Orders, 'fire' | 'hold'>;
  balances: Pick<Balances, 'book'>;
  gateways: Pick<Gateways, 'offered'>;
  proof: FreshProof;
}

/** How long an order without a time limit can be paid at a partner. */
const OPEN_MS = 2 * 3_600_000;
/** When the partner is asked about a payment that nobody has told us of. */
const FIRST_CHECK_MS = 10_000;

const openKeyOf = (orderId: string, method: PaymentMethod): string => `${orderId}:${method}`;

export function createAttempts(parts: AttemptsParts): Attempts {
  const { database, gateways, proof } = parts;

  return {
    async begin(caller, orderId, { method, scene: asked }) {
      if (method === 'balance') {
        if (asked) throw new ApiError('channel_unavailable');
        if (!(await proof.freshlyVerified(caller.sessionId))) throw new ApiError('step_up_required');
        return database.transaction(async () => payFromBalance(parts, caller, await payable(parts, caller, orderId)));
      }
      const scene = await sceneOf(gateways, method, asked);
      return database.transaction(async () => openAttempt(parts, caller, await payable(parts, caller, orderId), method, scene));
    },
  };
}

/** Locks the order until the transaction ends. */
async function payable({ orders }: AttemptsParts, caller: Caller, orderId: string): Promise<OrderRow> {
  const order = await orders.hold(orderId);
  if (order.userId !== caller.userId) throw new ApiError('not_found');
  const { status, expiresAt } = order;
  if (status !== 'PENDING' || (expiresAt && expiresAt.getTime() <= Date.now()))
    throw new ApiError('wrong_state', { details: [{ status }] });
  return order;
}

/** @throws {ApiError} `channel_unavailable` when it is switched off, or cannot be paid with there */
async function sceneOf(gateways: Pick<Gateways, 'offered'>, method: PaymentMethod, asked: PaymentScene | undefined): Promise<PaymentScene> {
  const { scenes = [] } = (await gateways.offered()).find((offer) => offer.method === method) ?? {};
  const scene = asked ?? scenes[0];
  if (!scene || !scenes.includes(scene)) throw new ApiError('channel_unavailable');
  return scene;
}

const newRow = ({ id: orderId, userId, amount }: OrderRow, method: PaymentMethod) => {
  const id = uuid();
  return { id, paymentNo: id.replaceAll('-', ''), orderId, userId, method, amount };
};

async function payFromBalance({ database, orders, balances }: AttemptsParts, caller: Caller, order: OrderRow): Promise<PaymentRow> {
  const now = new Date();
  const row = { ...newRow(order, 'balance'), scene: null, openKey: null, expiresAt: now, paidAt: now, paidOrderId: order.id };
  const payment = await database.models.payments.create({ ...row, state: 'paid' });
  const { userId } = order;
  await balances.book([{ userId, amount: -order.amount, kind: 'payment', refId: payment.id, actorId: caller.userId }]);
  const { paymentNo } = payment;
  await orders.fire(order.id, 'PAY_SUCCESS', { actorId: caller.userId, requestId: caller.requestId, paymentNo });
  return payment;
}

async function openAttempt(
  { database: { models }, outbox }: AttemptsParts,
  caller: Caller,
  order: OrderRow,
  method: PaymentMethod,
  scene: PaymentScene,
): Promise<PaymentRow> {
  const openKey = openKeyOf(order.id, method);
  const open = await models.payments.findOne({ where: { openKey, state: [...openStates] } });
  // Of an order without a time limit the partner's own may be over.
  const dead = open && open.expiresAt.getTime() <= Date.now();
  if (dead) await models.payments.update({ state: 'closed', ...over }, { where: { id: open.id, state: [...openStates] } });
  else if (open && open.scene !== scene) throw new ApiError('payment_open', { details: [{ paymentId: open.id, scene: open.scene }] });
  else if (open) return open;
  const expiresAt = order.expiresAt ?? new Date(Date.now() + OPEN_MS);
  const payerAddress = scene === 'mobile' ? caller.ip : null;
  const payment = await models.payments.create({ ...newRow(order, method), scene, openKey, expiresAt, payerAddress, state: 'created' });
  const job = { paymentId: payment.id, step: 0 };
  await outbox.append('payment.check', job, {
    runAt: new Date(Date.now() + FIRST_CHECK_MS),
    dedupeKey: `payment.check:${payment.id}:0`,
    requestId: caller.requestId,
  });
  return payment;
}
