/** Figures of payments by period, method and state (ORD-16). */
import { DateTime } from 'luxon';
import { QueryTypes } from 'sequelize';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { readMoney, toYuan } from '#src/money.ts';
import type { PaymentMethod, PaymentState } from './model.ts';
import type * as schemas from './schemas.ts';

type Query = z.infer<typeof schemas.statisticsQuery>;

interface Group {
  period: number;
  method: PaymentMethod;
  state: PaymentState;
  count: number;
  amount: string | number;
  returned: string | number;
}

/** Days or months in one answer. */
const MOST_PERIODS = 400;

interface Period {
  name: string;
  until: Date;
}

/** Days or months of the clinic that touch a time span. @throws {ApiError} `invalid_request` when there are too many */
export function periodsOf({ from, to, by }: Query, zone: string): Period[] {
  const [start, end] = [DateTime.fromISO(from, { zone }), DateTime.fromISO(to, { zone })];
  const periods: Period[] = [];
  for (let begin = start.startOf(by); begin < end; begin = begin.plus({ [by]: 1 })) {
    if (periods.length === MOST_PERIODS) throw new ApiError('invalid_request', { details: [{ field: 'query.to', message: 'is too far' }] });
    periods.push({ name: begin.toFormat(by === 'day' ? 'yyyy-MM-dd' : 'yyyy-MM'), until: begin.plus({ [by]: 1 }).toJSDate() });
  }
  return periods;
}

/** In one statement: its `CASE` knows the ends of the clinic's days, which no database can work out. */
export async function paymentStatistics(
  { sequelize, time }: Pick<Database, 'sequelize' | 'time'>,
  query: Query,
  zone: string,
): Promise<z.infer<typeof schemas.statistics>> {
  const periods = periodsOf(query, zone);
  const cases = periods.map(({ until }, index) => `WHEN created_at < ${sequelize.escape(time(until))} THEN ${index}`);
  const groups = await sequelize.query<Group>(
    `SELECT CASE ${cases.join(' ')} END AS period, method, state, COUNT(*) AS count, SUM(amount) AS amount, SUM(claimed) AS returned
     FROM payments WHERE created_at >= :from AND created_at < :to GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    { type: QueryTypes.SELECT, replacements: { from: time(new Date(query.from)), to: time(new Date(query.to)) } },
  );
  const yuanOf = (sum: string | number): number => toYuan(readMoney(sequelize, sum));
  const items = groups.map(({ period, method, state, count, amount, returned }) => ({
    ...{ period: periods[Number(period)]?.name ?? '', method, state, count: Number(count) },
    ...{ amount: yuanOf(amount), returned: yuanOf(returned) },
  }));
  return { items };
}
