/** The holidays of China as the State Council announces them for each year (放假安排), with the days that are worked in return (调休). */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { z } from 'zod';
import { DAY, dateOf, dayOf, weekdayOf } from '#src/scheduling/wall-time.ts';

export interface NationalYear {
  holidays: { name: string; fromDate: string; untilDate: string }[];
  makeupDays: { name: string; date: string; asWeekday: number }[];
}

/** Date → names in English and Chinese, and a number, with commas between. */
const named = z.record(z.iso.date(), z.string());
const announced = z.object({ holidays: named, workdays: named, inLieuDays: named });

const require = createRequire(import.meta.url);
let known: z.infer<typeof announced> | undefined;

/** What is known of a year; null: not announced, or not in this version of the package. */
export function nationalYear(year: number): NationalYear | null {
  known ??= announced.parse(JSON.parse(readFileSync(require.resolve('chinese-days/dist/chinese-days.json'), 'utf8')));
  const of = (days: Record<string, string>) => {
    const entries = Object.entries(days).filter(([date]) => date.startsWith(`${year}-`));
    return entries.map(([date, text]) => ({ date, name: text.split(',')[1] ?? text })).toSorted((a, b) => (a.date < b.date ? -1 : 1));
  };
  const days = of(known.holidays);
  if (days.length === 0) return null;
  return { holidays: periodsOf(days), makeupDays: madeUpFor(of(known.workdays), of(known.inLieuDays)) };
}

interface NamedDay {
  date: string;
  name: string;
}

/** Neighbouring days of one name are one holiday. */
function periodsOf(days: readonly NamedDay[]): NationalYear['holidays'] {
  const periods: NationalYear['holidays'] = [];
  for (const { date, name } of days) {
    const last = periods.at(-1);
    if (last?.name === name && dayOf(last.untilDate) + 1 === dayOf(date)) last.untilDate = date;
    else periods.push({ name, fromDate: date, untilDate: date });
  }
  return periods;
}

/** The days worked for a holiday stand for its working days off, in order; one without a partner stands for a Monday. */
function madeUpFor(workdays: readonly NamedDay[], inLieu: readonly NamedDay[]): NationalYear['makeupDays'] {
  const left = Map.groupBy(inLieu, ({ name }) => name);
  return workdays.map(({ date, name }) => {
    const off = left.get(name)?.shift();
    return { name, date, asWeekday: off ? weekdayOf(dayOf(off.date)) : 1 };
  });
}

/** First and last date of a year. */
export const yearOf = (year: number): { first: string; last: string } => ({
  first: `${year}-01-01`,
  last: dateOf(Date.UTC(year + 1, 0, 1) / DAY - 1),
});
