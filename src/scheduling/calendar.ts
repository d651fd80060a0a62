/**
 * The slots of one practitioner. A calendar belongs to one version of the rules: it keeps the days that it has worked out,
 * so that a warm question costs a look at the claims of each slot and nothing else. Rules that changed need a new calendar.
 */
import { type CellRange, cellRangeOf } from './cells.ts';
import { checkLength, daysAround, startsOn } from './day-slots.ts';
import { closedFaults, faultsOf, type RuleSet } from './rules.ts';
import { type Situation, type Slot, type SlotState, slotOf, stateOf } from './slot-state.ts';
import { DAY, dayOf } from './wall-time.ts';
import { type Closure, commonClosures } from './windows.ts';
import { edgeOf, isZone } from './zones.ts';

/** Longest range of dates in one question. */
const MAX_DAYS = 62;
/** What a calendar keeps; past it it starts afresh. */
const KEPT_DAYS = 400;
const KEPT_LENGTHS = 8;

export interface SlotQuery extends Situation {
  /** `YYYY-MM-DD` in the calendar's zone, both included, at most 62 days */
  from: string;
  until: string;
  /** length of the appointment, in whole cells; default: that of each slot. Starts stay those of the rules. */
  minutes?: number | undefined;
  /** only slots for this service or for any */
  serviceType?: string | undefined;
}

export interface Calendar {
  readonly rules: RuleSet;
  /** zone of the dates and wall times */
  readonly zone: string;
  /** closed hours and leaves as instants */
  readonly closures: readonly Closure[];
  /** Slots at which the practitioner is there, in order, and whether they can be booked. @throws {RangeError} bad query */
  slots(query: SlotQuery): SlotState[];
  /** The claims that one has to read for these dates. @throws {RangeError} bad dates */
  claimRange(from: string, until: string): CellRange;
}

/** @throws {RangeError} a rule that the engine cannot work with; `message` names it and its faults */
function check({ weekly, adjustments, holidays, leaves }: RuleSet): void {
  const refuse = (id: string, why: string): never => {
    throw new RangeError(`Rule ${id}: ${why}`);
  };
  for (const { id, ...rule } of [...weekly, ...adjustments]) {
    const faults = 'slotMinutes' in rule ? faultsOf(rule) : closedFaults(rule);
    if (faults.length > 0) refuse(id, faults.join(', '));
  }
  for (const { date } of adjustments) dayOf(date);
  for (const { validFrom, validUntil } of weekly) for (const date of [validFrom, validUntil]) if (date !== null) dayOf(date);
  for (const { from, until } of holidays) [from, until].forEach(dayOf);
  for (const { id, from, until } of leaves) if (!(from < until)) refuse(id, 'ends before it begins');
}

/** Remembers what was worked out for a number. */
function keep<Value>(work: (key: number) => Value, most = KEPT_DAYS): (key: number) => Value {
  const kept = new Map<number, Value>();
  return (key) => {
    let value = kept.get(key);
    if (value === undefined) {
      if (kept.size >= most) kept.clear();
      kept.set(key, (value = work(key)));
    }
    return value;
  };
}

/** Days from one date to another. @throws {RangeError} not dates, out of order or too many */
function daysFrom(from: string, until: string): { first: number; last: number } {
  const [first, last] = [dayOf(from), dayOf(until)];
  if (last < first || last - first >= MAX_DAYS) throw new RangeError(`Not a range of 1 to ${MAX_DAYS} days: ${from} to ${until}`);
  return { first, last };
}

/**
 * @param zone of the dates asked for and of the wall times answered
 * @throws {RangeError} rules that do not pass `faultsOf()`, unknown zones, dates that are none
 */
export function createCalendar(rules: RuleSet, zone: string): Calendar {
  check(rules);
  if (!isZone(zone)) throw new RangeError(`Not a time zone: ${zone}`);
  const closures = commonClosures(rules);
  /** By date of the hours' own zone. */
  const starts = keep((day) => startsOn(rules, closures, day));
  /** By length, then by date of the calendar's zone. */
  const lengths = keep((minutes) => keep((day) => build(day, minutes === 0 ? undefined : minutes)), KEPT_LENGTHS);

  function build(day: number, minutes: number | undefined): Slot[] {
    const [from, until] = [edgeOf(zone, day * DAY, 'first'), edgeOf(zone, (day + 1) * DAY, 'first')];
    return daysAround(from, until)
      .flatMap(starts)
      .filter(({ start }) => start >= from && start < until)
      .toSorted((a, b) => a.start - b.start)
      .flatMap((start) => slotOf(zone, start, minutes) ?? []);
  }

  return {
    rules,
    zone,
    closures,

    slots({ from, until, minutes, serviceType, ...situation }) {
      const { first, last } = daysFrom(from, until);
      if (minutes !== undefined) checkLength(minutes);
      const states: SlotState[] = [];
      const slotsOn = lengths(minutes ?? 0);
      for (let day = first; day <= last; day++) {
        for (const slot of slotsOn(day)) {
          if (serviceType !== undefined && slot.serviceType !== null && slot.serviceType !== serviceType) continue;
          states.push(stateOf(slot, rules.enabled, situation));
        }
      }
      return states;
    },

    claimRange(from, until) {
      const { first, last } = daysFrom(from, until);
      // A slot that begins on the last date may end, with its pause, on the next: at most two days of minutes in all.
      return cellRangeOf(edgeOf(zone, first * DAY, 'first'), edgeOf(zone, (last + 1) * DAY, 'first') + 2 * DAY);
    },
  };
}
