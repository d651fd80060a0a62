/** Describes a time zone inside a calendar file, so that the reader's calendar has the same offsets as ours. */
import { DAY } from './wall-time.ts';
import { offsetAt, transitionsBetween } from './zones.ts';

/** Transitions are listed for this long before and after an event. */
const AROUND = 400 * DAY;

/** `YYYYMMDDTHHMMSS` of a wall time in ms. */
const stamp = (wall: number): string => new Date(wall).toISOString().replace(/[-:]|\.\d+Z$/g, '');

/** `+HHMM` of an offset in ms. */
function signed(offset: number): string {
  const minutes = Math.abs(offset) / 60_000;
  const digits = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join('');
  return (offset < 0 ? '-' : '+') + digits;
}

function observance(kind: 'STANDARD' | 'DAYLIGHT', wall: number, from: number, to: number): string[] {
  return [`BEGIN:${kind}`, `DTSTART:${stamp(wall)}`, `TZOFFSETFROM:${signed(from)}`, `TZOFFSETTO:${signed(to)}`, `END:${kind}`];
}

/**
 * The `VTIMEZONE` component (RFC 5545, 3.6.5) of a zone around an instant in ms. Each transition is written out rather
 * than as a rule: rules of zones change, and the file is about one date.
 */
export function vtimezone(zone: string, around: number): string {
  const [from, until] = [around - AROUND, around + AROUND];
  const transitions = transitionsBetween(zone, from, until);
  const offset = offsetAt(zone, from);
  const standard = Math.min(offset, ...transitions.map(({ after }) => after));
  const kindOf = (value: number) => (value > standard ? 'DAYLIGHT' : 'STANDARD');
  return [
    'BEGIN:VTIMEZONE',
    `TZID:${zone}`,
    ...observance(kindOf(offset), 0, offset, offset),
    ...transitions.flatMap(({ at, before, after }) => observance(kindOf(after), at + before, before, after)),
    'END:VTIMEZONE',
  ].join('\r\n');
}
