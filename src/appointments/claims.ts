/**
 * Places as claims in the database: rows (practitioner, cell, seat), of which there can be one each. Reading only proposes a
 * seat; the primary key decides, whatever was read before.
 */
import { Op, UniqueConstraintError } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Calendar } from '#src/scheduling/calendar.ts';
import { type CellRange, cellRangeOf, chooseSeat, type Claim, createOccupancy, type Occupancy } from '#src/scheduling/cells.ts';
import { explain } from '#src/scheduling/explain.ts';
import type { BookingLimits } from '#src/scheduling/slot-state.ts';
import { DAY } from '#src/scheduling/wall-time.ts';
import { noteClaims } from '#src/schedules/state.ts';
import type { AppointmentParts } from './parts.ts';

export interface Place {
  startsAt: Date;
  endsAt: Date;
  /** With the pause behind it. */
  cells: CellRange;
  seat: number;
}

/** What is taken of a practitioner's time. @param except appointment whose own claims do not count, when it moves */
async function readOccupancy({ models }: Database, practitionerId: string, range: CellRange, except?: string): Promise<Occupancy> {
  const rows = await models.appointmentClaims.findAll({
    where: {
      practitionerId,
      cell: { [Op.gte]: range.from, [Op.lt]: range.until },
      ...(except && { appointmentId: { [Op.ne]: except } }),
    },
    order: ['appointmentId', 'seat', 'cell'],
    raw: true,
  });
  return createOccupancy(range, mergeCells(rows));
}

/** Rows of neighbouring cells of one appointment become one claim. */
function mergeCells(rows: readonly { cell: number; seat: number; appointmentId: string; heldUntil: Date | string | null }[]): Claim[] {
  const claims: (Claim & { id: string })[] = [];
  for (const { cell, seat, appointmentId, heldUntil } of rows) {
    const last = claims.at(-1);
    if (last?.id === appointmentId && last.seat === seat && last.until === cell) last.until++;
    else claims.push({ id: appointmentId, seat, from: cell, until: cell + 1, heldUntil: heldUntil ? new Date(heldUntil).getTime() : null });
  }
  return claims;
}

export interface PlaceQuestion {
  practitionerId: string;
  calendar: Calendar;
  limits: BookingLimits;
  startsAt: Date;
  minutes: number;
  serviceType: string;
  /** Appointment that moves. */
  except?: string | undefined;
}

/**
 * A place that is free as far as one can see.
 * @throws {ApiError} `slot_taken` when others have it, `slot_unavailable` with the reasons when nobody can have it
 */
export async function findPlace(database: Database, question: PlaceQuestion): Promise<Place> {
  const { practitionerId, calendar, limits, startsAt, minutes, serviceType, except } = question;
  const start = startsAt.getTime();
  // A day each way: the date in the calendar's zone may be another than in UTC.
  const [from, until] = [dayAround(start, -1), dayAround(start, 1)];
  const occupancy = await readOccupancy(database, practitionerId, calendar.claimRange(from, until), except);
  const situation = { now: Date.now(), limits, occupancy, minutes, serviceType };
  const found = calendar.slots({ ...situation, from, until }).find(({ slot, places }) => slot.start === start && places > 0);
  const seat = found && chooseSeat(occupancy, found.slot.cells, found.slot.capacity);
  if (found && typeof seat === 'number') return { startsAt, endsAt: new Date(found.slot.end), cells: found.slot.cells, seat };
  const { reasons } = explain(calendar, { ...situation, at: start });
  const taken = reasons.every(({ code }) => code === 'held' || code === 'fully_booked');
  throw new ApiError(taken ? 'slot_taken' : 'slot_unavailable', { details: reasons });
}

const dayAround = (time: number, shift: number): string => new Date(time + shift * DAY).toISOString().slice(0, 10);

export interface Claimant {
  appointmentId: string;
  practitionerId: string;
  /** Visit profile, or the user. */
  patientKey: string;
  heldUntil: Date | null;
}

/** Somebody else was faster: with several seats the next one may still be free. */
const TRIES = 5;

/**
 * Claims a place in the open transaction, or the next seat when somebody was faster. Only the claim is tried again: all else that
 * the transaction has written would be there twice, for it may be the part of a larger one that is not undone.
 * @throws {ApiError} `slot_taken`, `patient_busy` when the patient has something else then
 */
export async function claimPlace(parts: ClaimParts, claimant: Claimant, question: PlaceQuestion, proposed: Place): Promise<void> {
  let place = proposed;
  for (let tries = 1; ; tries++) {
    try {
      return await claimSeat(parts, claimant, place);
    } catch (error) {
      const again = error instanceof ApiError && error.code === 'slot_taken' && error.cause !== undefined && tries < TRIES;
      if (!again) throw error;
      place = await findPlace(parts.database, question);
    }
  }
}

type ClaimParts = Pick<AppointmentParts, 'database' | 'tasks'>;

async function claimSeat(
  { database, tasks }: ClaimParts,
  { appointmentId, practitionerId, patientKey, heldUntil }: Claimant,
  place: Place,
): Promise<void> {
  const { models } = database;
  const cells = Array.from({ length: place.cells.until - place.cells.from }, (_, index) => place.cells.from + index);
  const visit = cellRangeOf(place.startsAt.getTime(), place.endsAt.getTime());
  await orTaken('slot_taken', () =>
    models.appointmentClaims.bulkCreate(cells.map((cell) => ({ practitionerId, cell, seat: place.seat, appointmentId, heldUntil }))),
  );
  const own = cells.filter((cell) => cell < visit.until);
  await orTaken('patient_busy', () => models.patientClaims.bulkCreate(own.map((cell) => ({ patientKey, cell, appointmentId }))));
  // From here on no task can be given to the practitioner before the commit: what there is now is all that there is.
  await noteClaims(database, appointmentId);
  if (await tasks.sentAway(practitionerId, visit, appointmentId)) throw new ApiError('slot_taken');
}

async function orTaken(code: 'slot_taken' | 'patient_busy', work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw error instanceof UniqueConstraintError ? new ApiError(code, { cause: error }) : error;
  }
}

/** Gives everything that an appointment holds free. */
export async function freeClaims(database: Database, appointmentId: string): Promise<void> {
  await database.models.appointmentClaims.destroy({ where: { appointmentId } });
  await database.models.patientClaims.destroy({ where: { appointmentId } });
  await noteClaims(database, appointmentId);
}

/** What was held for a payment is taken for good. */
export async function keepClaims(database: Database, appointmentId: string): Promise<void> {
  await database.models.appointmentClaims.update({ heldUntil: null }, { where: { appointmentId } });
  await noteClaims(database, appointmentId);
}
