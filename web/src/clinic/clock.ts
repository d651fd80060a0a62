/** Time zone of the clinic, and what time it is. */
import { createStore } from '../store.ts';
import { useStore } from '../use-store.ts';

/** IANA name, as the server has it (`home.ts`). The business day is the clinic's, wherever somebody reads it. */
export const clinicZone = createStore('Asia/Shanghai');

const EVERY_MS = 30_000;
const now = createStore(Date.now());
let readers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function watch(watcher: () => void): () => void {
  readers += 1;
  if (readers === 1) {
    now.set(Date.now());
    timer = setInterval(() => now.set(Date.now()), EVERY_MS);
  }
  const unsubscribe = now.subscribe(watcher);
  return () => {
    unsubscribe();
    readers -= 1;
    if (readers === 0) clearInterval(timer);
  };
}

/** Milliseconds since 1970, renewed twice a minute while somebody looks. */
export function useNow(): number {
  return useStore({ ...now, subscribe: watch });
}

/** A time on the clinic's clock as `datetime-local` fields want it: `YYYY-MM-DDTHH:mm`. */
export function toClinicTime(ms: number): string {
  const format = new Intl.DateTimeFormat('sv', { timeZone: clinicZone.get(), dateStyle: 'short', timeStyle: 'short' });
  return format.format(ms).replace(' ', 'T');
}

/** Milliseconds since 1970 of such a time. */
export function inClinicZone(local: string): number {
  // As if it were UTC, moved by what the clinic's clock is ahead then.
  const asUtc = Date.parse(`${local}Z`);
  const ahead = (at: number): number => Date.parse(`${toClinicTime(at)}Z`) - Math.floor(at / 60_000) * 60_000;
  return asUtc - ahead(asUtc - ahead(asUtc));
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;

/** The clinic's midnight at the beginning of a date, UTC. @param later days after it */
function midnight(date: string, later: number): string {
  const day = new Date(Date.parse(date) + later * DAY_MS).toISOString().slice(0, 10);
  return new Date(inClinicZone(`${day}T00:00`)).toISOString();
}

/** The time of the filters `from` and `to`, dates of the clinic, both included, as the API wants it: its end is exclusive. */
export function periodOf({ from = '', to = '' }: Readonly<Record<string, string>>): { from?: string; to?: string } {
  return { ...(DAY.test(from) && { from: midnight(from, 0) }), ...(DAY.test(to) && { to: midnight(to, 1) }) };
}

/** A date with the day of the week in words. @param lang BCP 47 */
export function dateInWords(date: string, lang: string): string {
  return new Intl.DateTimeFormat(lang, { timeZone: 'UTC', month: 'short', day: 'numeric', weekday: 'short' }).format(Date.parse(date));
}
