/** Notices that had their effect. The unique key of the partner's id decides which of several deliveries is the first. */
import { v7 as uuid } from 'uuid';
import { withViolations } from '#src/database/constraints.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { MoneyAlert, MoneyAlerts } from './alerts.ts';
import type { Channel } from './gateways/gateway.ts';
import type { mismatch, Notice } from './gateways/notice.ts';

/** Its effect is committed: to be answered like the first delivery. */
export class RepeatedNotice extends Error {
  override name = 'RepeatedNotice';
}

/** Proven to be the partner's, but not about what we know: it has no effect. */
export class UnfitNotice extends Error {
  override name = 'UnfitNotice';
  readonly reason: NonNullable<ReturnType<typeof mismatch>> | 'unknown';
  /** What we know under this number; null: nothing. */
  readonly about: Pick<MoneyAlert, 'kind' | 'subjectId' | 'number'> | null;
  constructor(reason: UnfitNotice['reason'], about: UnfitNotice['about'] = null) {
    super(`The payment notice does not fit: ${reason}`);
    this.reason = reason;
    this.about = about;
  }
}

/** Tells of a partner that says something else of a payment or refund than we know. */
export async function alertOf(alerts: Pick<MoneyAlerts, 'raise'>, { reason, about }: UnfitNotice): Promise<void> {
  if (about) await alerts.raise({ ...about, reason });
}

export interface PaymentEvents {
  isKnown(channel: Channel, eventId: string): Promise<boolean>;
  /** In the transaction of the effect. @throws {RepeatedNotice} */
  record(channel: Channel, notice: Notice): Promise<void>;
}

const unique = [{ index: 'payment_events_unique', column: 'event_id', code: 'already_exists' }] as const;

export function createPaymentEvents({ models }: Database): PaymentEvents {
  return {
    isKnown: async (channel, eventId) => (await models.paymentEvents.findOne({ where: { channel, eventId }, attributes: ['id'] })) !== null,

    async record(channel, notice) {
      const { eventId, kind, state, amountFen: amount } = notice;
      const number = notice.kind === 'refund' ? notice.refundNo : notice.paymentNo;
      const row = { id: uuid(), channel, eventId, kind, number, state, amount };
      try {
        await withViolations({ unique }, () => models.paymentEvents.create(row));
      } catch (error) {
        throw error instanceof ApiError ? new RepeatedNotice('', { cause: error }) : error;
      }
    },
  };
}
