/**
 * Dates and times as a clock on the wall shows them, without a zone. A date is a number of days since 1970-01-01, a time
 * a number of minutes since midnight: integers, so that the calendar can count with them.
 */

export const MINUTE = 60_000;
export const DAY = 86_400_000;
const DAY_MINUTES = 1440;

/**
 * Days since 1970-01-01 of `YYYY-MM-DD`.
 * @throws {RangeError} not a date of the calendar
 */
export function dayOf(date: string): number {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(date) : Number.NaN;
  const day = time / DAY;
  // Date.parse() refuses a 32nd, but some engines take a 30th of February for the 1st of March.
  if (!Number.isInteger(day) || dateOf(day) !== date) throw new RangeError(`Not a date: ${date}`);
  return day;
}

/** `YYYY-MM-DD` of a number of days since 1970-01-01. */
export const dateOf = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);

/** ISO weekday: 1 is Monday, 7 Sunday. 1970-01-01 was a Thursday. */
export const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1;

/**
 * Minutes since midnight of `HH:mm`, 00:00 to 24:00.
 * @throws {RangeError} not such a time
 */
export function minutesOf(time: string): number {
  const [, hours, minutes] = /^(\d{2}):(\d{2})$/.exec(time) ?? [];
  const total = Number(hours) * 60 + Number(minutes);
  if (!(total <= DAY_MINUTES) || Number(minutes) > 59) throw new RangeError(`Not a time: ${time}`);
  return total;
}

/** `HH:mm` of the wall time that is `wall` ms after 1970-01-01T00:00 on the same clock. */
export function timeOf(wall: number): string {
  const minutes = Math.floor((wall - Math.floor(wall / DAY) * DAY) / MINUTE);
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
