/** Times in words, in a zone and a language. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Further away than this, the date says more than a number of days. */
const FAR_MS = 7 * DAY_MS;

/** Number of a day in a zone; neighbouring days differ by one. */
function dayIn(zone: string, ms: number): number {
  return Date.parse(new Intl.DateTimeFormat('sv', { timeZone: zone }).format(ms)) / DAY_MS;
}

/** "in 2 hours", "tomorrow"; null where it is far away. `lang`: BCP 47 */
export function relativeTime(zone: string, ms: number, now: number, lang: string): string | null {
  const away = ms - now;
  if (Math.abs(away) >= FAR_MS) return null;
  const format = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' });
  if (Math.abs(away) >= DAY_MS) return format.format(dayIn(zone, ms) - dayIn(zone, now), 'day');
  const [unit, length] = Math.abs(away) >= HOUR_MS ? (['hour', HOUR_MS] as const) : (['minute', MINUTE_MS] as const);
  return format.format(Math.trunc(away / length), unit);
}

export type Precision = 'day' | 'minute';

/** Day, and time of day where it is wanted; the year only when it is another one than now. */
export function timeIn(zone: string, ms: number, now: number, lang: string, precision: Precision): string {
  const yearOf = (at: number): string => new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric' }).format(at);
  return new Intl.DateTimeFormat(lang, {
    timeZone: zone,
    ...(yearOf(ms) !== yearOf(now) && { year: 'numeric' }),
    month: 'short',
    day: 'numeric',
    ...(precision === 'minute' ? { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } : {}),
  }).format(ms);
}

/** Whether clocks in both zones show the same at this time. */
export function sameClock(zone: string, other: string, ms: number): boolean {
  const clock = (timeZone: string): string =>
    new Intl.DateTimeFormat('en', { timeZone, dateStyle: 'short', timeStyle: 'long' }).format(ms).replace(/ [^ ]+$/, '');
  return clock(zone) === clock(other);
}

/** Short name of a zone at a time, for example "GMT+8". */
export function zoneName(zone: string, ms: number, lang: string): string {
  const parts = new Intl.DateTimeFormat(lang, { timeZone: zone, timeZoneName: 'short' }).formatToParts(ms);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone;
}
