/** What a holiday, leave or adjustment does to appointments that are already booked: which it displaces, and where they go. */
import type { Calendar } from './calendar.ts';
import { CELL, CELL_MINUTES, type CellRange, type Claim, cellRangeOf, chooseSeat, createOccupancy, type Occupancy } from './cells.ts';
import { daysAround } from './day-slots.ts';
import type { BookingLimits, Slot } from './slot-state.ts';
import { DAY, dateOf } from './wall-time.ts';
import { type ClosureCode, covers, holidaysOn, occursOn, specialHours, touching, type Window, windowOf, windowsOn } from './windows.ts';
import { wallAt } from './zones.ts';

interface Period {
  start: number;
  end: number;
}

/** An appointment that is booked, as far as the calendar is concerned; instants in ms. */
export interface Booked extends Period {
  id: string;
  patientId: string;
  serviceType: string | null;
  /** one of several places of a group session */
  group: boolean;
}

export interface Displacement {
  code: ClosureCode | 'outside_hours';
  /** the leave, adjustment or holiday */
  ruleId: string;
}

const contains = (window: Window, { start, end }: Period): boolean => window.start <= start && end <= window.end;

/** Replaced hours that took away the hours of an appointment. */
function replacement({ rules }: Calendar, { start, end }: Period): Displacement | undefined {
  for (const day of daysAround(start, end)) {
    const replaced = specialHours(rules, day).filter(({ kind }) => kind === 'replaced');
    const gone = rules.weekly.filter((rule) => occursOn(rule, day)).map((rule) => windowOf(rule, day));
    const by = replaced.find(({ zone }) => wallAt(zone, start) >= day * DAY && wallAt(zone, start) < (day + 1) * DAY);
    const rule = by ?? (gone.some((window) => contains(window, { start, end })) ? replaced[0] : undefined);
    if (rule) return { code: 'outside_hours', ruleId: rule.id };
  }
  return undefined;
}

/** A holiday on the date of an appointment that lies in no hours of today's rules. */
function holidayOf({ rules, zone }: Calendar, { start }: Period): Displacement | undefined {
  const date = dateOf(Math.floor(wallAt(zone, start) / DAY));
  const holiday = rules.holidays.find(({ from, until }) => covers(from, until, date));
  return holiday && { code: 'holiday', ruleId: holiday.id };
}

/**
 * Why an appointment cannot stay where it is, or null. A changed weekly pattern displaces nobody: who is booked stays booked.
 */
export function displacementOf(calendar: Calendar, appointment: Booked): Displacement | null {
  const { start, end, serviceType } = appointment;
  const serves = ({ rule }: Window) => serviceType === null || rule.serviceType === null || rule.serviceType === serviceType;
  const windows = daysAround(start, end).flatMap((day) => windowsOn(calendar.rules, day));
  const near = windows.filter((window) => window.start < end && start < window.end);
  const closuresOf = (window: Window) => touching([...calendar.closures, ...holidaysOn(calendar.rules, window)], start, end);
  if (near.some((window) => serves(window) && contains(window, appointment) && closuresOf(window).length === 0)) return null;

  const [closure] = [...touching(calendar.closures, start, end), ...near.flatMap(closuresOf)];
  if (closure) return { code: closure.code, ruleId: closure.ruleId };
  return (near.length === 0 ? holidayOf(calendar, appointment) : undefined) ?? replacement(calendar, appointment) ?? null;
}

export interface MoveOptions {
  now: number;
  limits: BookingLimits;
  /** must cover `searchRange()` */
  occupancy: Occupancy;
  /** How far to look from the date of the appointment on, 1 to 62. */
  withinDays: number;
  /** other appointments of the patients, which the new ones must not overlap */
  busy: ReadonlyMap<string, readonly Period[]>;
}

/** `to` is null when there is no equivalent free slot near enough: the appointment is to be cancelled and refunded. */
export interface Move {
  id: string;
  to: { slot: Slot; seat: number } | null;
}

/** The claims that one has to read to plan these moves. */
export function searchRange(appointments: readonly Booked[], { now, withinDays }: Pick<MoveOptions, 'now' | 'withinDays'>): CellRange {
  const starts = appointments.map(({ start }) => Math.max(now, start));
  return cellRangeOf(Math.min(now, ...starts) - DAY, Math.max(now, ...starts) + (withinDays + 3) * DAY);
}

/** The first slot from the appointment's time on that is like it: same length and service, alone or in a group as before. */
function nextEquivalent(calendar: Calendar, appointment: Booked, options: MoveOptions): Move['to'] {
  const { now, limits, occupancy, withinDays, busy } = options;
  const first = Math.floor(wallAt(calendar.zone, Math.max(now, appointment.start)) / DAY);
  const slots = calendar.slots({
    from: dateOf(first),
    until: dateOf(first + withinDays - 1),
    minutes: Math.ceil((appointment.end - appointment.start) / CELL) * CELL_MINUTES,
    serviceType: appointment.serviceType ?? undefined,
    ...{ now, limits, occupancy },
  });
  const others = busy.get(appointment.patientId) ?? [];
  for (const { slot, places } of slots) {
    if (places === 0 || slot.start < appointment.start || slot.capacity > 1 !== appointment.group) continue;
    if (others.some(({ start, end }) => start < slot.end && slot.start < end)) continue;
    const seat = chooseSeat(occupancy, slot.cells, slot.capacity);
    if (seat !== null) return { slot, seat };
  }
  return null;
}

/**
 * A new place for each displaced appointment, the earliest first; they do not get in each other's way. A plan only: the
 * unique index decides when the places are claimed.
 */
export function planMoves(calendar: Calendar, appointments: readonly Booked[], options: MoveOptions): Move[] {
  const busy = new Map(options.busy);
  const claims: Claim[] = [...options.occupancy.claims];
  return appointments
    .toSorted((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1))
    .map((appointment) => {
      const occupancy = createOccupancy(options.occupancy.range, claims);
      const to = nextEquivalent(calendar, appointment, { ...options, occupancy, busy });
      if (to) {
        claims.push({ ...to.slot.cells, seat: to.seat, heldUntil: null });
        busy.set(appointment.patientId, [...(busy.get(appointment.patientId) ?? []), to.slot]);
      }
      return { id: appointment.id, to };
    });
}
