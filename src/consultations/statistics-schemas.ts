import { z } from 'zod';
import { id, listOf, paging } from '#src/plugins/fields.ts';
import { isForward, notForward, periodFields } from '#src/statistics/periods.ts';

const { from, to } = periodFields;
const practitionerUserId = id.optional().describe('of one practitioner; others than oneself with `statistics:read-all`');

export const periodQuery = z.object({ ...periodFields, practitionerUserId }).refine(isForward, notForward);
export const practitionerQuery = paging
  .extend({
    from,
    to,
    practitionerUserId,
    sort: z.enum(['-count', '-completed', '-minutes', '-rating']).default('-count').describe('the highest first'),
  })
  .refine(isForward, notForward);

export const figures = z.object({
  count: z.int().describe('visits that were planned to begin in the period'),
  completed: z.int().describe('both sides met, and it was ended'),
  cancelled: z.int(),
  missed: z.int().describe('over without the two having met'),
  completion: z.number().nullable().describe('completed of those that are over, 0 to 1; null: none is over'),
  minutes: z.number().describe('length of the completed ones together'),
  averageMinutes: z.number().nullable(),
  reviews: z.int().describe('shown reviews of these visits'),
  rating: z.number().nullable().describe('average of stars, two decimals'),
});
export const byPeriod = z.object({
  total: figures,
  items: z.array(figures.extend({ period: z.string().describe('day or month of the clinic, `2026-11-26` or `2026-11`') })),
});
export const byPractitioner = listOf(figures.extend({ practitioner: z.object({ userId: z.string(), name: z.string() }) }));
