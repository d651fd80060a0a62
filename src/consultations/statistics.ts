/** Figures of visits by period and by practitioner (VID-08). */
import { QueryTypes } from 'sequelize';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { Settings } from '#src/settings/service.ts';
import { type Period, periodExpression, periodsOf } from '#src/statistics/periods.ts';
import type * as schemas from './statistics-schemas.ts';

type Figures = z.infer<typeof schemas.figures>;

/** Of the caller's own visits, or of everybody's with `statistics:read-all`. */
export interface ConsultationStatistics {
  /** @throws {ApiError} `invalid_request` for more periods than one answer holds */
  byPeriod(caller: Caller, query: z.infer<typeof schemas.periodQuery>): Promise<z.infer<typeof schemas.byPeriod>>;
  byPractitioner(caller: Caller, query: z.infer<typeof schemas.practitionerQuery>): Promise<z.infer<typeof schemas.byPractitioner>>;
}

/** What the database counts: sums of visits of one group. */
interface Sums {
  count: number;
  completed: number;
  cancelled: number;
  missed: number;
  seconds: number;
  reviews: number;
  stars: number;
}

export function createConsultationStatistics(database: Database, settings: Pick<Settings, 'get'>): ConsultationStatistics {
  return {
    async byPeriod(caller, query) {
      const periods = periodsOf(query, settings.get('clinic.zone'));
      const groups = await sumsByPeriod(database, caller, query, periods);
      const items = periods.map(({ name }, index) => ({ period: name, ...figuresOf(groups.get(index)) }));
      return { total: figuresOf(added([...groups.values()])), items };
    },

    async byPractitioner(caller, query) {
      const { source, replacements } = visitsOf(database, caller, query);
      const select = { type: QueryTypes.SELECT, replacements: { ...replacements, ...slice(query) } } as const;
      const [counted] = await database.sequelize.query<{ total: number }>(
        `SELECT COUNT(DISTINCT c.practitioner_user_id) AS total ${source}`,
        select,
      );
      const rows = await database.sequelize.query<Sums & { userId: string; name: string }>(
        `SELECT c.practitioner_user_id AS userId, u.name, ${sums(database)}
         ${source} GROUP BY c.practitioner_user_id, u.name ORDER BY ${orders[query.sort]}, c.practitioner_user_id LIMIT :limit OFFSET :offset`,
        select,
      );
      const items = rows.map(({ userId, name, ...group }) => ({ practitioner: { userId, name }, ...figuresOf(group) }));
      return { items, pagination: { page: query.page, pageSize: query.pageSize, total: Number(counted?.total ?? 0) } };
    },
  };
}

const orders = {
  '-count': 'count DESC',
  '-completed': 'completed DESC',
  '-minutes': 'seconds DESC',
  '-rating': 'CASE WHEN COUNT(r.id) = 0 THEN 0 ELSE 1.0 * SUM(r.rating) / COUNT(r.id) END DESC',
} as const;

async function sumsByPeriod(
  database: Database,
  caller: Caller,
  query: z.infer<typeof schemas.periodQuery>,
  periods: readonly Period[],
): Promise<Map<number, Sums>> {
  const { source, replacements } = visitsOf(database, caller, query);
  const rows = await database.sequelize.query<Sums & { period: number }>(
    `SELECT ${periodExpression(database, 'c.scheduled_start', periods)} AS period, ${sums(database)} ${source} GROUP BY 1`,
    { type: QueryTypes.SELECT, replacements },
  );
  return new Map(rows.map(({ period, ...group }) => [Number(period), group]));
}

/** The visits that are asked for, each with its review. */
function visitsOf(
  { time }: Database,
  { userId, can }: Caller,
  { from, to, practitionerUserId }: { from: string; to: string; practitionerUserId?: string | undefined },
) {
  const whose = can('statistics:read-all') ? practitionerUserId : userId;
  return {
    source: `FROM consultations c JOIN users u ON u.id = c.practitioner_user_id
      LEFT JOIN reviews r ON r.hidden = 0 AND r.id = COALESCE(
        (SELECT a.id FROM reviews a WHERE a.appointment_id = c.appointment_id), (SELECT v.id FROM reviews v WHERE v.consultation_id = c.id))
      WHERE c.scheduled_start >= :from AND c.scheduled_start < :to ${whose === undefined ? '' : 'AND c.practitioner_user_id = :whose'}`,
    replacements: { from: time(new Date(from)), to: time(new Date(to)), ...(whose !== undefined && { whose }) },
  };
}

const COMPLETED = "c.status = 'ended' AND c.started_at IS NOT NULL AND c.cancelled_at IS NULL";

/** Columns of `Sums`. A visit was missed when it was not called off and the two never met while there was time. */
function sums({ dialect, sequelize, time }: Database): string {
  const held =
    dialect === 'sqlite'
      ? '(julianday(c.ended_at) - julianday(c.started_at)) * 86400'
      : 'TIMESTAMPDIFF(MICROSECOND, c.started_at, c.ended_at) / 1000000';
  const over = `(c.status = 'ended' OR c.scheduled_end < ${sequelize.escape(time(new Date()))})`;
  return `COUNT(*) AS count,
    SUM(CASE WHEN ${COMPLETED} THEN 1 ELSE 0 END) AS completed,
    SUM(CASE WHEN c.cancelled_at IS NOT NULL THEN 1 ELSE 0 END) AS cancelled,
    SUM(CASE WHEN c.cancelled_at IS NULL AND c.started_at IS NULL AND ${over} THEN 1 ELSE 0 END) AS missed,
    SUM(CASE WHEN ${COMPLETED} THEN ${held} ELSE 0 END) AS seconds,
    COUNT(r.id) AS reviews, COALESCE(SUM(r.rating), 0) AS stars`;
}

const NONE: Sums = { count: 0, completed: 0, cancelled: 0, missed: 0, seconds: 0, reviews: 0, stars: 0 };

const added = (groups: readonly Sums[]): Sums =>
  groups.reduce((total, group) => {
    const entries = Object.entries(total).map(([name, value]) => [name, value + Number(group[name as keyof Sums])]);
    return Object.fromEntries(entries) as unknown as Sums;
  }, NONE);

const rounded = (value: number, decimals: number): number => Math.round(value * 10 ** decimals) / 10 ** decimals;

/** Sums arrive as text on MariaDB and as numbers on SQLite. */
function figuresOf(group: Sums = NONE): Figures {
  const { count, completed, cancelled, missed, seconds, reviews, stars } = added([group]);
  const over = completed + cancelled + missed;
  return {
    ...{ count, completed, cancelled, missed, reviews, minutes: rounded(seconds / 60, 1) },
    completion: over === 0 ? null : rounded(completed / over, 3),
    averageMinutes: completed === 0 ? null : rounded(seconds / completed / 60, 1),
    rating: reviews === 0 ? null : rounded(stars / reviews, 2),
  };
}
