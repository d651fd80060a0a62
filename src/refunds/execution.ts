/**
 * Gives money back on the way that it came. The share is claimed from the payment first; a partner is asked after the commit, by a job,
 * under a number that stays the same, and asked about what happened before it is asked again (ORD-17, reliability rule 7).
 */
import type { Logger } from 'pino';
import type { Balances } from '#src/balance/service.ts';
import type { Database } from '#src/database/database.ts';
import type { Orders } from '#src/orders/service.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import { PartnerError } from '#src/partners/partner-error.ts';
import { noticeUrl } from '#src/payments/asking.ts';
import type { Claims } from '#src/payments/claims.ts';
import type { MoneyAlerts } from '#src/payments/alerts.ts';
import { alertOf, UnfitNotice } from '#src/payments/events.ts';
import { type Channel, faultOf, type NewRefund, type PaymentGateway, type RefundStatus } from '#src/payments/gateways/gateway.ts';
import { mismatch, type RefundNotice } from '#src/payments/gateways/notice.ts';
import { refundPayment } from '#src/payments/gateways/settle.ts';
import { gatewayOf, type Gateways } from '#src/payments/gateway-registry.ts';
import type { PaymentRow } from '#src/payments/model.ts';
import type { RefundRow, RefundState } from './model.ts';

export interface Execution {
  /** Claims its share and sets it off, in the transaction that approves it. @throws {ApiError} `refund_too_large`, `balance_limit` */
  start(refund: RefundRow, payment: PaymentRow): Promise<void>;
  /** Job: the next step of one at a partner, until it is over or a person has to look. */
  proceed(job: { refundId: string; step: number }): Promise<void>;
  /** Takes a proven notice. @param recorded runs in the transaction of the effect @throws {UnfitNotice} */
  told(channel: Channel, notice: RefundNotice, recorded: () => Promise<void>): Promise<void>;
  /** It came back, as a person says who looked at the partner. @returns false: it was over */
  succeed(refund: RefundRow, payment: PaymentRow, how: Pick<RefundStatus, 'gatewayNo' | 'refundedAt'>): Promise<boolean>;
  /** Nothing came back. @returns false: it was over */
  fail(refund: RefundRow, failure: string): Promise<boolean>;
}

export interface ExecutionParts {
  database: Database;
  outbox: Outbox;
  orders: Pick<Orders, 'hold' | 'giveBack'>;
  balances: Pick<Balances, 'book'>;
  claims: Claims;
  alerts: Pick<MoneyAlerts, 'raise'>;
  gateways: Pick<Gateways, 'of'>;
  /** Address that partners reach, without a slash at the end. */
  publicUrl: () => string;
  log: Logger;
}

/** Approved and not over: what a partner may still tell about. */
const goingStates = ['approved', 'processing', 'abnormal'] as const satisfies readonly RefundState[];

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Pauses between the steps at a partner; banks take days. */
const PAUSES_MS = [10 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE, 6 * 60 * MINUTE];

const mayGoOn = ({ state }: RefundRow): boolean => state === 'approved' || state === 'processing';

export function createExecution(parts: ExecutionParts): Execution {
  const { database, outbox, balances, claims, alerts, log } = parts;
  const { models } = database;
  const ending = createEnding(parts);
  const { settle, step } = createSteps(parts, ending);

  return {
    ...ending,
    async start(refund, payment) {
      await claims.claim(payment.id, refund.amount);
      if (payment.method !== 'balance') return plan(outbox, refund.id, 0, 0);
      const { id: refId, userId, amount } = refund;
      await balances.book([{ userId, amount, kind: 'refund', refId, actorId: null }]);
      await ending.succeed(refund, payment, { gatewayNo: null, refundedAt: new Date() });
    },

    async proceed({ refundId, step: number }) {
      const refund = await models.refunds.findByPk(refundId);
      if (!refund || !mayGoOn(refund)) return;
      await step(refund).catch(async (error: unknown) => {
        if (error instanceof UnfitNotice) await alertOf(alerts, error);
        log.warn({ err: error, refundNo: refund.refundNo }, 'refund not settled yet');
      });
      if (mayGoOn(await refund.reload())) await plan(outbox, refundId, number + 1, PAUSES_MS[number] ?? PAUSES_MS.at(-1) ?? 0);
    },

    async told(channel, notice, recorded) {
      const refund = await models.refunds.findOne({ where: { refundNo: notice.refundNo } });
      if (!refund || (await claims.byId(refund.paymentId)).method !== channel) throw new UnfitNotice('unknown');
      await settle(refund, notice, recorded);
    },
  };
}

/** Asking a partner, and what it says. */
function createSteps(parts: ExecutionParts, ending: Ending) {
  const { database, claims, gateways } = parts;
  const { models, transaction } = database;

  async function settle(refund: RefundRow, status: RefundStatus | RefundNotice, recorded?: () => Promise<void>): Promise<void> {
    const { id: subjectId, refundNo, amount } = refund;
    const payment = await claims.byId(refund.paymentId);
    const told = { ...status, kind: 'refund' as const, amountFen: status.amountFen ?? amount };
    const wrong = mismatch(told, { paymentNo: payment.paymentNo, refundNo, amountFen: amount });
    if (wrong) throw new UnfitNotice(wrong, { kind: 'refund.failed', subjectId, number: refundNo });
    await transaction(async () => {
      await recorded?.();
      await ending.apply(refund, payment, status);
    });
  }

  /** The state says first that the partner may know of it from now on. */
  async function ask(gateway: PaymentGateway, refund: RefundRow): Promise<RefundStatus> {
    const request = await requestOf(parts, refund);
    if (refund.state === 'approved') {
      await transaction(() => models.refunds.update({ state: 'processing' }, { where: { id: refund.id, state: 'approved' } }));
      return refundPayment(gateway, request);
    }
    const status = await gateway.queryRefund(request);
    return status.state === 'missing' ? refundPayment(gateway, request) : status;
  }

  /** Declined is only what the partner does not have: an earlier try may have gone through. */
  async function declined(gateway: PaymentGateway, refund: RefundRow, error: PartnerError): Promise<void> {
    const status = await gateway.queryRefund(await requestOf(parts, refund));
    if (status.state !== 'missing' && status.state !== 'failed') return settle(refund, status);
    await transaction(async () => {
      if (await ending.fail(refund, error.reason)) await ending.alert(refund, error.reason);
    });
  }

  async function step(refund: RefundRow): Promise<void> {
    const { method } = await claims.byId(refund.paymentId);
    if (method === 'balance') return;
    const gateway = await gatewayOf(gateways, method);
    try {
      await settle(refund, await ask(gateway, refund));
    } catch (error) {
      if (!(error instanceof PartnerError) || faultOf(error) !== 'declined') throw error;
      await declined(gateway, refund, error);
    }
  }
  return { settle, step };
}

const plan = (outbox: Outbox, refundId: string, step: number, inMs: number): Promise<void> =>
  outbox.append(
    'refund.execute',
    { refundId, step },
    { runAt: new Date(Date.now() + inMs), dedupeKey: `refund.execute:${refundId}:${step}` },
  );

async function requestOf({ claims, database, publicUrl }: ExecutionParts, refund: RefundRow): Promise<NewRefund> {
  const { paymentNo, amount: totalFen, method } = await claims.byId(refund.paymentId);
  const order = await database.models.orders.findByPk(refund.orderId, { attributes: ['orderNo'], rejectOnEmpty: true });
  const { refundNo, amount: amountFen } = refund;
  // Never the payer's own words: they may tell of an illness.
  return { paymentNo, refundNo, amountFen, totalFen, reason: `退款 ${order.orderNo}`, notifyUrl: noticeUrl(publicUrl(), method) };
}

type Ending = ReturnType<typeof createEnding>;
type PaidPayment = Pick<PaymentRow, 'id' | 'paidOrderId'>;
type Outcome = Pick<RefundStatus, 'gatewayNo' | 'refundedAt'>;

function createEnding({ database, outbox, orders, claims, alerts, log }: ExecutionParts) {
  const { models, transaction } = database;

  async function end(refund: RefundRow, values: Partial<RefundRow>, from: readonly RefundState[] = goingStates): Promise<boolean> {
    await orders.hold(refund.orderId);
    const [changed] = await models.refunds.update(values, { where: { id: refund.id, state: [...from] } });
    return changed > 0;
  }
  const succeed = (refund: RefundRow, payment: PaidPayment, how: Outcome, from: readonly RefundState[] = goingStates) =>
    transaction(async () => {
      const { gatewayNo, refundedAt } = how;
      const values = { state: 'succeeded' as const, gatewayNo, refundedAt: refundedAt ?? new Date(), failure: null };
      if (!(await end(refund, values, from))) return false;
      if (payment.paidOrderId) await orders.giveBack(payment.paidOrderId, refund.amount);
      const told = { userId: refund.userId, kind: 'order.refunded', subjectType: 'refund', subjectId: refund.id } as const;
      await outbox.append('notification.send', told);
      return true;
    });
  const fail = (refund: RefundRow, failure: string) =>
    transaction(async () => {
      if (!(await end(refund, { state: 'failed', failure: failure.slice(0, 64) }))) return false;
      await claims.release(refund.paymentId, refund.amount);
      return true;
    });

  /** One that counted as failed came back: it counts again where its share is still there. */
  const succeedLate = (refund: RefundRow, payment: PaidPayment, how: Outcome) =>
    transaction(async () => {
      await orders.hold(refund.orderId);
      await refund.reload({ lock: true });
      if (refund.state === 'failed' && (await claims.take(refund.paymentId, refund.amount)))
        await succeed(refund, payment, how, ['failed']);
    });

  /** In the transaction of what it tells. */
  async function alert({ id: subjectId, refundNo: number }: RefundRow, reason: string): Promise<void> {
    log.error({ refundNo: number, reason }, 'refund needs a person');
    await alerts.raise({ kind: 'refund.failed', subjectId, number, reason });
  }

  return {
    succeed,
    fail,
    alert,
    async apply(refund: RefundRow, payment: PaidPayment, status: RefundStatus | RefundNotice): Promise<void> {
      const { state, gatewayNo } = status;
      if (state === 'succeeded') {
        if ((await succeed(refund, payment, status)) || (await refund.reload()).state === 'succeeded') return;
        // Somebody has seen it fail, and may have given the share back in another way since.
        await succeedLate(refund, payment, status);
        await alert(refund, 'came_back_all_the_same');
      } else if (state === 'failed') {
        if (await fail(refund, 'failed_at_partner')) await alert(refund, 'failed_at_partner');
      } else if (state === 'abnormal') {
        if (await end(refund, { state, gatewayNo }, ['approved', 'processing'])) await alert(refund, 'abnormal');
      }
    },
  };
}
