/**
 * What a practitioner's calendar is made of. Rules keep wall time and zone, never instants, so that nine o'clock stays
 * nine o'clock when the clocks change. Dates are `YYYY-MM-DD`, both ends of a range of dates included; instants are ms.
 */
import { CELL_MINUTES, MAX_SEATS } from './cells.ts';
import { minutesOf } from './wall-time.ts';
import { isZone } from './zones.ts';

/** A period of a day that is cut into slots. */
export interface Hours {
  /** `HH:mm`, on the grid */
  start: string;
  /** `HH:mm` up to 24:00; one before `start` is on the next day */
  end: string;
  /** IANA zone */
  zone: string;
  /** length of a slot */
  slotMinutes: number;
  /** pause after each slot; it is taken together with the slot */
  gapMinutes: number;
  /** people a slot has places for */
  capacity: number;
  /** null: for any service */
  serviceType: string | null;
}

export interface WeeklyRule extends Hours {
  id: string;
  /** ISO: 1 is Monday, 7 Sunday */
  weekday: number;
  validFrom: string | null;
  validUntil: string | null;
}

/** Hours of one date: besides the weekly ones, or in their place. */
export interface SpecialHours extends Hours {
  id: string;
  kind: 'extra' | 'replaced';
  date: string;
  /** These hours are open on a holiday too. */
  despiteHoliday: boolean;
}

/** Closed on one date, whatever else says open: from `start` (null: 00:00) to `end` (null: 24:00). */
export interface ClosedHours {
  id: string;
  kind: 'closed';
  date: string;
  zone: string;
  start: string | null;
  end: string | null;
}

/** A temporary change of one day. */
export type Adjustment = SpecialHours | ClosedHours;

/** Days on which the clinic is closed, as dates of the zone of each practitioner's hours. */
export interface Holiday {
  id: string;
  name: string;
  from: string;
  until: string;
}

/** Approved leave, from an instant up to another. */
export interface Leave {
  id: string;
  from: number;
  until: number;
}

/** All that decides when a practitioner is there. What is booked is not part of it. */
export interface RuleSet {
  /** false: disabled or not approved, takes no bookings */
  enabled: boolean;
  weekly: readonly WeeklyRule[];
  adjustments: readonly Adjustment[];
  holidays: readonly Holiday[];
  leaves: readonly Leave[];
}

/** Stable names of what is wrong with hours. */
export type HoursFault = 'bad_time' | 'bad_zone' | 'off_grid' | 'no_slot_fits' | 'bad_length' | 'bad_gap' | 'bad_capacity';

const DAY_MINUTES = 1440;

function timesOf(hours: Pick<Hours, 'start' | 'end'>): { start: number; end: number } | undefined {
  try {
    const [start, end] = [minutesOf(hours.start), minutesOf(hours.end)];
    return { start, end: end < start ? end + DAY_MINUTES : end };
  } catch {
    return undefined;
  }
}

const onGrid = (minutes: number): boolean => minutes % CELL_MINUTES === 0;
const between = (value: number, low: number, high: number): boolean => Number.isInteger(value) && value >= low && value <= high;

/** What is wrong with hours, empty when nothing is. The calendar refuses hours with a fault. */
export function faultsOf(hours: Hours): HoursFault[] {
  const times = timesOf(hours);
  const { slotMinutes, gapMinutes } = hours;
  const faults: [HoursFault, boolean][] = [
    ['bad_time', !times || times.start >= DAY_MINUTES],
    ['bad_zone', !isZone(hours.zone)],
    ['bad_length', !between(slotMinutes, CELL_MINUTES, DAY_MINUTES)],
    ['bad_gap', !between(gapMinutes, 0, DAY_MINUTES)],
    ['bad_capacity', !between(hours.capacity, 1, MAX_SEATS)],
    ['off_grid', Boolean(times) && ![times?.start ?? 0, times?.end ?? 0, slotMinutes, gapMinutes].every(onGrid)],
    ['no_slot_fits', Boolean(times) && (times?.start ?? 0) + slotMinutes > (times?.end ?? 0)],
  ];
  return faults.flatMap(([fault, found]) => (found ? [fault] : []));
}

/** The same for closed hours. They may begin and end at any minute, but not at the same one. */
export function closedFaults({ zone, start, end }: Pick<ClosedHours, 'zone' | 'start' | 'end'>): HoursFault[] {
  const times = timesOf({ start: start ?? '00:00', end: end ?? '24:00' });
  const faults: HoursFault[] = !times || times.start === times.end ? ['bad_time'] : [];
  return isZone(zone) ? faults : [...faults, 'bad_zone'];
}
