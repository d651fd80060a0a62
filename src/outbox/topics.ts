/**
 * What can follow a change: the topics of the outbox with their payloads. A module that needs one adds its line here and a
 * processor in `workers/processors/`. Payloads name rows by id; personal data stays in its table.
 */
import type { NotificationOrder } from '#src/notifications/kinds.ts';

export interface Topics {
  /** Tells somebody of something; see `src/notifications/kinds.ts`. */
  'notification.send': NotificationOrder;
  /** Tidies tables that only grow. Sent by the clock. */
  'maintenance.clean': Record<string, never>;
}

export type Topic = keyof Topics;
