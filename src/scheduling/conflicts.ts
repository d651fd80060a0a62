/**
 * Finds hours of one practitioner that overlap. Rules of two zones may overlap in some weeks only, so they are compared as
 * instants, date by date; rules of one zone overlap when their wall times do.
 */
import type { RuleSet, SpecialHours, WeeklyRule } from './rules.ts';
import { DAY, dateOf, dayOf } from './wall-time.ts';
import { type Closure, holidaysOn, occursOn, wallsOf, type Window, windowOf } from './windows.ts';

/** Both sides of an overlap, and the first one of them in instants (ms). */
export interface Conflict {
  ruleIds: [string, string];
  /** dates on which the two hours begin, each in its rule's zone */
  dates: [string, string];
  from: number;
  until: number;
}

export interface ConflictOptions {
  /** Earlier dates are not looked at. */
  from: string;
  /** Report only overlaps in which one of these rules takes part. */
  involving?: ReadonlySet<string> | undefined;
}

/** Rules without an end are compared for a little more than a year from when both are valid: through every season. */
const COMPARED_DAYS = 400;
const WEEK = 7 * DAY;

/** Dates apart on which hours begin that can overlap: they last a day at most, and zones are at most 26 h apart. */
const reach = (a: { zone: string }, b: { zone: string }): number => (a.zone === b.zone ? 1 : 3);
const around = (day: number, distance: number): number[] => Array.from({ length: 2 * distance + 1 }, (_, index) => day - distance + index);
const overlaps = (a: Window, b: Window): boolean => a.start < b.end && b.start < a.end;

function conflictOf(a: Window, b: Window): Conflict {
  return {
    ruleIds: [a.rule.id, b.rule.id],
    dates: [dateOf(a.day), dateOf(b.day)],
    from: Math.max(a.start, b.start),
    until: Math.min(a.end, b.end),
  };
}

/** Whether two weekly patterns can meet at all: those of two zones are compared as if a clock could be 26 h off. */
function canMeet(a: WeeklyRule, b: WeeklyRule): boolean {
  const [first, second] = [wallsOf(a, a.weekday), wallsOf(b, b.weekday)];
  const slack = a.zone === b.zone ? 0 : (26 * DAY) / 24;
  return [-WEEK, 0, WEEK].some(
    (shift) => first.startWall < second.endWall + shift + slack && second.startWall + shift < first.endWall + slack,
  );
}

/** The dates to compare two rules on. */
function commonDays(a: WeeklyRule, b: WeeklyRule, today: number): { first: number; last: number } {
  const first = Math.max(today, dayOf(a.validFrom ?? '1970-01-01'), dayOf(b.validFrom ?? '1970-01-01'));
  return { first, last: Math.min(first + COMPARED_DAYS, dayOf(a.validUntil ?? '9999-12-31'), dayOf(b.validUntil ?? '9999-12-31')) };
}

function weeklyConflict(a: WeeklyRule, b: WeeklyRule, today: number, occurs: (rule: WeeklyRule, day: number) => boolean) {
  if (!canMeet(a, b)) return undefined;
  const { first, last } = commonDays(a, b, today);
  const distance = reach(a, b);
  for (let day = first - distance; day <= last + distance; day++) {
    if (!occurs(a, day)) continue;
    const one = windowOf(a, day);
    for (const other of around(day, distance)) {
      if (!occurs(b, other) || Math.max(day, other) < today) continue;
      const two = windowOf(b, other);
      if (overlaps(one, two)) return conflictOf(one, two);
    }
  }
  return undefined;
}

/** Every pair of a list, once. */
const pairsOf = <Item>(items: readonly Item[]): [Item, Item][] =>
  items.flatMap((a, index) => items.slice(index + 1).map((b): [Item, Item] => [a, b]));

/** Whether closures, in the order of their dates, leave nothing open of an overlap: hours past midnight outlast a holiday. */
function closedThroughout({ from, until }: Conflict, closures: readonly Closure[]): boolean {
  const closedUntil = closures.reduce((at, closure) => (closure.from <= at ? Math.max(at, closure.until) : at), from);
  return closedUntil >= until;
}

/** Overlaps among hours of single dates. */
function specialConflicts(windows: readonly Window[]): Conflict[] {
  const found: Conflict[] = [];
  const open: Window[] = [];
  for (const window of windows.toSorted((a, b) => a.start - b.start)) {
    const still = open.filter(({ end }) => end > window.start);
    found.push(...still.map((other) => conflictOf(other, window)));
    open.splice(0, open.length, ...still, window);
  }
  return found;
}

/**
 * Overlaps in a rule set: one for each pair of rules, the first. Hours that never apply together do not overlap: weekly
 * ones on a date with replaced hours, and on a holiday beside hours that are open despite it.
 * @throws {RangeError} dates, times or zones that are none
 */
export function findConflicts(rules: RuleSet, { from, involving }: ConflictOptions): Conflict[] {
  const today = dayOf(from);
  const special = rules.adjustments.filter((adjustment): adjustment is SpecialHours => adjustment.kind !== 'closed');
  const replaced = new Set(special.flatMap(({ kind, date }) => (kind === 'replaced' ? [dayOf(date)] : [])));
  const occurs = (rule: WeeklyRule, day: number) => occursOn(rule, day) && !replaced.has(day);
  const asked = (a: string, b: string) => !involving || involving.has(a) || involving.has(b);
  const windows = special.map((rule) => windowOf(rule, dayOf(rule.date))).filter(({ day }) => day >= today);

  const withWeekly = (window: Window, weekly: WeeklyRule): Conflict[] => {
    if (!asked(window.rule.id, weekly.id)) return [];
    const despiteHoliday = 'despiteHoliday' in window.rule && window.rule.despiteHoliday;
    const days = around(window.day, reach(window.rule, weekly)).filter((day) => occurs(weekly, day));
    return days
      .map((day) => windowOf(weekly, day))
      .filter((other) => overlaps(window, other))
      .filter((other) => !(despiteHoliday && closedThroughout(conflictOf(window, other), holidaysOn(rules, other))))
      .slice(0, 1)
      .map((other) => conflictOf(window, other));
  };

  return [
    ...pairsOf(rules.weekly).flatMap(([a, b]) => (asked(a.id, b.id) ? (weeklyConflict(a, b, today, occurs) ?? []) : [])),
    ...windows.flatMap((window) => rules.weekly.flatMap((weekly) => withWeekly(window, weekly))),
    ...specialConflicts(windows).filter(({ ruleIds: [a, b] }) => asked(a, b)),
  ];
}
