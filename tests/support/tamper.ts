/** What somebody with all rights on the database can do, triggers or not. */
import type { Database } from '#src/database/database.ts';

/** Runs work that deletes rows of the audit. */
export const tampering = (database: Database, work: () => Promise<unknown>): Promise<void> =>
  database.transaction(async () => {
    const tables = ['medical_audit', 'medical_audit_heads'].map((tableName) => ({ tableName }));
    await database.models.retentionWindows.bulkCreate(tables);
    await work();
    await database.models.retentionWindows.destroy({ where: {} });
  });
