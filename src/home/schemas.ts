import { z } from 'zod';
import { consultationList, consultationView } from '#src/consultations/schemas.ts';
import { byPeriod } from '#src/consultations/statistics-schemas.ts';
import { ownMenu } from '#src/menus/schemas.ts';
import { statistics } from '#src/payments/schemas.ts';
import { clinicView } from '#src/settings/schemas.ts';
import { isForward, notForward, periodFields } from '#src/statistics/periods.ts';

export const home = z.object({
  clinic: clinicView,
  menu: ownMenu.shape.items,
  unread: z.object({ notices: z.int(), messages: z.int().describe('of the chats of own visits') }),
  visits: z.object({
    running: z.array(consultationView).describe('own visits that are going on; 20 at most'),
    next: consultationList.describe('the first page of own visits to come'),
  }),
});

export const dashboardQuery = z.object(periodFields).refine(isForward, notForward);
export const dashboard = z.object({
  people: z.object({ patients: z.int(), doctors: z.int() }).nullable().describe('accounts; null without `users:read-all`'),
  visits: byPeriod.describe('own ones without `statistics:read-all`'),
  payments: statistics.shape.items.nullable().describe('null without `orders:read-all`'),
});
