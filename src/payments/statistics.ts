/** Figures of payments by period, method and state (ORD-16). */
import { QueryTypes } from 'sequelize';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { readMoney, toYuan } from '#src/money.ts';
import { periodExpression, periodsOf } from '#src/statistics/periods.ts';
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

/** In one statement. */
export async function paymentStatistics(
  { sequelize, time }: Pick<Database, 'sequelize' | 'time'>,
  query: Query,
  zone: string,
): Promise<z.infer<typeof schemas.statistics>> {
  const periods = periodsOf(query, zone);
  const groups = await sequelize.query<Group>(
    `SELECT ${periodExpression({ sequelize, time }, 'created_at', periods)} AS period, method, state, COUNT(*) AS count, SUM(amount) AS amount, SUM(claimed) AS returned
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
