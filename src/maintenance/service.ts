/** Removes rows that have served their time, in small steps that hold nobody up. */
import { Op } from 'sequelize';
import { cleanSignIn } from '#src/auth/cleaning.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { sealOldWords } from './old-words.ts';

export interface Maintenance {
  clean(): Promise<void>;
}

const DAY = 86_400_000;
/** How long done rows of the outbox stay, for looking back. */
const KEEP_DONE_MS = 7 * DAY;
/** How long a repeated request gets its first answer again; money's keys stay for ever (they have `keep`). */
const KEEP_ANSWERS_MS = 2 * DAY;

export function createMaintenance(database: Database, vault: Vault): Maintenance {
  const { models, transaction } = database;
  return {
    async clean() {
      const before = (ms: number) => ({ [Op.lt]: new Date(Date.now() - ms) });
      await transaction(() => models.outbox.destroy({ where: { state: ['done', 'cancelled'], createdAt: before(KEEP_DONE_MS) } }));
      await transaction(() => models.idempotencyKeys.destroy({ where: { keep: false, createdAt: before(KEEP_ANSWERS_MS) } }));
      await cleanSignIn(database);
      await sealOldWords(database, vault);
    },
  };
}
