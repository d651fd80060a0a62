/** Days and months of the clinic, for figures that are counted by them. */
import { DateTime } from 'luxon';
import type { Sequelize } from 'sequelize';
import { z } from 'zod';
import { ApiError } from '#src/errors.ts';
import { time } from '#src/plugins/fields.ts';

/** Query of figures by period. */
export const periodFields = { from: time, to: time.describe('exclusive'), by: z.enum(['day', 'month']).default('day') };
export const isForward = ({ from, to }: { from: string; to: string }): boolean => Date.parse(from) < Date.parse(to);
export const notForward = { path: ['to'], message: 'is not after `from`' };

export interface Period {
  /** `2026-11-26` or `2026-11`. */
  name: string;
  until: Date;
}

/** Days or months in one answer. */
const MOST_PERIODS = 400;

/** Days or months of the clinic that touch a time span. @throws {ApiError} `invalid_request` when there are too many */
export function periodsOf({ from, to, by }: { from: string; to: string; by: 'day' | 'month' }, zone: string): Period[] {
  const [start, end] = [DateTime.fromISO(from, { zone }), DateTime.fromISO(to, { zone })];
  const periods: Period[] = [];
  for (let begin = start.startOf(by); begin < end; begin = begin.plus({ [by]: 1 })) {
    if (periods.length === MOST_PERIODS) throw new ApiError('invalid_request', { details: [{ field: 'query.to', message: 'is too far' }] });
    periods.push({ name: begin.toFormat(by === 'day' ? 'yyyy-MM-dd' : 'yyyy-MM'), until: begin.plus({ [by]: 1 }).toJSDate() });
  }
  return periods;
}

/** An expression with the place in `periods` of a row's time; no database can work out the ends of the clinic's days. */
export function periodExpression(
  { sequelize, time: stored }: { sequelize: Sequelize; time(date: Date): string },
  column: string,
  periods: readonly Period[],
) {
  const cases = periods.map(({ until }, index) => `WHEN ${column} < ${sequelize.escape(stored(until))} THEN ${index}`);
  return `CASE ${cases.join(' ')} END`;
}
