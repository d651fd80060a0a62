/**
 * Counters in the database, so that a limit holds over all processes and restarts: how often something happened in a window
 * that begins with the first time. Not inside a transaction of its caller: a failure must not take the count back.
 */
import { literal, Op, UniqueConstraintError } from 'sequelize';
import type { Database } from '#src/database/database.ts';

export interface Take {
  /** False: the limit was reached before, nothing was counted. */
  readonly allowed: boolean;
  /** In this window, this time included. */
  readonly hits: number;
  readonly endsAt: Date;
}

export interface Limits {
  /** Whether there is nothing left in this window; a read, not a write. */
  spent(key: string, limit: number): Promise<Take | null>;
  /** Counts one more, unless there were `limit` in this window. */
  take(key: string, limit: number, windowMs: number): Promise<Take>;
  /** Takes one back. */
  giveBack(key: string): Promise<void>;
  clear(key: string): Promise<void>;
  /** The window ends at this time instead. */
  extend(key: string, endsAt: Date): Promise<void>;
}

export function createLimits({ models: { rateCounters }, transaction }: Pick<Database, 'models' | 'transaction'>): Limits {
  /** @returns null when others wrote the row in between: whether there is something left has to be asked anew */
  async function count(counterKey: string, limit: number, windowMs: number): Promise<Take | null> {
    const now = new Date();
    const current = { counterKey, endsAt: { [Op.gt]: now } };
    const fresh = { hits: 1, endsAt: new Date(now.getTime() + windowMs) };
    const [counted] = await rateCounters.update({ hits: literal('hits + 1') }, { where: { ...current, hits: { [Op.lt]: limit } } });
    if (counted === 0) {
      const [begun] = await rateCounters.update(fresh, { where: { counterKey, endsAt: { [Op.lte]: now } } });
      if (begun > 0) return { allowed: true, ...fresh };
    }
    const row = await rateCounters.findByPk(counterKey);
    if (row) {
      const between = counted === 0 && row.hits < limit && row.endsAt > now;
      return between ? null : { allowed: counted > 0, hits: row.hits, endsAt: row.endsAt };
    }
    await rateCounters.create({ counterKey, ...fresh });
    return { allowed: true, ...fresh };
  }

  async function spent(key: string, limit: number): Promise<Take | null> {
    const row = await rateCounters.findByPk(key);
    return row && row.hits >= limit && row.endsAt > new Date() ? { allowed: false, hits: row.hits, endsAt: row.endsAt } : null;
  }

  return {
    spent,
    async take(key, limit, windowMs) {
      // Whoever is over the limit costs a read only, however many they are.
      const over = await spent(key, limit);
      if (over) return over;
      let taken: Take | null = null;
      while (!taken) {
        taken = await transaction(() => count(key, limit, windowMs)).catch((error: unknown) => {
          // Another process wrote the first row of this key at the same time.
          if (error instanceof UniqueConstraintError) return null;
          throw error;
        });
      }
      return taken;
    },
    async giveBack(counterKey) {
      await transaction(() => rateCounters.update({ hits: literal('hits - 1') }, { where: { counterKey, hits: { [Op.gt]: 0 } } }));
    },
    async clear(counterKey) {
      await transaction(() => rateCounters.destroy({ where: { counterKey } }));
    },
    async extend(counterKey, endsAt) {
      await transaction(() => rateCounters.update({ endsAt }, { where: { counterKey } }));
    },
  };
}
