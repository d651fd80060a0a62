/** Figures of messages over time (NTF-05). */
import { QueryTypes } from 'sequelize';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import type { Settings } from '#src/settings/service.ts';
import { periodExpression, periodsOf } from '#src/statistics/periods.ts';
import { countsOf, type StateGroup, TOLD } from './log.ts';
import type { OutsideChannel } from './model.ts';
import type * as schemas from './schemas.ts';

type Periods = z.infer<typeof schemas.messagePeriods>;

export interface PeriodLog {
  /** By the day or month in which messages were asked for. @throws {ApiError} `invalid_request` for more periods than one answer holds */
  byPeriod(query: z.infer<typeof schemas.messagePeriodQuery>): Promise<Periods>;
}

export function createPeriodLog(database: Database, settings: Pick<Settings, 'get'>): PeriodLog {
  const { sequelize, time } = database;
  return {
    async byPeriod(query) {
      const periods = periodsOf(query, settings.get('clinic.zone'));
      const replacements = { from: time(new Date(query.from)), to: time(new Date(query.to)) };
      const within = (of: string) => `${of}created_at >= :from AND ${of}created_at < :to`;
      const outside = await sequelize.query<StateGroup & { period: number }>(
        `SELECT ${periodExpression(database, 'd.created_at', periods)} AS period, d.channel AS channel, d.state AS state,
           COUNT(*) AS count, COUNT(n.read_at) AS seen
         FROM ${TOLD} WHERE ${within('d.')} GROUP BY 1, 2, 3`,
        { type: QueryTypes.SELECT, replacements },
      );
      const inPage = await sequelize.query<{ period: number; sent: number; seen: number }>(
        `SELECT ${periodExpression(database, 'created_at', periods)} AS period, COUNT(*) AS sent, SUM(CASE WHEN read_at IS NULL THEN 0 ELSE 1 END) AS seen
         FROM notifications WHERE ${within('')} GROUP BY 1`,
        { type: QueryTypes.SELECT, replacements },
      );
      const statesOf = (index: number, channel: OutsideChannel) =>
        countsOf(outside.filter((row) => Number(row.period) === index && row.channel === channel));
      const items = periods.map(({ name }, index) => {
        const shown = inPage.find((row) => Number(row.period) === index);
        const app = { sent: Number(shown?.sent ?? 0), read: Number(shown?.seen ?? 0) };
        return { period: name, app, sms: statesOf(index, 'sms'), email: statesOf(index, 'email') };
      });
      return { items };
    },
  };
}
