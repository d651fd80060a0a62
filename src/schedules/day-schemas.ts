/** Days of the whole clinic: holidays, and days of rest that are worked. */
import { z } from 'zod';
import { calendarDate as date, id, text } from '#src/plugins/fields.ts';

export const dayParams = z.object({ id });

const holiday = { name: text(60), from: date, until: date.describe('the last date') };
export const newHoliday = z
  .strictObject(holiday)
  .refine(({ from, until }) => from <= until, { path: ['until'], message: 'is before from' })
  .refine(({ from, until }) => Date.parse(until) - Date.parse(from) <= 60 * 86_400_000, {
    path: ['until'],
    message: 'is more than 60 days on',
  })
  .meta({ examples: [{ name: '国庆节', from: '2027-10-01', until: '2027-10-07' }] });

export const newMakeupDay = z
  .strictObject({ name: text(60), date, asWeekday: z.int().min(1).max(7).describe('weekday whose hours are worked; 1 is Monday') })
  .meta({ examples: [{ name: '国庆节', date: '2027-10-09', asWeekday: 5 }] });

const year = z.int().min(2000).max(2100);
export const yearImport = z.strictObject({ year }).meta({ examples: [{ year: 2026 }] });
export const dayQuery = z.object({ year: z.coerce.number().int().min(2000).max(2100).optional().describe('default: from this year on') });

export const coverage = z.object({
  years: z.array(
    z.object({
      year: z.int(),
      entered: z.boolean().describe('whether there is any holiday'),
      announced: z.boolean().describe('whether the announced calendar can be taken over'),
    }),
  ),
  missing: z.int().nullable().describe('year whose holidays are to be entered now; null: none'),
});

const source = z.enum(['own', 'national']).describe('national: from the announced calendar of a year');
const holidayView = z.object({ id: z.string(), name: z.string(), from: z.string(), until: z.string(), source });
const makeupDayView = z.object({ id: z.string(), name: z.string(), date: z.string(), asWeekday: z.int(), source });
export const dayList = z.object({ holidays: z.array(holidayView), makeupDays: z.array(makeupDayView) });
