/** What the clinic's business does, counted since the start of this process, for the metrics (OPS-09). */
import type { Database } from '#src/database/database.ts';

export type BusinessEvent = 'user.register' | 'order.create';

type Counts = Record<BusinessEvent, number>;

const kept = new WeakMap<Database, Counts>();

/** How often each has happened here. */
export function businessCounts(database: Database): Readonly<Counts> {
  const counts = kept.get(database) ?? { 'user.register': 0, 'order.create': 0 };
  kept.set(database, counts);
  return counts;
}

/** Counts one more, once the transaction that is open here has committed. */
export function countBusiness(database: Database, event: BusinessEvent): void {
  database.afterCommit(() => void (businessCounts(database) as Counts)[event]++);
}
