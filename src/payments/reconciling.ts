/** Looks once more, after everything, at what nobody paid as far as we know: a notice may have been lost (reliability rule 8). */
import { Op, type WhereOptions } from 'sequelize';
import type { Logger } from 'pino';
import type { Database } from '#src/database/database.ts';
import type { Locks } from '#src/locks/locks.ts';
import type { Asking } from './asking.ts';
import { openStates, paymentChannels, type PaymentRow } from './model.ts';
import { isPartnerAway } from './patience.ts';
import type { Settlement } from './settlement.ts';

export interface Reconciling {
  /** Job by the clock. Nothing while another process is at it: a slow partner outlasts a tick. */
  reconcile(): Promise<void>;
}

export interface ReconcilingParts {
  database: Database;
  locks: Pick<Locks, 'alone'>;
  asking: Pick<Asking, 'check'>;
  settlement: Pick<Settlement, 'end'>;
  log: Logger;
}

const MINUTE = 60_000;
/** So long after the end of an attempt; when it is open still, for its job is dead; and never later than that. */
const AFTER_MS = 15 * MINUTE;
const AFTER_OPEN_MS = 60 * MINUTE;
const UNTIL_MS = 7 * 24 * 60 * MINUTE;
const BATCH = 200;
/** How long nobody else looks after this process was killed. */
const LOCK_MS = 60_000;

export function createReconciling({ database, locks, asking, settlement, log }: ReconcilingParts): Reconciling {
  const { models, transaction } = database;

  /** Stops at the first that the partner does not answer about: the others of its channel wait for the next time. */
  async function look(where: WhereOptions<PaymentRow>): Promise<void> {
    for (const payment of await models.payments.findAll({ where, order: ['expiresAt'], limit: BATCH })) {
      try {
        await asking.check(payment);
      } catch (error) {
        if (!isPartnerAway(error)) throw error;
        return log.warn({ err: error, paymentNo: payment.paymentNo }, 'payments not reconciled');
      }
      await settlement.end(payment, 'closed');
      await transaction(() => models.payments.update({ reconciledAt: new Date() }, { where: { id: payment.id } }));
    }
  }

  return {
    async reconcile() {
      const ago = (ms: number) => new Date(Date.now() - ms);
      await locks.alone('payments.reconcile', LOCK_MS, async () => {
        for (const method of paymentChannels) {
          const ended = { [Op.lt]: ago(AFTER_MS), [Op.gt]: ago(UNTIL_MS) };
          await look({ method, state: ['closed', 'failed'], reconciledAt: null, expiresAt: ended });
          await look({ method, state: [...openStates], expiresAt: { [Op.lt]: ago(AFTER_OPEN_MS) } });
        }
      });
    },
  };
}
