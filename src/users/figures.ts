/** Figures of one person: how much there is of what they did (USR-02, USR-08). Modules add what they count. */
import type { z } from 'zod';
import { Op } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { ActivitySource } from './ports.ts';
import type * as schemas from './schemas.ts';

export interface Figures {
  /** Counts something more; while the modules are built. */
  count(source: ActivitySource): void;
  /** Of all times, by name. */
  totals(userId: string): Promise<Record<string, number>>;
  /** @throws {ApiError} `not_found`, `invalid_request` */
  behavior(userId: string, period: z.infer<typeof schemas.periodQuery>): Promise<z.infer<typeof schemas.behavior>>;
}

const DEFAULT_PERIOD_MS = 30 * 86_400_000;
const MAX_PERIOD_MS = 366 * 86_400_000;

export function createFigures({ models, sequelize }: Database): Figures {
  const sources: ActivitySource[] = [];
  const between = async (userId: string, from: Date, to: Date) =>
    Object.fromEntries(await Promise.all(sources.map(async ({ name, count }) => [name, await count(userId, from, to)] as const)));

  async function clientsOf(userId: string, from: Date, to: Date) {
    const rows = await models.sessions.findAll({
      where: { userId, createdAt: { [Op.gte]: from, [Op.lt]: to } },
      attributes: ['clientType', [sequelize.fn('COUNT', sequelize.col('id')), 'sessions']],
      group: ['clientType'],
      order: ['clientType'],
    });
    return rows.map((row) => ({ clientType: row.clientType, sessions: Number(row.get('sessions')) }));
  }

  return {
    count: (source) => void sources.push(source),
    totals: (userId) => between(userId, new Date(0), new Date('9999-12-31')),

    async behavior(userId, period) {
      const user = await models.users.findByPk(userId);
      if (!user) throw new ApiError('not_found');
      const to = period.to ? new Date(period.to) : new Date();
      const from = period.from ? new Date(period.from) : new Date(to.getTime() - DEFAULT_PERIOD_MS);
      const length = to.getTime() - from.getTime();
      if (length <= 0 || length > MAX_PERIOD_MS)
        throw new ApiError('invalid_request', { details: [{ field: 'query.to', message: 'must be after from, by a year at most' }] });
      return {
        from: from.toISOString(),
        to: to.toISOString(),
        counts: await between(userId, from, to),
        before: await between(userId, new Date(from.getTime() - length), from),
        lastLoginAt: user.lastLoginAt?.toISOString() ?? null,
        clients: await clientsOf(userId, from, to),
      };
    },
  };
}
