/** Chat, and the reasons that people give for steps of appointments and orders, are sealed; the nightly maintenance seals those of before. */
import type { Migration } from '#src/database/migrate.ts';

const columns = [
  ['chat_messages', 'text_sealed'],
  ['appointment_log', 'reason_sealed'],
  ['order_log', 'reason_sealed'],
] as const;

export const up: Migration = async ({ addColumn }) => {
  for (const [table, column] of columns) await addColumn(table, column, 'TEXT NULL');
};

/** What was sealed since is lost with it: a migration has no keys. */
export const down: Migration = async ({ dropColumn }) => {
  for (const [table, column] of columns) await dropColumn(table, column);
};
