/**
 * The hours of one date as periods of instants, and what closes them. Order of precedence: leave and closed hours close
 * everything; a holiday closes all but the hours that are open despite it; replaced hours stand in for the weekly ones.
 */
import type { ClosedHours, Holiday, Hours, RuleSet, SpecialHours, WeeklyRule } from './rules.ts';
import { DAY, MINUTE, dateOf, dayOf, minutesOf, weekdayOf } from './wall-time.ts';
import { edgeOf } from './zones.ts';

/** Hours on one date. `startWall` and `endWall` are wall times of the hours' zone in ms, `start` and `end` instants. */
export interface Window {
  rule: WeeklyRule | SpecialHours;
  day: number;
  startWall: number;
  endWall: number;
  start: number;
  end: number;
}

export type ClosureCode = 'leave' | 'closed_day' | 'holiday';

/** A period in which nobody is there, as instants, and the rule that says so. */
export interface Closure {
  code: ClosureCode;
  ruleId: string;
  from: number;
  until: number;
}

/** Wall times between which hours of a date lie; hours that end before they begin end on the next day. */
export function wallsOf(hours: Pick<Hours, 'start' | 'end'>, day: number): { startWall: number; endWall: number } {
  const [start, end] = [minutesOf(hours.start), minutesOf(hours.end)];
  return { startWall: day * DAY + start * MINUTE, endWall: (end < start ? day + 1 : day) * DAY + end * MINUTE };
}

/** The hours of a rule that begin on a date. */
export function windowOf(rule: WeeklyRule | SpecialHours, day: number): Window {
  const walls = wallsOf(rule, day);
  return { rule, day, ...walls, start: edgeOf(rule.zone, walls.startWall, 'first'), end: edgeOf(rule.zone, walls.endWall, 'first') };
}

/** Whether a date is in a range of dates. Dates of this form sort as text. */
export const covers = (from: string | null, until: string | null, date: string): boolean =>
  (from === null || from <= date) && (until === null || date <= until);

/** Whether a weekly rule has hours on this date, leaving aside what changes that day. */
export const occursOn = (rule: WeeklyRule, day: number): boolean =>
  rule.weekday === weekdayOf(day) && covers(rule.validFrom, rule.validUntil, dateOf(day));

/** The special hours of a date. */
export function specialHours({ adjustments }: RuleSet, day: number): SpecialHours[] {
  const date = dateOf(day);
  return adjustments.filter((adjustment): adjustment is SpecialHours => adjustment.kind !== 'closed' && adjustment.date === date);
}

/** The hours that begin on a date of their own zone, closed ones too. */
export function windowsOn(rules: RuleSet, day: number): Window[] {
  const special = specialHours(rules, day);
  const replaced = special.some(({ kind }) => kind === 'replaced');
  const weekly = replaced ? [] : rules.weekly.filter((rule) => occursOn(rule, day));
  return [...special, ...weekly].map((rule) => windowOf(rule, day));
}

/** The holiday of a date that closes this rule's hours, if there is one. */
function closedByHoliday({ holidays }: RuleSet, rule: WeeklyRule | SpecialHours, day: number): Holiday | undefined {
  if ('despiteHoliday' in rule && rule.despiteHoliday) return undefined;
  const date = dateOf(day);
  return holidays.find(({ from, until }) => covers(from, until, date));
}

function closedPeriod({ id, zone, date, start, end }: ClosedHours): Closure {
  const { startWall, endWall } = wallsOf({ start: start ?? '00:00', end: end ?? '24:00' }, dayOf(date));
  return { code: 'closed_day', ruleId: id, from: edgeOf(zone, startWall, 'first'), until: edgeOf(zone, endWall, 'last') };
}

/** Closed hours and leaves as instants, for any hours of the rule set. */
export function commonClosures(rules: RuleSet): Closure[] {
  const leaves = rules.leaves.map(({ id, from, until }): Closure => ({ code: 'leave', ruleId: id, from, until }));
  const closed = rules.adjustments.filter((adjustment) => adjustment.kind === 'closed');
  return [...leaves, ...closed.map(closedPeriod)];
}

/** The holidays that close hours of a window: of its date and, when it ends on the next, of that. */
export function holidaysOn(rules: RuleSet, { rule, day, endWall }: Pick<Window, 'rule' | 'day' | 'endWall'>): Closure[] {
  const days = endWall > (day + 1) * DAY ? [day, day + 1] : [day];
  return days.flatMap((each) => {
    const holiday = closedByHoliday(rules, rule, each);
    if (!holiday) return [];
    const edges = { from: edgeOf(rule.zone, each * DAY, 'first'), until: edgeOf(rule.zone, (each + 1) * DAY, 'first') };
    return [{ code: 'holiday' as const, ruleId: holiday.id, ...edges }];
  });
}

/** Closures that touch a period, and at least one instant of it. */
export const touching = (closures: readonly Closure[], start: number, end: number): Closure[] =>
  closures.filter(({ from, until }) => from < end && until > start);
