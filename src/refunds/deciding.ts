/** People and refunds: payers ask, reviewers decide, and look after what partners could not do. */
import { UniqueConstraintError } from 'sequelize';
import type { z } from 'zod';
import type { SealedColumn, Vault } from '#src/crypto/vault.ts';
import { ApiError } from '#src/errors.ts';
import { toFen } from '#src/money.ts';
import type { OrderRow } from '#src/orders/model.ts';
import type { Orders } from '#src/orders/service.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { Settings } from '#src/settings/service.ts';
import { newRefund, requestKey } from './automatic.ts';
import type { Execution, ExecutionParts } from './execution.ts';
import { refundNote, refundReason, type RefundRow, type RefundState } from './model.ts';
import type * as schemas from './schemas.ts';
import type { RefundView } from './views.ts';

export interface Deciding {
  /**
   * Of an own paid order; of a completed one for so many days.
   * @throws {ApiError} `not_found`, `wrong_state`, `refund_too_late`, `refund_too_large`, `already_exists`: one is open
   */
  request(caller: Caller, orderId: string, input: z.infer<typeof schemas.newRefund>): Promise<z.infer<typeof schemas.requestedRefund>>;
  /**
   * What goes back wholly before its service calls the order off as well. Nobody decides about own ones.
   * @throws {ApiError} `not_found`, `wrong_state`, `refund_too_large`, `forbidden`
   */
  review(caller: Caller, id: string, input: z.infer<typeof schemas.review>): Promise<RefundView>;
  /**
   * Once more, of one that failed; calls the order off like `review`.
   * @throws {ApiError} `not_found`, `wrong_state`, `refund_too_large`, `forbidden`
   */
  retry(caller: Caller, id: string): Promise<RefundView>;
  /** How an `abnormal` one ended at the partner. @throws {ApiError} `not_found`, `wrong_state`, `forbidden` */
  resolve(caller: Caller, id: string, input: z.infer<typeof schemas.resolution>): Promise<RefundView>;
}

interface DecidingParts extends Pick<ExecutionParts, 'database' | 'outbox' | 'claims'> {
  vault: Vault;
  settings: Pick<Settings, 'get'>;
  orders: Pick<Orders, 'own' | 'hold' | 'fire' | 'completedAt'>;
  execution: Pick<Execution, 'start' | 'succeed' | 'fail'>;
  view(caller: Caller, row: RefundRow): Promise<RefundView>;
}

const DAY = 86_400_000;

export function createDeciding(parts: DecidingParts): Deciding {
  return { request: createRequesting(parts), ...createReviewing(parts) };
}

const sealed = ({ vault }: DecidingParts, column: SealedColumn, id: string, words: string | undefined): string | null =>
  words ? vault.seal(column, id, words) : null;

function createRequesting(parts: DecidingParts): Deciding['request'] {
  const { database, claims, orders, view } = parts;
  return (caller, orderId, { amount: yuan, reason }) =>
    orTaken('already_exists', () =>
      database.transaction(async () => {
        await checkPeriod(parts, await orders.own(caller.userId, orderId));
        const { status } = await orders.hold(orderId);
        const payment = await claims.ofOrder(orderId);
        if (!payment || !['PAID', 'CONFIRMED', 'COMPLETED'].includes(status)) throw new ApiError('wrong_state', { details: [{ status }] });
        const left = payment.amount - payment.claimed;
        const amount = yuan === undefined ? left : toFen(yuan);
        if (left === 0 || amount > left) throw new ApiError('refund_too_large');
        const fields = newRefund(payment, 'request');
        const words = { reasonSealed: sealed(parts, refundReason, fields.id, reason) };
        const row = { ...fields, ...words, amount, uniqueKey: requestKey(orderId), state: 'requested' as const };
        const { user: _user, reason: _reason, note: _note, ...requested } = await view(caller, await database.models.refunds.create(row));
        return requested;
      }),
    );
}

function createReviewing(parts: DecidingParts): Omit<Deciding, 'request'> {
  const { database, claims, orders, execution, view } = parts;
  const { models, transaction } = database;

  /** A refund of somebody else, with its order locked. */
  async function hold(caller: Caller, id: string): Promise<{ refund: RefundRow; order: OrderRow }> {
    const found = await models.refunds.findByPk(id);
    if (!found) throw new ApiError('not_found');
    if (found.userId === caller.userId) throw new ApiError('forbidden');
    const order = await orders.hold(found.orderId);
    return { order, refund: await found.reload() };
  }
  /** @throws {ApiError} `wrong_state` */
  async function decide(caller: Caller, refund: RefundRow, from: RefundState, values: Partial<RefundRow>, note?: string): Promise<void> {
    const words = { noteSealed: sealed(parts, refundNote, refund.id, note) };
    const decided = { ...values, ...words, reviewerId: caller.userId, reviewedAt: new Date() };
    const [changed] = await models.refunds.update(decided, { where: { id: refund.id, state: from } });
    if (changed === 0) throw new ApiError('wrong_state', { details: [{ status: refund.state }] });
    await refund.reload();
  }

  return {
    review: (caller, id, { decision, note }) =>
      transaction(async () => {
        const { refund, order } = await hold(caller, id);
        const state = decision === 'approve' ? ('approved' as const) : ('rejected' as const);
        await decide(caller, refund, 'requested', { state, uniqueKey: null }, note);
        if (state === 'approved') await setOff(parts, refund, order, caller);
        const told = { userId: refund.userId, kind: 'refund.decided', subjectType: 'refund', subjectId: id } as const;
        await parts.outbox.append('notification.send', told, { requestId: caller.requestId });
        return view(caller, await refund.reload());
      }),

    retry: (caller, id) =>
      // There is one further try of each that failed.
      orTaken('wrong_state', () =>
        transaction(async () => {
          const { refund, order } = await hold(caller, id);
          if (refund.state !== 'failed') throw new ApiError('wrong_state', { details: [{ status: refund.state }] });
          const payment = await claims.byId(refund.paymentId);
          const reviewed = { reviewerId: caller.userId, reviewedAt: new Date(), reasonSealed: null };
          const row = { ...newRefund(payment, 'retry'), ...reviewed, amount: refund.amount, uniqueKey: `retry:${id}` };
          const again = await models.refunds.create({ ...row, state: 'approved' });
          await setOff(parts, again, order, caller);
          return view(caller, await again.reload());
        }),
      ),

    resolve: (caller, id, { outcome, note }) =>
      transaction(async () => {
        const { refund } = await hold(caller, id);
        await decide(caller, refund, 'abnormal', {}, note);
        const { gatewayNo } = refund;
        if (outcome === 'failed') await execution.fail(refund, 'failed_at_partner');
        else await execution.succeed(refund, await claims.byId(refund.paymentId), { gatewayNo, refundedAt: new Date() });
        return view(caller, await refund.reload());
      }),
  };
}

async function orTaken<T>(code: 'already_exists' | 'wrong_state', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof UniqueConstraintError ? new ApiError(code, { cause: error }) : error;
  }
}

async function checkPeriod({ orders, settings }: DecidingParts, { id }: OrderRow): Promise<void> {
  const completedAt = await orders.completedAt(id);
  const days = settings.get('orders.refundDays');
  if (completedAt && completedAt.getTime() + days * DAY < Date.now()) throw new ApiError('refund_too_late');
}

/** What goes back wholly before its service ends the order: by parts, it is the last one that does. */
async function setOff({ claims, execution, orders }: DecidingParts, refund: RefundRow, order: OrderRow, caller: Caller): Promise<void> {
  await execution.start(refund, await claims.byId(refund.paymentId));
  const { amount, claimed, paidOrderId } = await claims.byId(refund.paymentId);
  // A payment too many paid for nothing that could be called off.
  if (paidOrderId !== order.id || claimed < amount || !['PAID', 'CONFIRMED'].includes(order.status)) return;
  await orders.fire(order.id, 'CANCEL', { actorId: caller.userId, reason: 'refunded', requestId: caller.requestId });
}
