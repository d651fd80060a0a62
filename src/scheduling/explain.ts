/** Says why a time is or is not free: the rules of the list of slots, asked about one time, with all that is in the way. */
import type { Calendar } from './calendar.ts';
import { CELL_MINUTES, type CellRange, cellRangeOf, type Occupancy, placesLeft } from './cells.ts';
import { checkLength, daysAround, type Start, startsOn } from './day-slots.ts';
import { bookingReason, fullReason, type Situation, type SlotReason, slotOf, stateOf } from './slot-state.ts';
import { DAY, dayOf, MINUTE, minutesOf } from './wall-time.ts';
import { type ClosureCode, holidaysOn, touching, type Window, windowsOn } from './windows.ts';
import { instantsOf, transitionsBetween, wallAt } from './zones.ts';

/**
 * Stable names. `outside_hours`: there are no hours for this service then. `misaligned`: within hours, but no slot begins
 * there, or the hours end too early. `dst_gap`: the clock skips it or a part of it. `dst_repeat`: it is the second pass of an
 * hour that the clock repeats. `held`: an unpaid booking has it for now.
 */
export type ReasonCode = SlotReason | ClosureCode | 'outside_hours' | 'misaligned' | 'dst_gap' | 'dst_repeat';

export interface Reason {
  code: ReasonCode;
  /** rule, adjustment, leave or holiday that says so */
  ruleId?: string;
  /** ms since 1970 at which it ceases: a closure ends, the last hold expires, booking opens */
  until?: number;
}

export interface Question extends Situation {
  /** an instant in ms, or a wall time of the calendar's zone: the first, where there are two */
  at: number | { date: string; time: string };
  /** length, in whole cells; default: that of the slot which begins there */
  minutes?: number | undefined;
  serviceType?: string | undefined;
}

export interface Explanation {
  free: boolean;
  places: number;
  /** the instant asked about; null where the clock skips the wall time */
  start: number | null;
  /** Empty when the time is free. What no booking can change comes first, what others booked last. */
  reasons: Reason[];
}

const notFree = (start: number | null, reasons: Reason[]): Explanation => ({ free: false, places: 0, start, reasons });

/** Hours for the service in which the instant lies, and the starts of slots that it is. */
function look({ rules, closures }: Calendar, at: number, serviceType: string | undefined): { windows: Window[]; starts: Start[] } {
  const serves = ({ rule }: Window) => serviceType === undefined || rule.serviceType === null || rule.serviceType === serviceType;
  const days = daysAround(at, at + 1);
  return {
    windows: days.flatMap((day) => windowsOn(rules, day)).filter((window) => serves(window) && window.start <= at && at < window.end),
    starts: days.flatMap((day) => startsOn(rules, closures, day)).filter(({ window, start }) => start === at && serves(window)),
  };
}

/** What booking rules say of a time, whatever the calendar. */
function ofBooking(at: number, { rules }: Calendar, { now, limits }: Question): Reason[] {
  const code = bookingReason(at, rules.enabled, { now, limits });
  if (!code) return [];
  return [code === 'too_far' ? { code, until: at - limits.horizonDays * DAY } : { code }];
}

/** Why no slot begins there. */
function ofHours(at: number, window: Window | undefined, start: Start | undefined, end: number): Reason[] {
  if (!window) return [{ code: 'outside_hours' }];
  const { rule } = window;
  const skips = transitionsBetween(rule.zone, at, end).some(({ before, after }) => after > before);
  if (skips) return [{ code: 'dst_gap', ruleId: rule.id }];
  if (start && end <= window.end) return [];
  const again = instantsOf(rule.zone, wallAt(rule.zone, at))[1] === at;
  return [{ code: again ? 'dst_repeat' : 'misaligned', ruleId: rule.id }];
}

function ofClosures({ rules, closures }: Calendar, window: Window | undefined, at: number, end: number): Reason[] {
  const holidays = window ? holidaysOn(rules, window) : [];
  return touching([...closures, ...holidays], at, end).map(({ code, ruleId, until }) => ({ code, ruleId, until }));
}

function ofClaims(cells: CellRange, capacity: number, occupancy: Occupancy): Reason[] {
  if (placesLeft(occupancy.seats(cells.from, cells.until), capacity) > 0) return [];
  const code = fullReason(cells, capacity, occupancy);
  if (code !== 'held') return [{ code }];
  const holds = occupancy.claims.filter(({ from, until }) => from < cells.until && until > cells.from);
  return [{ code, until: Math.max(...holds.flatMap(({ heldUntil }) => heldUntil ?? [])) }];
}

/**
 * Why one can or cannot book a time.
 * @throws {RangeError} not a date, a time or a length; or claims of that time that the occupancy does not cover
 */
export function explain(calendar: Calendar, question: Question): Explanation {
  const { at, minutes, serviceType, occupancy } = question;
  if (minutes !== undefined) checkLength(minutes);
  const wall = typeof at === 'number' ? undefined : dayOf(at.date) * DAY + minutesOf(at.time) * MINUTE;
  const start = typeof at === 'number' ? at : instantsOf(calendar.zone, wall ?? 0)[0];
  if (start === undefined) return notFree(null, [{ code: 'dst_gap' }]);

  const { windows, starts } = look(calendar, start, serviceType);
  for (const each of starts) {
    const slot = slotOf(calendar.zone, each, minutes);
    const state = slot && stateOf(slot, calendar.rules.enabled, question);
    if (state && state.places > 0) return { free: true, places: state.places, start, reasons: [] };
  }

  const [first] = starts;
  const window = first?.window ?? windows[0];
  const end = start + (minutes ?? first?.window.rule.slotMinutes ?? CELL_MINUTES) * MINUTE;
  const slot = first && slotOf(calendar.zone, first, minutes);
  const cells = slot?.cells ?? cellRangeOf(start, end);
  return notFree(start, [
    ...ofBooking(start, calendar, question),
    ...ofHours(start, window, first, end),
    ...ofClosures(calendar, window, start, end),
    ...(window && first ? ofClaims(cells, window.rule.capacity, occupancy) : []),
  ]);
}
