/** What luxon alone says about wall times: the yardstick for the calendar's own arithmetic. */
import { DateTime } from 'luxon';

/** Instants (ms) of a wall time in a zone, in order; empty where the clock skips it. */
export function instantsByLuxon(zone: string, date: string, minutes: number): number[] {
  const naive = DateTime.fromISO(date, { zone: 'utc' }).plus({ minutes });
  const { year, month, day, hour, minute } = naive;
  const found = DateTime.fromObject({ year, month, day, hour, minute }, { zone });
  if (found.toFormat('yyyy-MM-dd HH:mm') !== naive.toFormat('yyyy-MM-dd HH:mm')) return [];
  return found
    .getPossibleOffsets()
    .map((time) => time.toMillis())
    .toSorted((a, b) => a - b);
}

export interface Change {
  at: number;
  /** minutes by which the clock jumps: positive, ahead */
  jump: number;
}

/** All transitions of a zone in these years, found day by day, then minute by minute. */
export function transitionsByLuxon(zone: string, firstYear: number, lastYear: number): Change[] {
  const offsetOf = (at: number) => DateTime.fromMillis(at, { zone }).offset;
  const changes: Change[] = [];
  let before = offsetOf(Date.UTC(firstYear));
  for (let day = Date.UTC(firstYear); day < Date.UTC(lastYear + 1); day += 86_400_000) {
    const after = offsetOf(day + 86_400_000);
    if (after === before) continue;
    let at = day;
    while (offsetOf(at) === before) at += 60_000;
    changes.push({ at, jump: after - before });
    before = after;
  }
  return changes;
}
