import type { Migration } from '#src/database/migrate.ts';

export const up: Migration = async ({ sql, addColumn, hasColumn }) => {
  if (await hasColumn('consultation_members', 'read_seq')) return;
  await addColumn('consultation_members', 'read_seq', 'INTEGER NOT NULL DEFAULT 0');
  // What was written before anybody counted is not news.
  const latest = 'SELECT MAX(seq) FROM chat_messages WHERE chat_messages.consultation_id = consultation_members.consultation_id';
  await sql(`UPDATE consultation_members SET read_seq = COALESCE((${latest}), 0)`);
};

export const down: Migration = async ({ dropColumn }) => {
  await dropColumn('consultation_members', 'read_seq');
};
