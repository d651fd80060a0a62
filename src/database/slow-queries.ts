/** Statements that take long go into the log, without their values: those are people's. */
import type { Logger } from '#rooms/ports.ts';
import { currentActor } from '#src/audit/actor.ts';

const LONGEST = 1_000;

/** A statement with a question mark for each text and number in it. */
export const withoutValues = (sql: string): string =>
  sql
    .replace(/^Execut(?:ing|ed) \([^)]*\): /, '')
    .replaceAll(/'(?:[^'\\]|\\.|'')*'/g, '?')
    .replaceAll(/\b\d[\d.]*\b/g, '?')
    .replaceAll(/\(\?(?:, \?)+\)/g, '(?)')
    .slice(0, LONGEST);

export interface SlowQueries {
  /** For Sequelize's `logging` with `benchmark`. */
  log: false | ((sql: string, ms?: number) => void);
  /** How many there were since the start. */
  count(): number;
}

/** @param slowMs 0: nothing is slow */
export function watchSlowQueries(slowMs: number, log: Pick<Logger, 'warn'>): SlowQueries {
  let slow = 0;
  const tell = (sql: string, ms?: number): void => {
    if (typeof ms !== 'number' || ms < slowMs) return;
    slow++;
    const { requestId } = currentActor();
    log.warn({ ms, sql: withoutValues(sql), ...(requestId && { requestId }) }, 'slow query');
  };
  return { log: slowMs > 0 && tell, count: () => slow };
}
