/** The figures of a clinic in one answer (PRF-08): what the statistics show first. Each part can be asked for alone as well. */
import type { z } from 'zod';
import type { ConsultationStatistics } from '#src/consultations/statistics.ts';
import type { Payments } from '#src/payments/service.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { Users } from '#src/users/service.ts';
import type * as schemas from './schemas.ts';

interface DashboardParts {
  users: Pick<Users, 'list'>;
  consultationStatistics: Pick<ConsultationStatistics, 'byPeriod'>;
  payments: Pick<Payments, 'statistics'>;
}

export interface Dashboard {
  /**
   * Visits are the caller's own without `statistics:read-all`; parts that the caller may not see are null.
   * @throws {ApiError} `invalid_request` for more periods than one answer holds
   */
  of(caller: Caller, query: z.infer<typeof schemas.dashboardQuery>): Promise<z.infer<typeof schemas.dashboard>>;
}

export function createDashboard({ users, consultationStatistics, payments }: DashboardParts): Dashboard {
  const count = async (caller: Caller, role: string): Promise<number> =>
    (await users.list(caller, { role, page: 1, pageSize: 1 })).pagination.total;
  return {
    async of(caller, query) {
      const people = async () => {
        const [patients, doctors] = await Promise.all([count(caller, 'patient'), count(caller, 'doctor')]);
        return { patients, doctors };
      };
      const [visits, counted, money] = await Promise.all([
        consultationStatistics.byPeriod(caller, query),
        caller.can('users:read-all') ? people() : null,
        caller.can('orders:read-all') ? payments.statistics(query) : null,
      ]);
      return { people: counted, visits, payments: money && money.items };
    },
  };
}
