/** Slots: when practitioners can be booked, and why not. */
import { z } from 'zod';
import { calendarDate as date, calendarTime as time, id, text } from '#src/plugins/fields.ts';

const instant = z.string().describe('UTC, ISO 8601');
const wall = z.string().describe('`HH:mm` on the clinic’s clock');

/** Why a slot cannot be booked although the practitioner is there. */
const slotReason = z.enum(['practitioner_disabled', 'in_past', 'too_soon', 'too_far', 'fully_booked', 'held']);

export const slotQuery = z.object({
  from: date,
  until: date.describe('the last date; at most 62 days'),
  serviceId: id.optional().describe('slots that this service fits into'),
});

const slot = z.object({
  time: wall,
  startsAt: instant,
  endsAt: instant,
  available: z.boolean(),
  places: z.int().describe('that are left'),
  reason: slotReason.optional().describe('why it is not available'),
});
export const slotDays = z.object({
  practitionerId: z.string(),
  zone: z.string(),
  days: z.array(z.object({ date: z.string(), slots: z.array(slot) })).describe('dates on which the practitioner is there'),
});

export const availableQuery = z.object({
  serviceId: id,
  date,
  practitionerId: id.optional(),
  departmentId: id.optional(),
});
export const availableSlots = z.object({
  date: z.string(),
  slots: z.array(
    z.object({
      time: wall,
      startsAt: instant,
      available: z.boolean(),
      reason: slotReason.optional(),
      reasonText: z.string().optional().describe('the reason in Chinese, 已约满 for example'),
      practitionerId: z.string().nullable().describe('one who is free then, with the fewest appointments; null: nobody'),
      practitioners: z.int().describe('how many are free then'),
    }),
  ),
});

const clock = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'is no time of day, `HH:mm`');
export const explainQuery = z
  .object({
    at: time.optional(),
    date: date.optional(),
    time: clock.optional().describe('on the clinic’s clock'),
    serviceId: id.optional(),
  })
  .refine(({ at, date: day, time: hour }) => (at !== undefined) !== (day !== undefined && hour !== undefined), {
    path: ['at'],
    message: 'or else date and time',
  });
export const explanation = z.object({
  free: z.boolean(),
  places: z.int(),
  startsAt: instant.nullable().describe('null: the clock skips this time'),
  reasons: z.array(
    z.object({
      code: z.enum([
        ...['practitioner_disabled', 'in_past', 'too_soon', 'too_far', 'outside_hours', 'misaligned', 'dst_gap', 'dst_repeat'],
        ...['leave', 'closed_day', 'holiday', 'fully_booked', 'held'],
      ] as const),
      until: instant.optional().describe('when it ceases'),
      ruleId: z.string().optional().describe('hours, leave or holiday; only for those who keep the schedule'),
    }),
  ),
});

export const slotState = z
  .strictObject({ startsAt: time, state: z.enum(['open', 'closed']), note: text(200).nullable().default(null) })
  .meta({ examples: [{ startsAt: '2026-12-24T01:00:00.000Z', state: 'closed', note: '临时会议' }] });
export const slotStateView = z.object({ startsAt: instant, state: z.enum(['open', 'booked', 'closed']) });

export const freeQuery = z.object({
  from: time,
  to: time.describe('at most 31 days later'),
  departmentId: id.optional(),
  serviceId: id.optional(),
});
export const freeList = z.object({
  items: z.array(
    z.object({
      practitionerId: z.string(),
      name: z.string(),
      departmentId: z.string().nullable(),
      freeSlots: z.int(),
      firstStartsAt: instant,
    }),
  ),
});

export const matchQuery = z.object({
  serviceId: id,
  departmentId: id.optional(),
  practitionerId: id.optional(),
  prefer: z
    .string()
    .max(400)
    .optional()
    .describe('up to 5 periods the patient would like, the best first: `2026-12-01T01:00:00Z/2026-12-01T04:00:00Z,…`'),
  limit: z.coerce.number().int().min(1).max(50).default(10),
});
export const matchList = z.object({
  items: z.array(
    z.object({
      practitionerId: z.string(),
      name: z.string(),
      departmentId: z.string().nullable(),
      startsAt: instant,
      endsAt: instant,
      places: z.int(),
      preference: z.int().nullable().describe('index of the wish that it is nearest to'),
      minutesOff: z.int().describe('by which it misses that wish; 0: inside'),
    }),
  ),
});

export const scheduleQuery = z.object({ from: date, until: date.describe('the last date; at most 62 days') });
const figures = {
  offered: z.int().describe('places of all slots'),
  booked: z.int().describe('appointments that are confirmed, under way or over'),
  used: z.int().describe('appointments under way or over'),
  cancelled: z.int(),
};
export const schedule = z.object({
  practitionerId: z.string(),
  zone: z.string(),
  version: z.int(),
  totals: z.object(figures),
  days: z.array(
    z.object({
      date: z.string(),
      ...figures,
      slots: z.array(
        z.object({
          time: wall,
          startsAt: instant,
          endsAt: instant,
          ruleId: z.string(),
          serviceType: z.string().nullable(),
          capacity: z.int(),
          taken: z.int(),
          state: z.enum(['open', 'held', 'booked']).describe('booked, held: no place is left'),
        }),
      ),
    }),
  ),
  closures: z.array(z.object({ code: z.enum(['leave', 'closed_day', 'holiday']), ruleId: z.string(), from: instant, until: instant })),
});
