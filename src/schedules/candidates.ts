/** Many practitioners' slots at once: who could be free at all, with their calendars and what is taken. */
import { QueryTypes } from 'sequelize';
import { takenOfMany } from '#src/appointments/taken.ts';
import type { Database } from '#src/database/database.ts';
import type { Calendar } from '#src/scheduling/calendar.ts';
import type { CellRange, Occupancy } from '#src/scheduling/cells.ts';
import type { SlotState } from '#src/scheduling/slot-state.ts';
import { DAY, dateOf, dayOf } from '#src/scheduling/wall-time.ts';
import type { SchedulingParts } from './parts.ts';
import type { Wanted } from './slots.ts';

export interface Asked extends Wanted {
  /** Dates of the calendar's zone, at most 62. */
  from: string;
  until: string;
  departmentId?: string | undefined;
  practitionerId?: string | undefined;
}

export interface Found {
  practitionerId: string;
  name: string;
  departmentId: string | null;
  /** In order of time. */
  slots: SlotState[];
  /** Pieces of time that are taken in these dates: about as many as appointments. */
  booked: number;
}

/** Practitioners that are looked at in one answer, and together. */
const MOST = 2_000;
const TOGETHER = 100;

interface Who {
  id: string;
  name: string;
  departmentId: string | null;
}

/** Those that can be booked and have hours in these dates, whichever day of the week. */
async function whoWorks({ sequelize }: Database, asked: Asked, after: string): Promise<Who[]> {
  const { from, until, departmentId, practitionerId, serviceType } = asked;
  const serves = (table: string) =>
    serviceType === undefined ? '' : `AND (${table}.service_type IS NULL OR ${table}.service_type = :serviceType)`;
  const sql = `SELECT p.id, p.name, p.department_id AS departmentId FROM practitioners p LEFT JOIN departments d ON d.id = p.department_id
    WHERE p.id > :after AND p.enabled = 1 AND p.review_state = 'approved' AND (d.id IS NULL OR d.enabled = 1)
      ${departmentId === undefined ? '' : 'AND p.department_id = :departmentId'} ${practitionerId === undefined ? '' : 'AND p.id = :practitionerId'}
      AND (EXISTS (SELECT 1 FROM work_rules r WHERE r.practitioner_id = p.id AND (r.valid_from IS NULL OR r.valid_from <= :until)
          AND (r.valid_until IS NULL OR r.valid_until >= :from) ${serves('r')})
        OR EXISTS (SELECT 1 FROM work_adjustments a WHERE a.practitioner_id = p.id AND a.kind <> 'closed'
          AND a.date >= :from AND a.date <= :until ${serves('a')}))
    ORDER BY p.id LIMIT ${TOGETHER}`;
  // Hours of other zones begin on the date before or after.
  const wide = { from: dateOf(dayOf(from) - 2), until: dateOf(dayOf(until) + 2) };
  const replacements = { after, departmentId, practitionerId, serviceType, ...wide };
  return sequelize.query<Who>(sql, { type: QueryTypes.SELECT, replacements });
}

/** Slots of everybody who has some, a hundred people at a time. @throws {RangeError} dates */
export async function* candidates(parts: Pick<SchedulingParts, 'database' | 'schedules'>, asked: Asked): AsyncGenerator<Found[]> {
  const { database, schedules } = parts;
  let after = '';
  for (let seen = 0; seen < MOST; seen += TOGETHER) {
    const people = await whoWorks(database, asked, after);
    const current = await schedules.currentOf(people.map(({ id }) => id));
    const calendars = new Map(current.map(({ state, calendar }) => [state.id, calendar]));
    const range = rangeOf([...calendars.values()], asked);
    const taken = range ? await takenOfMany(database, [...calendars.keys()], range) : new Map<string, Occupancy>();
    yield people.flatMap((who) => {
      const [calendar, occupancy] = [calendars.get(who.id), taken.get(who.id)];
      if (!calendar || !occupancy) return [];
      return foundOf(parts, who, calendar, occupancy, asked);
    });
    if (people.length < TOGETHER) return;
    after = people.at(-1)?.id ?? '';
  }
}

/** All calendars are of the clinic's zone, so one range of cells does for all. */
const rangeOf = ([first]: Calendar[], { from, until }: Asked): CellRange | undefined => first?.claimRange(from, until);

function foundOf(
  { schedules }: Pick<SchedulingParts, 'schedules'>,
  { id, name, departmentId }: Who,
  calendar: Calendar,
  occupancy: Occupancy,
  { from, until, minutes, serviceType }: Asked,
): Found[] {
  const situation = { now: Date.now(), limits: schedules.limits(), occupancy };
  const slots = calendar.slots({ ...situation, from, until, minutes, serviceType });
  return slots.length > 0 ? [{ practitionerId: id, name, departmentId, slots, booked: occupancy.claims.length }] : [];
}

/** Dates that a period of instants may lie on, whatever the zone. */
export function datesAround(from: Date, until: Date): { from: string; until: string } {
  const date = (instant: number) => dateOf(Math.floor(instant / DAY));
  return { from: date(from.getTime() - DAY), until: date(until.getTime() + DAY) };
}
