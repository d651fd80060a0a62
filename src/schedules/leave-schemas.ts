/** Leave (休假): asked for, then approved or rejected by somebody else. */
import { z } from 'zod';
import { calendarTime as time, id, listOf, paging, sortBy, text } from '#src/plugins/fields.ts';
import { leaveKinds, leaveStates } from './model.ts';

export const leaveParams = z.object({ id });

export const newLeave = z
  .strictObject({
    kind: z.enum(leaveKinds),
    startsAt: time,
    endsAt: time.describe('exclusive'),
    reason: text(300).nullable().default(null),
  })
  .refine(({ startsAt, endsAt }) => Date.parse(endsAt) > Date.parse(startsAt), { path: ['endsAt'], message: 'must be after startsAt' })
  .meta({ examples: [{ kind: 'annual', startsAt: '2026-12-24T00:00:00.000Z', endsAt: '2026-12-26T16:00:00.000Z', reason: '家中有事' }] });

export const approval = z
  .strictObject({ version: z.int().min(1), note: text(300).nullable().default(null) })
  .meta({ examples: [{ version: 1, note: null }] });
export const rejection = z
  .strictObject({ version: z.int().min(1), note: text(300) })
  .meta({ examples: [{ version: 1, note: '当天人手不足' }] });

export const leaveQuery = paging.extend({
  sort: sortBy(['startsAt', 'createdAt'], '-startsAt'),
  practitionerId: id.optional(),
  state: z.enum(leaveStates).optional(),
  from: time.optional().describe('leave that ends after it'),
  until: time.optional().describe('leave that begins before it'),
});

export const leaveView = z.object({
  id: z.string(),
  practitioner: z.object({ id: z.string(), name: z.string() }),
  kind: z.enum(leaveKinds),
  startsAt: z.string(),
  endsAt: z.string(),
  reason: z.string().nullable(),
  state: z.enum(leaveStates),
  decidedBy: z.object({ id: z.string(), name: z.string() }).nullable(),
  decidedAt: z.string().nullable(),
  note: z.string().nullable().describe('of whoever decided'),
  affected: z.int().describe('appointments in this time that are booked now'),
  version: z.int(),
  createdAt: z.string(),
});
export const leaveList = listOf(leaveView.omit({ affected: true }));
