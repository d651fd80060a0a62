/** The calendars of practitioners, in the memory of each process for as long as the numbers behind them stay the same. */
import type { ScheduleReader } from '#src/appointments/ports.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { type Calendar, createCalendar } from '#src/scheduling/calendar.ts';
import type { Settings } from '#src/settings/service.ts';
import { readRules } from './rule-sets.ts';
import { readState, readStateFast, type ScheduleState } from './state.ts';

/** A calendar and what it was made for. */
export interface Current {
  /** The same object until the rules change. */
  calendar: Calendar;
  state: ScheduleState;
}

/** Both throw `ApiError` `unknown_practitioner`. */
export interface Schedules extends ScheduleReader {
  /**
   * Joins an open transaction. Not for one that changes rules: it would keep what may be rolled back.
   * `enabled` is false in the rules of a practitioner who cannot be booked.
   */
  calendarOf(practitionerId: string): Promise<Calendar>;
  /** For hot reads, outside of transactions. */
  current(practitionerId: string): Promise<Current>;
}

/** Calendars kept; a busy one takes about a megabyte. The one that was asked for longest ago goes first. */
const KEPT = 300;

export function createScheduleReader(database: Database, settings: Pick<Settings, 'get'>): Schedules {
  const kept = new Map<string, { stamp: string; calendar: Promise<Calendar> }>();

  async function find(practitionerId: string, state: ScheduleState | null): Promise<Current> {
    if (!state) throw new ApiError('unknown_practitioner');
    const zone = settings.get('clinic.zone');
    const stamp = `${state.version} ${state.days} ${state.bookable} ${zone}`;
    let entry = kept.get(practitionerId);
    kept.delete(practitionerId);
    if (entry?.stamp !== stamp) {
      entry = { stamp, calendar: readRules(database, practitionerId, state.bookable).then((rules) => createCalendar(rules, zone)) };
      for (const oldest of kept.keys()) if (kept.size >= KEPT) kept.delete(oldest);
    }
    kept.set(practitionerId, entry);
    try {
      return { calendar: await entry.calendar, state };
    } catch (error) {
      if (kept.get(practitionerId) === entry) kept.delete(practitionerId);
      throw error;
    }
  }

  return {
    calendarOf: async (id) => (await find(id, await readState(database, id))).calendar,
    current: async (id) => find(id, await readStateFast(database, id)),
    limits: () => ({
      leadMinutes: settings.get('appointments.minNoticeMinutes'),
      horizonDays: settings.get('appointments.maxDaysAhead'),
    }),
  };
}
