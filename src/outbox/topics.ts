/**
 * What can follow a change: the topics of the outbox with their payloads. A module that needs one adds its line here and a
 * processor in `workers/processors/`. Payloads name rows by id; personal data stays in its table.
 */
export interface Topics {
  /** Tidies tables that only grow. Sent by the clock. */
  'maintenance.clean': Record<string, never>;
}

export type Topic = keyof Topics;
