/** Whether the two people of a visit are there, and since when somebody missing counts as late or as a no-show. */
import type { Alarm, Alarms } from './alarms.ts';
import type { Attendance, AttendanceStatus } from './protocol.ts';

type Side = keyof Attendance;

export interface AttendanceOptions {
  /** ms since 1970 */
  scheduledStart: number;
  lateMs: number;
  noShowMs: number;
  /** Who had been there before this room was opened. */
  seen: readonly Side[];
  alarms: Pick<Alarms, 'after'>;
  /** A boundary passed while somebody was missing. */
  onChange: () => void;
}

export interface AttendanceBook {
  view(): Attendance;
  /** Says who is there now, in the room or waiting in the lobby. @returns true when the view changed */
  update(present: Record<Side, boolean>): boolean;
  /** Who was there at any time. */
  seen(): Side[];
  close(): void;
}

const SIDES: readonly Side[] = ['practitioner', 'patient'];

/** Keeps attendance; sets an alarm only while somebody is missing and a boundary lies ahead. */
export function createAttendance({ scheduledStart, lateMs, noShowMs, seen: before, alarms, onChange }: AttendanceOptions): AttendanceBook {
  const seen = new Set(before);
  const lateAt = scheduledStart + lateMs;
  const noShowAt = scheduledStart + noShowMs;
  let present: Record<Side, boolean> = { practitioner: false, patient: false };
  let alarm: Alarm | undefined;

  const status = (side: Side, now: number): AttendanceStatus => {
    if (present[side]) return 'present';
    if (seen.has(side)) return 'left';
    if (now >= noShowAt) return 'no-show';
    return now >= lateAt ? 'late' : 'expected';
  };
  const view = (): Attendance => {
    const now = Date.now();
    return { practitioner: status('practitioner', now), patient: status('patient', now) };
  };
  const arm = (): void => {
    alarm?.cancel();
    const now = Date.now();
    const awaited = SIDES.some((side) => !present[side] && !seen.has(side));
    const next = [lateAt, noShowAt].filter((boundary) => boundary > now).sort((a, b) => a - b)[0];
    // With nobody at all in the room there is nobody to show it to.
    if (!awaited || next === undefined || !SIDES.some((side) => present[side])) return;
    alarm = alarms.after(next - now, () => {
      arm();
      onChange();
    });
  };

  return {
    view,
    update(now) {
      const earlier = JSON.stringify(view());
      present = now;
      for (const side of SIDES) if (now[side]) seen.add(side);
      arm();
      return JSON.stringify(view()) !== earlier;
    },
    seen: () => [...seen],
    close: () => alarm?.cancel(),
  };
}
