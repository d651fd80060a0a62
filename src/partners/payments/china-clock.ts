/** Times as Chinese partners write them: eight hours ahead of UTC, all year. */
const AHEAD_MS = 8 * 3_600_000;

/** `2026-03-01 09:30:00`. */
export const chinaText = (date: Date): string => new Date(date.getTime() + AHEAD_MS).toISOString().slice(0, 19).replace('T', ' ');

/** @param text digits of year to second, with anything between them; an invalid date for anything else */
export function chinaDigits(text: string): Date {
  const [, ...parts] = /^(\d{4})\D?(\d\d)\D?(\d\d)\D?(\d\d)\D?(\d\d)\D?(\d\d)$/.exec(text) ?? [];
  const [year, month, day, hour, minute, second] = parts;
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`);
}
