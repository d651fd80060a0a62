/** Whether what is kept twice agrees, checked every night and on demand (DAT-05). */
import type { z } from 'zod';
import type { Logger } from '#rooms/ports.ts';
import type { Database } from '#src/database/database.ts';
import { createChecks } from './checks.ts';
import type * as schemas from './schemas.ts';

export interface Integrity {
  check(): Promise<z.infer<typeof schemas.report>>;
  /** Mends what can be worked out anew; each check in a transaction of its own. */
  repair(): Promise<z.infer<typeof schemas.repaired>>;
  /** Does an `integrity.check` row: repairs, and says in the log what a person has to look at. */
  nightly(): Promise<void>;
}

const EXAMPLES = 10;

export function createIntegrity(database: Database, log: Pick<Logger, 'warn' | 'info'>): Integrity {
  const checks = createChecks(database);

  async function check() {
    const items = [];
    for (const { name, description, find, repair } of checks) {
      const ids = await find();
      items.push({ name, description, drifted: ids.length, examples: ids.slice(0, EXAMPLES), repairable: repair !== undefined });
    }
    return { items, sound: items.every(({ drifted }) => drifted === 0) };
  }

  async function repair() {
    const items = [];
    for (const { name, find, repair: mend } of checks) {
      if (!mend) continue;
      const ids = await find();
      if (ids.length > 0) await database.transaction(() => mend(ids));
      items.push({ name, repaired: ids.length });
    }
    return { items };
  }

  return {
    check,
    repair,
    async nightly() {
      for (const { name, repaired } of (await repair()).items) if (repaired > 0) log.info({ check: name, repaired }, 'drift repaired');
      for (const { name, drifted, examples } of (await check()).items)
        if (drifted > 0) log.warn({ check: name, drifted, examples }, 'drift that a person has to look at');
    },
  };
}
