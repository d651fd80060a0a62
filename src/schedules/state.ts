/**
 * What a practitioner's slots depend on, as a few numbers: read with every question, so that an answer from memory is never older
 * than the last commit, in whichever process that was.
 */
import { literal, QueryTypes } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import { nextOf } from '#src/database/sequence.ts';
import { ApiError } from '#src/errors.ts';

export interface ScheduleState {
  readonly id: string;
  /** Grows with each change of the practitioner's rules; 0: there never was one, and nothing is counted. */
  readonly version: number;
  /** Grows whenever something is booked, moved, paid or given free. */
  readonly claims: number;
  /** Grows with each change of holidays and make-up days. */
  readonly days: number;
  readonly bookable: boolean;
}

/** Name of the sequence that counts changes of the clinic's days. */
const DAYS = 'clinic_days';

const STATE = `SELECT p.id, COALESCE(s.version, 0) AS version, COALESCE(s.claims, 0) AS claims,
    COALESCE((SELECT value FROM sequences WHERE name = '${DAYS}'), 0) AS days,
    CASE WHEN p.enabled = 1 AND p.review_state = 'approved' AND (d.id IS NULL OR d.enabled = 1) THEN 1 ELSE 0 END AS bookable
  FROM practitioners p LEFT JOIN departments d ON d.id = p.department_id LEFT JOIN schedules s ON s.practitioner_id = p.id
  WHERE p.id`;

type Row = Omit<ScheduleState, 'bookable'> & { bookable: number };
const stateOf = (row: Row): ScheduleState => ({ ...row, bookable: row.bookable === 1 });

/** Those that exist, in no order. Joins an open transaction. */
export async function readStates({ sequelize }: Database, practitionerIds: readonly string[]): Promise<ScheduleState[]> {
  if (practitionerIds.length === 0) return [];
  const replacements = { ids: [...practitionerIds] };
  const rows = await sequelize.query<Row>(`${STATE} IN (:ids)`, { type: QueryTypes.SELECT, replacements });
  return rows.map(stateOf);
}

/** For hot reads, outside of transactions. */
export async function readStateFast({ prepared }: Database, practitionerId: string): Promise<ScheduleState | undefined> {
  const row = await prepared.one<Row>(`${STATE} = ?`, [practitionerId]);
  return row ? stateOf(row) : undefined;
}

/**
 * Begins a change of a practitioner's rules: those of one practitioner come one after the other, so that what was checked still
 * holds at the commit. Inside a transaction, first of all.
 * @param seen version that the caller has looked at; undefined: any
 * @returns the new version
 * @throws {ApiError} `conflict` when it was another
 */
export async function beginChange({ models }: Database, practitionerId: string, seen?: number): Promise<number> {
  const where = { practitionerId, ...(seen !== undefined && { version: seen }) };
  const raise = async () => (await models.schedules.update({ version: literal('version + 1') as unknown as number }, { where }))[0] > 0;
  // Updated first: those who meet on an insert would wait for each other.
  if (!(await raise())) {
    await models.schedules.bulkCreate([{ practitionerId, version: 0, claims: 0 }], { ignoreDuplicates: true });
    if (!(await raise())) throw new ApiError('conflict');
  }
  return versionOf({ models }, practitionerId);
}

export async function versionOf({ models }: Pick<Database, 'models'>, practitionerId: string): Promise<number> {
  return (await models.schedules.findByPk(practitionerId))?.version ?? 0;
}

/** The same for holidays and make-up days. */
export const beginDaysChange = (database: Database): Promise<number> => nextOf(database, DAYS);

/**
 * Has what is to be claimed of a practitioner's time by something else than an appointment wait for bookings that are under way, and
 * these for it. Inside a transaction, before looking at what is taken.
 */
export async function holdClaims({ models }: Pick<Database, 'models'>, practitionerId: string): Promise<void> {
  await models.schedules.update({ claims: literal('claims + 1') as unknown as number }, { where: { practitionerId } });
}

/** To be called in the transaction that changes what an appointment holds. */
export async function noteClaims({ sequelize }: Database, appointmentId: string): Promise<void> {
  await sequelize.query(
    'UPDATE schedules SET claims = claims + 1 WHERE practitioner_id = (SELECT practitioner_id FROM appointments WHERE id = ?)',
    { replacements: [appointmentId] },
  );
}
