/** A slot and whether it can be booked now. */
import { type CellRange, type Occupancy, placesLeft } from './cells.ts';
import { fit, type Start } from './day-slots.ts';
import { DAY, dateOf, MINUTE, timeOf } from './wall-time.ts';
import { wallAt } from './zones.ts';

export interface Slot {
  ruleId: string;
  /** ms since 1970 */
  start: number;
  end: number;
  /** UTC, ISO 8601 */
  startsAt: string;
  endsAt: string;
  /** `YYYY-MM-DD` and `HH:mm` in the calendar's zone, which was then this many minutes ahead of UTC */
  date: string;
  time: string;
  offsetMinutes: number;
  /** cells to claim, the pause after the slot included */
  cells: CellRange;
  capacity: number;
  serviceType: string | null;
}

/** Why a slot cannot be booked although the practitioner is there. */
export type SlotReason = 'practitioner_disabled' | 'in_past' | 'too_soon' | 'too_far' | 'fully_booked' | 'held';

export interface SlotState {
  slot: Slot;
  /** places left; 0 when there is a reason */
  places: number;
  reason: SlotReason | null;
}

/** How early and how late one may book. */
export interface BookingLimits {
  leadMinutes: number;
  horizonDays: number;
}

/** What the state of slots depends on besides the rules. */
export interface Situation {
  /** ms since 1970 */
  now: number;
  limits: BookingLimits;
  /** must cover `claimRange()` of the dates */
  occupancy: Occupancy;
}

/** A start as a slot of some length in minutes, by default its own; undefined when the practitioner is not there all the time. */
export function slotOf(zone: string, start: Start, minutes: number | undefined): Slot | undefined {
  const { rule } = start.window;
  const fitted = fit(start, minutes ?? rule.slotMinutes);
  if (!fitted) return undefined;
  const wall = wallAt(zone, start.start);
  return {
    ruleId: rule.id,
    start: start.start,
    end: fitted.end,
    startsAt: new Date(start.start).toISOString(),
    endsAt: new Date(fitted.end).toISOString(),
    date: dateOf(Math.floor(wall / DAY)),
    time: timeOf(wall),
    offsetMinutes: (wall - start.start) / MINUTE,
    cells: { from: fitted.from, until: fitted.until },
    capacity: rule.capacity,
    serviceType: rule.serviceType,
  };
}

/** Why nobody may book a time now, whatever the calendar says. */
export function bookingReason(start: number, enabled: boolean, { now, limits }: Omit<Situation, 'occupancy'>): SlotReason | null {
  if (!enabled) return 'practitioner_disabled';
  if (start < now) return 'in_past';
  if (start < now + limits.leadMinutes * MINUTE) return 'too_soon';
  return start > now + limits.horizonDays * DAY ? 'too_far' : null;
}

/** Why there is no place left in cells of a slot. */
export const fullReason = ({ from, until }: CellRange, capacity: number, occupancy: Occupancy): 'held' | 'fully_booked' =>
  placesLeft(occupancy.booked(from, until), capacity) > 0 ? 'held' : 'fully_booked';

/** The state of a slot in a situation. */
export function stateOf(slot: Slot, enabled: boolean, situation: Situation): SlotState {
  const reason = bookingReason(slot.start, enabled, situation);
  if (reason) return { slot, places: 0, reason };
  const places = placesLeft(situation.occupancy.seats(slot.cells.from, slot.cells.until), slot.capacity);
  return { slot, places, reason: places > 0 ? null : fullReason(slot.cells, slot.capacity, situation.occupancy) };
}
