/** When a message arrived, and how reports find it. */
import type { Migration } from '#src/database/migrate.ts';

export const up: Migration = async ({ addColumn, createIndex }) => {
  await addColumn('deliveries', 'delivered_at', 'DATETIME(3) NULL');
  await createIndex('deliveries_provider', 'deliveries', 'provider, provider_id');
};

export const down: Migration = async ({ sql, dialect, dropColumn }) => {
  await sql(dialect === 'mysql' ? 'DROP INDEX IF EXISTS deliveries_provider ON deliveries' : 'DROP INDEX IF EXISTS deliveries_provider');
  await dropColumn('deliveries', 'delivered_at');
};
