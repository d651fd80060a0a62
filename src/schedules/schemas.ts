/** Working hours: weekly rules and changes of single days. */
import { z } from 'zod';
import { calendarDate as date, id, text } from '#src/plugins/fields.ts';
import { MAX_SEATS } from '#src/scheduling/cells.ts';

export const practitionerParams = z.object({ id }).describe('the practitioner');
export const ruleParams = z.object({ id, ruleId: id });
export const adjustmentParams = z.object({ id, adjustmentId: id });

const clock = z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'is no time of day, `HH:mm`');
const weekday = z.int().min(1).max(7).describe('1 is Monday, 7 Sunday');
const version = z.int().min(0).optional().describe('of the schedule that the caller has seen; another one is a conflict');

const hours = {
  start: clock.describe('on a grid of five minutes'),
  end: clock.describe('before `start`: on the next day'),
  zone: z.string().max(64).optional().describe('IANA time zone; default: the clinic’s'),
  slotMinutes: z.int().describe('length of a slot'),
  gapMinutes: z.int().default(0).describe('pause after each slot'),
  capacity: z.int().default(1).describe(`people a slot has places for, up to ${MAX_SEATS}`),
  serviceType: text(50).nullable().default(null).describe('category of services; null: any'),
};
const validity = {
  validFrom: date.nullable().default(null),
  validUntil: date.nullable().default(null).describe('the last date'),
};
const inOrder = ({ validFrom, validUntil }: { validFrom: string | null; validUntil: string | null }) =>
  validFrom === null || validUntil === null || validFrom <= validUntil;
const order = { path: ['validUntil'], message: 'is before validFrom' };

const weeklyExample = { start: '09:00', end: '12:00', slotMinutes: 30, gapMinutes: 0, capacity: 1 };

export const newRules = z
  .strictObject({
    rules: z
      .array(
        z
          .strictObject({ weekdays: z.array(weekday).min(1).max(7), ...hours, ...validity })
          .refine(inOrder, order)
          .refine(({ weekdays }) => new Set(weekdays).size === weekdays.length, { path: ['weekdays'], message: 'names a day twice' }),
      )
      .min(1)
      .max(50),
    version,
  })
  .meta({ examples: [{ rules: [{ weekdays: [1, 2, 3, 4, 5], ...weeklyExample, validFrom: '2026-12-01', validUntil: null }] }] });

export const ruleChange = z
  .strictObject({ weekday, ...hours, ...validity, version })
  .refine(inOrder, order)
  .meta({ examples: [{ weekday: 1, ...weeklyExample }] });

const hoursView = {
  start: z.string(),
  end: z.string(),
  zone: z.string(),
  slotMinutes: z.int(),
  gapMinutes: z.int(),
  capacity: z.int(),
  serviceType: z.string().nullable(),
};
const ruleView = z.object({
  id: z.string(),
  weekday: z.int(),
  ...hoursView,
  validFrom: z.string().nullable(),
  validUntil: z.string().nullable(),
});
export const ruleList = z.object({ version: z.int(), items: z.array(ruleView) });

const opened = {
  ...hours,
  despiteHoliday: z.boolean().default(false).describe('open on a holiday too'),
  note: text(200).nullable().default(null),
};
const shut = {
  kind: z.literal('closed'),
  start: clock.nullable().default(null).describe('null: from midnight'),
  end: clock.nullable().default(null).describe('null: until midnight'),
  zone: hours.zone,
  note: opened.note,
};
const dates = { dates: z.array(date).min(1).max(62).describe('the change is made on each of them') };
const extra = { kind: z.literal('extra'), ...opened };
const replaced = { kind: z.literal('replaced'), ...opened };

export const newAdjustments = z
  .strictObject({
    adjustments: z
      .array(
        z.discriminatedUnion('kind', [
          z.strictObject({ ...extra, ...dates }),
          z.strictObject({ ...replaced, ...dates }),
          z.strictObject({ ...shut, ...dates }),
        ]),
      )
      .min(1)
      .max(50),
    version,
  })
  .meta({ examples: [{ adjustments: [{ kind: 'closed', dates: ['2026-12-24'], start: '14:00', end: null, note: '会议' }] }] });

export const adjustmentChange = z
  .discriminatedUnion('kind', [
    z.strictObject({ ...extra, date, version }),
    z.strictObject({ ...replaced, date, version }),
    z.strictObject({ ...shut, date, version }),
  ])
  .meta({ examples: [{ kind: 'extra', date: '2026-12-24', ...weeklyExample, note: '加号' }] });

export const adjustmentQuery = z.object({ from: date.optional().describe('default: today'), until: date.optional() });

const adjustmentView = z.object({
  id: z.string(),
  kind: z.enum(['extra', 'replaced', 'closed']),
  date: z.string(),
  zone: z.string(),
  start: z.string().nullable(),
  end: z.string().nullable(),
  slotMinutes: z.int().nullable(),
  gapMinutes: z.int().nullable(),
  capacity: z.int().nullable(),
  serviceType: z.string().nullable(),
  despiteHoliday: z.boolean(),
  note: z.string().nullable(),
});
export const adjustmentList = z.object({ version: z.int(), items: z.array(adjustmentView) });

/** One side of an overlap, in the details of `schedule_conflict`. */
export interface ConflictSide {
  /** Null: asked for in this request, at `field`. */
  id: string | null;
  field: string | null;
  kind: 'weekly' | 'extra' | 'replaced';
  /** Weekly hours have one. */
  weekday: number | null;
  /** On which these hours begin. */
  date: string;
  start: string;
  end: string;
  zone: string;
}
