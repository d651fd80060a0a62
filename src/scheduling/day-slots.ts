/**
 * Cuts hours into slots. What happens when the clocks change:
 * a slot of which any part lies in an hour that is skipped is left out; a slot in an hour that is repeated is offered once,
 * the first time. A slot lasts as long as it says in real time, so slots of one clock cannot overlap.
 */
import { CELL, CELL_MINUTES } from './cells.ts';
import type { RuleSet } from './rules.ts';
import { DAY, MINUTE } from './wall-time.ts';
import { type Closure, holidaysOn, touching, type Window, windowsOn } from './windows.ts';
import { instantsOf, transitionsBetween } from './zones.ts';

/** A start that the hours give. `openUntil` is the instant up to which somebody is there from it on. */
export interface Start {
  window: Window;
  /** ms since 1970, on the grid */
  start: number;
  openUntil: number;
}

/** First instant in a period of a window at which it ends, is closed, or the clock skips ahead. */
function openUntil(window: Window, start: number, closures: readonly Closure[], skips: readonly number[]): number {
  let until = window.end;
  for (const closure of closures) if (closure.until > start) until = Math.min(until, Math.max(closure.from, start));
  for (const at of skips) if (at > start) until = Math.min(until, at);
  return until;
}

/** Instants inside a window at which the clock jumps ahead. */
const skipsOf = ({ rule, start, end }: Window): number[] =>
  transitionsBetween(rule.zone, start, end).flatMap(({ at, before, after }) => (after > before ? [at] : []));

/** First instant of a wall time of this window. On most days the offset stays what it is at the start. */
function clockOf({ rule, startWall, start, end }: Window): (wall: number) => number | undefined {
  const steady = transitionsBetween(rule.zone, start - 2 * DAY, end + 2 * DAY).length === 0;
  return (wall) => (steady ? wall - startWall + start : instantsOf(rule.zone, wall)[0]);
}

/** The starts of a window in order, closed ones too; those that the clock skips are left out. */
function startsOf(window: Window, closures: readonly Closure[]): Start[] {
  const { rule, startWall, endWall } = window;
  const near = touching(closures, window.start, window.end);
  const skips = skipsOf(window);
  const starts: Start[] = [];
  const instants = clockOf(window);
  const step = (rule.slotMinutes + rule.gapMinutes) * MINUTE;
  for (let wall = startWall; wall + rule.slotMinutes * MINUTE <= endWall; wall += step) {
    const start = instants(wall);
    if (start === undefined || start % CELL !== 0) continue;
    starts.push({ window, start, openUntil: openUntil(window, start, near, skips) });
  }
  return starts;
}

/** All starts of the hours that begin on one date. @param common what `commonClosures()` answered */
export const startsOn = (rules: RuleSet, common: readonly Closure[], day: number): Start[] =>
  windowsOn(rules, day).flatMap((window) => startsOf(window, [...common, ...holidaysOn(rules, window)]));

/**
 * Dates on which hours may begin that have a start in this period of instants, in whatever zone they are.
 * A clock is at most 12 h behind UTC and 14 h ahead, and hours last at most a day.
 */
export function daysAround(from: number, until: number): number[] {
  const first = Math.floor((from - DAY / 2) / DAY) - 1;
  const last = Math.floor((until + (14 * DAY) / 24) / DAY);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** A start with the length that is asked for: where it ends and which cells it takes, or undefined when it does not fit. */
export function fit({ window, start, openUntil: until }: Start, minutes: number): { end: number; from: number; until: number } | undefined {
  const end = start + minutes * MINUTE;
  if (end > until) return undefined;
  // The pause ends with the hours: nobody rests from a day that is over.
  const busyUntil = Math.min(end + window.rule.gapMinutes * MINUTE, until);
  return { end, from: start / CELL, until: Math.ceil(busyUntil / CELL) };
}

/** @throws {RangeError} not a length that can be booked: whole cells, up to a day */
export function checkLength(minutes: number): void {
  if (!Number.isInteger(minutes / CELL_MINUTES) || minutes <= 0 || minutes > 1440) throw new RangeError(`Not a length: ${minutes} minutes`);
}
