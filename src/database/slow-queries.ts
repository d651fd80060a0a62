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

/** For Sequelize's `logging` with `benchmark`. @param slowMs 0: nothing is slow */
export function logSlowQueries(slowMs: number, log: Pick<Logger, 'warn'>): false | ((sql: string, ms?: number) => void) {
  if (slowMs === 0) return false;
  return (sql, ms) => {
    if (typeof ms !== 'number' || ms < slowMs) return;
    const { requestId } = currentActor();
    log.warn({ ms, sql: withoutValues(sql), ...(requestId && { requestId }) }, 'slow query');
  };
}
