/** Time zone of the clinic, and what time it is. */
import { createStore } from '../store.ts';
import { useStore } from '../use-store.ts';

/** IANA name. The business day is the clinic's, wherever somebody reads it. */
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
