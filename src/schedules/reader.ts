/** The calendars of practitioners, in the memory of each process for as long as the numbers behind them stay the same. */
import type { ScheduleReader } from '#src/appointments/ports.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { type Calendar, createCalendar } from '#src/scheduling/calendar.ts';
import type { Settings } from '#src/settings/service.ts';
import { keyedCache, watchCache } from '#src/signals/cached.ts';
import type { Signals } from '#src/signals/signals.ts';
import { readRules } from './rule-sets.ts';
import { readStateFast, readStates, type ScheduleState } from './state.ts';

/** A calendar and what it was made for. */
export interface Current {
  /** The same object until the rules change. `enabled` is false in its rules for a practitioner who cannot be booked. */
  calendar: Calendar;
  state: ScheduleState;
}

/** None of these is for a transaction that changes rules: it would keep what may be rolled back. */
export interface Schedules extends ScheduleReader {
  /** Joins an open transaction. @throws {ApiError} `unknown_practitioner` */
  calendarOf(practitionerId: string): Promise<Calendar>;
  /** For hot reads, outside of transactions. Undefined: there is no such practitioner. */
  current(practitionerId: string): Promise<Current | undefined>;
  /** Those of a list that exist, in a few queries together. */
  currentOf(practitionerIds: readonly string[]): Promise<Current[]>;
}

/** Calendars kept: thirty days of twenty slots take 300 kB. The one that was asked for longest ago goes first. */
const KEPT = 250;

export function createScheduleReader(database: Database, settings: Pick<Settings, 'get'>, signals: Pick<Signals, 'on'>): Schedules {
  const kept = new Map<string, { stamp: string; calendar: Promise<Calendar> }>();
  const figures = watchCache(signals, 'calendars', keyedCache(kept));

  const stampOf = ({ version, days, bookable }: ScheduleState): string => `${version} ${days} ${bookable} ${settings.get('clinic.zone')}`;

  async function load({ id, bookable }: ScheduleState, rules: ReturnType<typeof readRules>): Promise<Calendar> {
    const zone = settings.get('clinic.zone');
    return createCalendar({ ...(await rules)(id), enabled: bookable }, zone);
  }

  /** The calendar that is kept, or else a new one, as the last in the order of use. */
  function use(state: ScheduleState, rules: () => ReturnType<typeof readRules>): Promise<Calendar> {
    const { id } = state;
    const stamp = stampOf(state);
    const held = kept.get(id);
    kept.delete(id);
    const entry = held?.stamp === stamp ? held : { stamp, calendar: load(state, rules()) };
    for (const oldest of kept.keys()) if (kept.size >= KEPT) kept.delete(oldest);
    kept.set(id, entry);
    if (entry === held) {
      figures.hits++;
      return held.calendar;
    }
    figures.misses++;
    entry.calendar.catch(() => {
      if (kept.get(id) === entry) kept.delete(id);
    });
    return entry.calendar;
  }

  async function find(states: readonly ScheduleState[]): Promise<Current[]> {
    const missing = states.filter((state) => kept.get(state.id)?.stamp !== stampOf(state)).map(({ id }) => id);
    let reading: ReturnType<typeof readRules> | undefined;
    const rules = () => (reading ??= readRules(database, missing));
    const calendars = states.map((state) => ({ state, calendar: use(state, rules) }));
    return Promise.all(calendars.map(async ({ state, calendar }) => ({ state, calendar: await calendar })));
  }

  return {
    async calendarOf(practitionerId) {
      const [current] = await find(await readStates(database, [practitionerId]));
      if (!current) throw new ApiError('unknown_practitioner');
      return current.calendar;
    },

    async current(practitionerId) {
      const state = await readStateFast(database, practitionerId);
      return state && (await find([state]))[0];
    },

    currentOf: async (practitionerIds) => find(await readStates(database, practitionerIds)),

    limits: () => ({
      leadMinutes: settings.get('appointments.minNoticeMinutes'),
      horizonDays: settings.get('appointments.maxDaysAhead'),
    }),
  };
}
