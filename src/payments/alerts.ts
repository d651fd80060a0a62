/**
 * Money that does not fit our books, or did not go where it should: an event of security, a figure of the metrics, and a notice to
 * everybody who decides about refunds.
 */
import type { Audit } from '#src/audit/service.ts';
import type { Database } from '#src/database/database.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import { holdersOf } from '#src/permissions/access.ts';

export type AlertKind = 'payment.mismatch' | 'refund.failed';

export interface MoneyAlert {
  kind: AlertKind;
  /** Id of the payment of a `payment.mismatch`, of the refund of the other. */
  subjectId: string;
  /** Ours at the partner. */
  number: string;
  /** Code of what is wrong. */
  reason: string;
}

export interface MoneyAlerts {
  /** People are told of each subject and reason once, however often a partner says it. */
  raise(alert: MoneyAlert): Promise<void>;
  /** Alerts of this process. */
  counts(): Readonly<Record<AlertKind, number>>;
}

interface AlertsParts {
  database: Database;
  outbox: Pick<Outbox, 'append'>;
  audit: Pick<Audit, 'security'>;
}

export function createMoneyAlerts({ database, outbox, audit }: AlertsParts): MoneyAlerts {
  const counts: Record<AlertKind, number> = { 'payment.mismatch': 0, 'refund.failed': 0 };

  return {
    counts: () => counts,
    raise: ({ kind, subjectId, number, reason }) =>
      database.transaction(async () => {
        await audit.security(kind, { details: { number, reason } });
        const subjectType = kind === 'payment.mismatch' ? 'payment' : 'refund';
        for (const userId of await holdersOf(database, 'refunds:review')) {
          const dedupeKey = `alert:${subjectId}:${reason.slice(0, 30)}:${userId}`;
          await outbox.append('notification.send', { userId, kind, subjectType, subjectId }, { dedupeKey });
        }
        database.afterCommit(() => void counts[kind]++);
      }),
  };
}
