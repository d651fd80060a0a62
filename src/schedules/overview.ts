/** A practitioner's schedule with its figures (SCH-03), and single slots that are closed and opened again (SCH-01). */
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { takenOf } from '#src/appointments/taken.ts';
import { ApiError } from '#src/errors.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { Calendar } from '#src/scheduling/calendar.ts';
import { type Occupancy, placesLeft } from '#src/scheduling/cells.ts';
import type { Slot } from '#src/scheduling/slot-state.ts';
import { DAY, dayOf, timeOf } from '#src/scheduling/wall-time.ts';
import { type Closure, touching } from '#src/scheduling/windows.ts';
import { edgeOf, wallAt } from '#src/scheduling/zones.ts';
import { keptBy } from './access.ts';
import { changeHours } from './changing.ts';
import { dateAt, type SchedulingParts } from './parts.ts';
import type { Current } from './reader.ts';
import type * as schemas from './slot-schemas.ts';
import { inRange } from './slots.ts';

type Schedule = z.infer<typeof schemas.schedule>;
type Day = Schedule['days'][number];
type Figures = Schedule['totals'];
type SlotState = z.infer<typeof schemas.slotStateView>;

/** Methods throw `ApiError` `not_found`, `forbidden`. */
export interface Overview {
  /** @throws {ApiError} `invalid_request` for a bad range */
  schedule(caller: Caller, practitionerId: string, query: z.infer<typeof schemas.scheduleQuery>): Promise<Schedule>;
  /** An appointment in a slot that is closed is moved or called off afterwards. @throws {ApiError} `not_found` where no slot begins */
  setSlot(caller: Caller, practitionerId: string, input: z.infer<typeof schemas.slotState>): Promise<SlotState>;
}

export function createOverview(parts: SchedulingParts): Overview {
  const { database, practitioners, schedules } = parts;

  async function currentOf(caller: Caller, practitionerId: string): Promise<Current> {
    await keptBy(practitioners, caller, practitionerId);
    const current = await schedules.current(practitionerId);
    if (!current) throw new ApiError('not_found');
    return current;
  }

  /** The slot that begins at an instant, with what is taken of it. */
  async function slotAt(calendar: Calendar, practitionerId: string, at: number): Promise<{ slot: Slot; booked: boolean } | undefined> {
    const date = dateAt(calendar.zone, at);
    const occupancy = await takenOf(database, practitionerId, calendar.claimRange(date, date));
    const slot = slotsOf(calendar, date, date, occupancy).find(({ start }) => start === at);
    return slot && { slot, booked: stateOf(slot, occupancy) === 'booked' };
  }

  return {
    schedule: async (caller, practitionerId, query) => scheduleOf(parts, await currentOf(caller, practitionerId), query),

    async setSlot(caller, practitionerId, { startsAt, state, note }) {
      const at = Date.parse(startsAt);
      const { calendar } = await currentOf(caller, practitionerId);
      const found = await slotAt(calendar, practitionerId, at);
      const shut = calendar.closures.filter(({ code, from }) => code === 'closed_day' && from === at).map(({ ruleId }) => ruleId);
      if (!found && shut.length === 0) throw new ApiError('not_found');
      if (state === 'closed' && found) await close(parts, caller, practitionerId, { slot: found.slot, zone: calendar.zone, note });
      if (state === 'closed') return { startsAt, state };
      if (shut.length > 0) await open(parts, caller, practitionerId, shut);
      const { calendar: now } = await currentOf(caller, practitionerId);
      const after = await slotAt(now, practitionerId, at);
      return { startsAt, state: after ? (after.booked ? 'booked' : 'open') : 'closed' };
    },
  };
}

async function scheduleOf(
  parts: SchedulingParts,
  { calendar, state }: Current,
  { from, until }: { from: string; until: string },
): Promise<Schedule> {
  const { zone } = calendar;
  const occupancy = await takenOf(
    parts.database,
    state.id,
    inRange('query.until', () => calendar.claimRange(from, until)),
  );
  const days = new Map<string, Day>();
  const dayIn = (date: string): Day => {
    const day = days.get(date) ?? { date, offered: 0, booked: 0, used: 0, cancelled: 0, slots: [] };
    days.set(date, day);
    return day;
  };
  for (const slot of slotsOf(calendar, from, until, occupancy)) {
    const day = dayIn(slot.date);
    day.offered += slot.capacity;
    day.slots.push(slotView(slot, occupancy));
  }
  const [first, end] = [edgeOf(zone, dayOf(from) * DAY, 'first'), edgeOf(zone, (dayOf(until) + 1) * DAY, 'first')];
  for (const { startsAt, status } of await parts.appointments.starts(state.id, new Date(first), new Date(end))) {
    count(dayIn(dateAt(zone, startsAt.getTime())), status);
  }
  const sorted = [...days.values()].toSorted((a, b) => (a.date < b.date ? -1 : 1));
  const closures = closuresOf(calendar, first, end).map(({ code, ruleId, ...period }) => ({
    ...{ code, ruleId, from: new Date(period.from).toISOString(), until: new Date(period.until).toISOString() },
  }));
  return { practitionerId: state.id, zone, version: state.version, totals: totalOf(sorted), days: sorted, closures };
}

/** All slots, also those that nobody can book any more. */
const slotsOf = (calendar: Calendar, from: string, until: string, occupancy: Occupancy): Slot[] =>
  calendar.slots({ from, until, now: 0, limits: { leadMinutes: 0, horizonDays: 0 }, occupancy }).map(({ slot }) => slot);

function stateOf({ cells, capacity }: Slot, occupancy: Occupancy): 'open' | 'held' | 'booked' {
  if (placesLeft(occupancy.seats(cells.from, cells.until), capacity) > 0) return 'open';
  return placesLeft(occupancy.booked(cells.from, cells.until), capacity) > 0 ? 'held' : 'booked';
}

function slotView(slot: Slot, occupancy: Occupancy): Day['slots'][number] {
  const { time, startsAt, endsAt, ruleId, serviceType, capacity, cells } = slot;
  const taken = capacity - placesLeft(occupancy.seats(cells.from, cells.until), capacity);
  return { time, startsAt, endsAt, ruleId, serviceType, capacity, taken, state: stateOf(slot, occupancy) };
}

function count(figures: Figures, status: string): void {
  if (status === 'cancelled') figures.cancelled++;
  if (['confirmed', 'in_progress', 'completed'].includes(status)) figures.booked++;
  if (['in_progress', 'completed'].includes(status)) figures.used++;
}

function totalOf(days: readonly Figures[]): Figures {
  const sum = (name: keyof Figures) => days.reduce((total, day) => total + day[name], 0);
  return { offered: sum('offered'), booked: sum('booked'), used: sum('used'), cancelled: sum('cancelled') };
}

/** Everything that closes a period, holidays as days of the calendar's zone. */
function closuresOf({ rules, closures, zone }: Calendar, first: number, end: number): Closure[] {
  const holidays = rules.holidays.map(({ id, from, until }): Closure => ({
    ...{ code: 'holiday', ruleId: id, from: edgeOf(zone, dayOf(from) * DAY, 'first') },
    until: edgeOf(zone, (dayOf(until) + 1) * DAY, 'first'),
  }));
  return touching([...closures, ...holidays], first, end).toSorted((a, b) => a.from - b.from);
}

async function close(
  parts: SchedulingParts,
  caller: Caller,
  practitionerId: string,
  { slot, zone, note }: { slot: Slot; zone: string; note: string | null },
): Promise<void> {
  const [startTime = null, endTime = null] = [slot.start, slot.end].map((instant) => timeOf(wallAt(zone, instant)));
  // The same time a day later means the whole day.
  const times = startTime === endTime ? { startTime: null, endTime: null } : { startTime, endTime };
  const none = { slotMinutes: null, gapMinutes: null, capacity: null, serviceType: null, despiteHoliday: false };
  const row = { id: uuid(), practitionerId, kind: 'closed' as const, date: slot.date, zone, ...times, ...none, note };
  const write = async () => {
    await parts.database.models.workAdjustments.create(row);
    return [slot.date];
  };
  await changeHours(parts, caller, practitionerId, { write });
}

async function open(parts: SchedulingParts, caller: Caller, practitionerId: string, ids: readonly string[]): Promise<void> {
  const write = async () => {
    await parts.database.models.workAdjustments.destroy({ where: { practitionerId, id: [...ids] } });
    return [];
  };
  await changeHours(parts, caller, practitionerId, { write });
}
