import type { Migration } from '#src/database/migrate.ts';

export const up: Migration = async ({ addColumn }) => {
  await addColumn('consultations', 'ended_by_member_id', 'CHAR(36) NULL');
  await addColumn('consultations', 'cancelled_at', 'DATETIME(3) NULL');
};

export const down: Migration = async ({ dropColumn }) => {
  await dropColumn('consultations', 'cancelled_at');
  await dropColumn('consultations', 'ended_by_member_id');
};
