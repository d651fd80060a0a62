/**
 * What holidays, leave and changed days do to appointments that are booked (SCH-07): each is moved to the next free time that is
 * like it, or else called off and paid back. A job after the change does it, one appointment at a time and each in a transaction of
 * its own; run again, it finds nothing left to do.
 */
import { takenOf } from '#src/appointments/taken.ts';
import { ApiError } from '#src/errors.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import type { Calendar } from '#src/scheduling/calendar.ts';
import { daysAround } from '#src/scheduling/day-slots.ts';
import { type Booked, displacementOf, planMoves, searchRange } from '#src/scheduling/displacement.ts';
import { DAY } from '#src/scheduling/wall-time.ts';
import { windowsOn } from '#src/scheduling/windows.ts';
import type { SchedulingParts } from './parts.ts';
import type { AffectedAppointment } from './ports.ts';

/** Payload of the topic `schedule.displace`: hours have changed in this period (ISO 8601). */
export interface DisplaceOrder {
  /** Null: of everybody. */
  practitionerId: string | null;
  from: string;
  until: string;
}

export interface Displacing {
  displace(order: DisplaceOrder): Promise<void>;
}

/** A booking that had looked at the old hours may commit after the change: they are looked at once more, after so long (ms). */
const AGAIN_MS = 10_000;
/** Somebody else may take a place that was free a moment ago. */
const TRIES = 3;

/**
 * Has appointments looked at that a change may push aside. Inside the transaction of the change.
 * @param period dates, or instants
 */
export async function planDisplacing(
  { outbox }: { outbox: Pick<Outbox, 'append'> },
  practitionerId: string | null,
  period: { from: string | Date; until: string | Date },
  requestId: string,
): Promise<void> {
  // A date lies within two days in whatever zone it is.
  const from = typeof period.from === 'string' ? new Date(Date.parse(period.from) - DAY) : period.from;
  const until = typeof period.until === 'string' ? new Date(Date.parse(period.until) + 2 * DAY) : period.until;
  const order = { practitionerId, from: from.toISOString(), until: until.toISOString() };
  const aggregate = `schedule:${practitionerId ?? 'all'}`;
  await outbox.append('schedule.displace', order, { aggregate, requestId });
  await outbox.append('schedule.displace', order, { aggregate, requestId, runAt: new Date(Date.now() + AGAIN_MS) });
}

export function createDisplacing(parts: SchedulingParts): Displacing {
  const { database, outbox, appointments, schedules } = parts;

  async function displaceOf(practitionerId: string, from: Date, until: Date): Promise<void> {
    const calendar = await schedules.calendarOf(practitionerId);
    for (const appointment of await appointments.list(practitionerId, from, until)) {
      if (appointment.start <= Date.now()) continue;
      const booked = { ...appointment, group: isGroup(calendar, appointment) };
      const why = displacementOf(calendar, booked);
      if (why) await settle(parts, { practitionerId, calendar, booked, confirmed: appointment.confirmed }, why.code);
    }
  }

  return {
    async displace({ practitionerId, from, until }) {
      const period = [new Date(from), new Date(until)] as const;
      if (practitionerId !== null) return displaceOf(practitionerId, ...period);
      const affected = await appointments.practitionersWith(...period);
      await database.transaction(async () => {
        for (const id of affected) {
          await outbox.append('schedule.displace', { practitionerId: id, from, until }, { aggregate: `schedule:${id}` });
        }
      });
    },
  };
}

interface Displaced {
  practitionerId: string;
  calendar: Calendar;
  booked: Booked;
  confirmed: boolean;
}

async function settle(parts: SchedulingParts, displaced: Displaced, reason: string): Promise<void> {
  const { appointments } = parts;
  const { id } = displaced.booked;
  for (let tries = 0; displaced.confirmed && tries < TRIES; tries++) {
    const startsAt = await nextPlace(parts, displaced);
    if (!startsAt) break;
    const refusal = await refusalOf(() => appointments.move(id, startsAt, reason));
    if (refusal === null || isOver(refusal)) return;
  }
  await refusalOf(() => appointments.cancel(id, reason));
}

const isOver = (code: string): boolean => code === 'wrong_state' || code === 'not_found';

/** Code with which something was refused; null: it was done. Faults are thrown on, so that the job runs again. */
async function refusalOf(work: () => Promise<void>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof ApiError) return error.code;
    throw error;
  }
}

async function nextPlace(parts: SchedulingParts, { practitionerId, calendar, booked }: Displaced): Promise<Date | null> {
  const { database, appointments, schedules, settings } = parts;
  const horizon = { now: Date.now(), withinDays: settings.get('appointments.moveWithinDays') };
  const range = searchRange([booked], horizon);
  const occupancy = await takenOf(database, practitionerId, range);
  const [from, until] = [booked.start - DAY, Math.max(horizon.now, booked.start) + (horizon.withinDays + 2) * DAY];
  const busy = await appointments.busy(booked.patientId, new Date(from), new Date(until), booked.id);
  const options = { ...horizon, limits: schedules.limits(), occupancy, busy: new Map([[booked.patientId, busy]]) };
  const [plan] = planMoves(calendar, [booked], options);
  return plan?.to ? new Date(plan.to.slot.start) : null;
}

/** Whether an appointment is in hours that have several places for each slot. */
function isGroup({ rules }: Calendar, { start, end, seat }: AffectedAppointment): boolean {
  const windows = daysAround(start, end).flatMap((day) => windowsOn(rules, day));
  const around = windows.filter((window) => window.start <= start && end <= window.end);
  return around.length > 0 ? around.some(({ rule }) => rule.capacity > 1) : seat > 0;
}
