/** Payments of orders: by balance, WeChat Pay and Alipay (ORD-08..10, 12..16, 20). */
import type { z } from 'zod';
import { ApiError } from '#src/errors.ts';
import type { Orders } from '#src/orders/service.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { type AskingParts, createAsking, isOpen } from './asking.ts';
import { type AttemptsParts, createAttempts } from './attempts.ts';
import { createPaymentEvents } from './events.ts';
import { createFollowing, type Following } from './following.ts';
import type { Gateways } from './gateway-registry.ts';
import { openStates, type PaymentRow } from './model.ts';
import { createNotices, type Notices, type NoticesParts } from './notices.ts';
import type { SurplusRefunds } from './ports.ts';
import { createPaymentReading, type PaymentReading } from './reading.ts';
import { inTime } from './patience.ts';
import { createReconciling, type Reconciling, type ReconcilingParts } from './reconciling.ts';
import type * as schemas from './schemas.ts';
import { createSettlement } from './settlement.ts';
import type { PaymentView } from './views.ts';

export interface Payments extends PaymentReading, Following, Reconciling {
  /**
   * An attempt to pay an own order; the partner still has to be asked, with `open`.
   * @throws {ApiError} `not_found`, `wrong_state`, `channel_unavailable`, `payment_open`, `insufficient_balance`, `step_up_required`
   */
  begin(caller: Caller, orderId: string, input: z.infer<typeof schemas.newPayment>): Promise<z.infer<typeof schemas.begunPayment>>;
  /** Brings it to the partner. Not inside of a transaction. Without an answer it stays `created` and is tried again by itself. */
  open(caller: Caller, id: string): Promise<z.infer<typeof schemas.openedPayment>>;
  /** Asks the partner now: for a payer who says that they have paid, or staff whom they told. @throws {ApiError} `not_found` */
  check(caller: Caller, id: string): Promise<PaymentView>;
  /** Ends an own attempt, so that another way can be tried. @throws {ApiError} `not_found` */
  close(caller: Caller, id: string): Promise<PaymentView>;
  readonly notices: Notices;
  readonly gateways: Gateways;
}

export interface PaymentsParts
  extends
    Omit<AttemptsParts, 'gateways'>,
    Omit<AskingParts, 'settlement' | 'gateways'>,
    Pick<NoticesParts, 'audit' | 'alerts'>,
    Pick<ReconcilingParts, 'locks'> {
  gateways: Gateways;
  orders: Pick<Orders, 'listen' | 'own' | 'fire' | 'hold'>;
  refunds: SurplusRefunds & NoticesParts['refunds'];
}

export function createPayments(parts: PaymentsParts): Payments {
  const { database, gateways, log } = parts;
  const settlement = createSettlement(parts);
  const asking = createAsking({ ...parts, settlement });
  const attempts = createAttempts(parts);
  const reading = createPaymentReading(parts);
  stopWithOrders(parts);

  async function find(id: string, whose: { userId?: string }): Promise<PaymentRow> {
    const row = await database.models.payments.findOne({ where: { id, ...whose } });
    if (!row) throw new ApiError('not_found');
    return row;
  }
  const own = ({ userId }: Caller, id: string) => find(id, { userId });
  /** Staff ask for anybody whose payment hangs. */
  const seen = (caller: Caller, id: string) => (caller.can('orders:read-all') ? find(id, {}) : own(caller, id));

  return {
    ...reading,
    ...createFollowing({ ...parts, asking, settlement }),
    ...createReconciling({ ...parts, asking, settlement }),
    gateways,
    notices: createNotices({ ...parts, events: createPaymentEvents(database), settlement }),

    async begin(caller, orderId, input) {
      const { id } = await attempts.begin(caller, orderId, input);
      return { id };
    },
    async open(caller, id) {
      const { method } = await own(caller, id);
      if (method !== 'balance') await inTime(ANSWER_MS, asking.open(id), log);
      const { user: _user, ...opened } = await reading.get(caller, id);
      return opened;
    },
    async check(caller, id) {
      const row = await seen(caller, id);
      if (isOpen(row) && (await asking.mayAsk(row)))
        await inTime(ANSWER_MS, row.state === 'created' ? asking.open(id) : asking.check(row), log);
      return reading.get(caller, id);
    },
    async close(caller, id) {
      const row = await own(caller, id);
      if (isOpen(row)) {
        // The partner may go on taking money for it: then it pays the order, or goes back.
        await inTime(ANSWER_MS, asking.stop(row), log);
        await settlement.end(row, 'closed');
      }
      return reading.get(caller, id);
    },
  };
}

/** Nobody waits longer for a partner, in milliseconds. */
const ANSWER_MS = 8_000;

/** When an order is paid or closed, its other attempts are stopped. */
function stopWithOrders({ orders, outbox, database: { models } }: PaymentsParts): void {
  const stop = async ({ id: orderId, version }: { id: string; version: number }): Promise<void> => {
    const open = await models.payments.count({ where: { orderId, state: [...openStates] } });
    if (open > 0) await outbox.append('payment.stop', { orderId }, { dedupeKey: `payment.stop:${orderId}:${version}` });
  };
  orders.listen('*', { paid: stop, closed: stop });
}
