/**
 * Offsets of time zones, from luxon (so the page, mail, calendar file and jobs share one version of the zone data), kept
 * as a short list of transitions per zone and year: asking luxon for each slot would cost microseconds a slot.
 *
 * A "wall" here is a wall time in ms: what the clock shows, counted as if it were UTC.
 */
import { IANAZone } from 'luxon';
import { DAY, MINUTE } from './wall-time.ts';

/** The offset changes at the instant `at` (ms since 1970). Offsets are ms east of UTC. */
export interface Transition {
  at: number;
  before: number;
  after: number;
}

interface Year {
  /** offset at its first instant */
  offset: number;
  transitions: Transition[];
}

/** Before 1972 some zones were not whole minutes away from UTC; nobody books beyond 2200. */
const FIRST_YEAR = 1972;
const LAST_YEAR = 2200;
const tables = new Map<string, Map<number, Year>>();

const canonical = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC']);
/** Other names of zones, as `Asia/Kolkata`. Intl ignores case; one spelling each keeps the caches by name small. */
const ALIAS = /^[A-Z][a-z]+(?:\/[A-Z][a-z]+(?:[_-](?:[A-Z][a-z]+|of|au|es))*){1,2}$/;
const aliases = new Set<string>();

/** Whether this is the name of an IANA zone, in its usual spelling (`Europe/Berlin`). */
export function isZone(name: string): boolean {
  if (canonical.has(name) || aliases.has(name)) return true;
  if (!ALIAS.test(name) || !IANAZone.isValidZone(name)) return false;
  aliases.add(name);
  return true;
}

const ask = (zone: string, instant: number): number => Math.round(IANAZone.create(zone).offset(instant) * MINUTE);

/** The instant between two others at which the offset changes. */
function locate(zone: string, from: number, until: number): Transition {
  const before = ask(zone, from);
  let [low, high] = [from, until];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (ask(zone, middle) === before) low = middle;
    else high = middle;
  }
  return { at: high, before, after: ask(zone, high) };
}

/** A zone changes at most once a day, so days with the same offset at both ends have no transition. */
function buildYear(zone: string, year: number): Year {
  const transitions: Transition[] = [];
  const offset = ask(zone, Date.UTC(year));
  let before = offset;
  for (let at = Date.UTC(year); at < Date.UTC(year + 1); at += DAY) {
    const after = ask(zone, at + DAY);
    if (after !== before) transitions.push(locate(zone, at, at + DAY));
    before = after;
  }
  return { offset, transitions };
}

function yearOf(zone: string, year: number): Year {
  if (!(year >= FIRST_YEAR && year <= LAST_YEAR)) throw new RangeError(`The calendar knows ${FIRST_YEAR} to ${LAST_YEAR}, not ${year}`);
  let years = tables.get(zone);
  if (!years) {
    if (!isZone(zone)) throw new RangeError(`Not a time zone: ${zone}`);
    tables.set(zone, (years = new Map()));
  }
  let table = years.get(year);
  if (!table) years.set(year, (table = buildYear(zone, year)));
  return table;
}

const yearAt = (instant: number): number => new Date(instant).getUTCFullYear();

/** ms east of UTC that the zone is at an instant. @throws {RangeError} unknown zone, or a year outside 1972 to 2200 */
export function offsetAt(zone: string, instant: number): number {
  const { offset, transitions } = yearOf(zone, yearAt(instant));
  return transitions.findLast(({ at }) => at <= instant)?.after ?? offset;
}

/** Transitions with `from` < at < `until`, in order. */
export function transitionsBetween(zone: string, from: number, until: number): Transition[] {
  const found: Transition[] = [];
  for (let year = yearAt(from); year <= yearAt(until); year++) {
    for (const transition of yearOf(zone, year).transitions) {
      if (transition.at > from && transition.at < until) found.push(transition);
    }
  }
  return found;
}

/**
 * The instants at which the clock of a zone shows this wall time: none where a transition skips it, two (in order) where
 * one repeats it.
 */
export function instantsOf(zone: string, wall: number): number[] {
  const [before, after] = [offsetAt(zone, wall - DAY), offsetAt(zone, wall + DAY)];
  const offsets = before === after ? [before] : [before, after];
  return offsets
    .map((offset) => wall - offset)
    .filter((instant, index) => offsetAt(zone, instant) === offsets[index])
    .toSorted((a, b) => a - b);
}

/**
 * The instant at which a period that is bounded by a wall time begins or ends: the first or last of two, and the transition
 * itself where the wall time is skipped.
 */
export function edgeOf(zone: string, wall: number, side: 'first' | 'last'): number {
  const instants = instantsOf(zone, wall);
  const instant = side === 'first' ? instants[0] : instants.at(-1);
  return instant ?? transitionsBetween(zone, wall - DAY, wall + DAY)[0]?.at ?? wall - offsetAt(zone, wall);
}

/** The wall time that a zone's clock shows at an instant. */
export const wallAt = (zone: string, instant: number): number => instant + offsetAt(zone, instant);
