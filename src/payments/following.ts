/**
 * Follows attempts until they are over, by jobs: asks about what no notice has told us, and stops what belongs to a closed order
 * (ORD-15).
 */
import type { Logger } from 'pino';
import type { Database } from '#src/database/database.ts';
import { PartnerError } from '#src/partners/partner-error.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import { type Asking, isOpen } from './asking.ts';
import { openStates, type PaymentRow } from './model.ts';
import { isPartnerAway } from './patience.ts';
import type { Settlement } from './settlement.ts';

export interface Following {
  /** Job: asks about one attempt and plans the next time while it is open. */
  follow(job: { paymentId: string; step: number }): Promise<void>;
  /**
   * Job: no partner takes money for this order any more, as far as that can be had.
   * @param tries before this one; after some the partner's silence counts as "nobody paid". Who pays all the same gets it back
   * @throws {PartnerError} to be tried again
   */
  stopAll(orderId: string, tries: number): Promise<void>;
  /** Whether a partner may be taking money for this order just now. */
  hasOpen(orderId: string): Promise<boolean>;
}

interface FollowingParts {
  database: Database;
  outbox: Outbox;
  asking: Asking;
  settlement: Pick<Settlement, 'end'>;
  log: Logger;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Pauses between the queries about an open attempt. */
const PAUSES_MS = [20 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE];
/** How long after its end a partner may still be busy with a payment. */
const GRACE_MS = 5 * MINUTE;
/** Tries to stop a payment, over about a minute. */
const PATIENCE = 6;

export function createFollowing({ database: { models }, outbox, asking, settlement, log }: FollowingParts): Following {
  /** @returns whether the partner answered */
  async function ask(payment: PaymentRow): Promise<boolean> {
    try {
      // A partner that was away when the payer came is asked for the payment first.
      if (payment.state === 'created') await asking.open(payment.id);
      else await asking.check(payment);
      return true;
    } catch (error) {
      if (!isPartnerAway(error)) throw error;
      log.warn({ err: error, paymentNo: payment.paymentNo }, 'payment not checked');
      return false;
    }
  }

  async function stopOne(payment: PaymentRow, tries: number): Promise<void> {
    try {
      const { state } = await asking.stop(payment);
      // Somebody may be typing their password at the partner.
      if (state === 'pending') throw new PartnerError(payment.method, 'unavailable', { reason: 'still_open' });
    } catch (error) {
      if (tries < PATIENCE || !isPartnerAway(error)) throw error;
      log.warn({ err: error, paymentNo: payment.paymentNo }, 'payment not stopped, its order is closed all the same');
    }
    await settlement.end(payment, 'closed');
  }

  return {
    async follow({ paymentId, step }) {
      const payment = await models.payments.findByPk(paymentId);
      if (!payment || !isOpen(payment)) return;
      const answered = await ask(payment);
      await payment.reload();
      if (!isOpen(payment)) return;
      if (answered && payment.expiresAt.getTime() + GRACE_MS < Date.now()) return void (await settlement.end(payment, 'closed'));
      const runAt = new Date(Date.now() + (PAUSES_MS[step] ?? PAUSES_MS.at(-1) ?? 0));
      const next = { paymentId, step: step + 1 };
      await outbox.append('payment.check', next, { runAt, dedupeKey: `payment.check:${paymentId}:${step + 1}` });
    },

    hasOpen: async (orderId) => (await models.payments.count({ where: { orderId, state: [...openStates] } })) > 0,

    async stopAll(orderId, tries) {
      for (const payment of await models.payments.findAll({ where: { orderId, state: [...openStates] } })) await stopOne(payment, tries);
    },
  };
}
