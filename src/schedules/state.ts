/**
 * What a practitioner's slots depend on, as a few numbers: read with every question, so that an answer from memory is never older
 * than the last commit, in whichever process that was.
 */
import { literal, QueryTypes } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import { nextOf } from '#src/database/sequence.ts';

export interface ScheduleState {
  /** Grows with each change of the practitioner's rules. */
  readonly version: number;
  /** Grows whenever something is booked, moved, paid or given free. */
  readonly claims: number;
  /** Grows with each change of holidays and make-up days. */
  readonly days: number;
  readonly bookable: boolean;
}

/** Name of the sequence that counts changes of the clinic's days. */
const DAYS = 'clinic_days';

const STATE = `SELECT COALESCE(s.version, 0) AS version, COALESCE(s.claims, 0) AS claims,
    COALESCE((SELECT value FROM sequences WHERE name = '${DAYS}'), 0) AS days,
    CASE WHEN p.enabled = 1 AND p.review_state = 'approved' AND (d.id IS NULL OR d.enabled = 1) THEN 1 ELSE 0 END AS bookable
  FROM practitioners p LEFT JOIN departments d ON d.id = p.department_id LEFT JOIN schedules s ON s.practitioner_id = p.id
  WHERE p.id = ?`;

type Row = Record<'version' | 'claims' | 'days' | 'bookable', number>;
const stateOf = (row: Row | null | undefined): ScheduleState | null => (row ? { ...row, bookable: row.bookable === 1 } : null);

/** Null: there is no such practitioner. Joins an open transaction. */
export async function readState({ sequelize }: Database, practitionerId: string): Promise<ScheduleState | null> {
  const [row] = await sequelize.query<Row>(STATE, { type: QueryTypes.SELECT, replacements: [practitionerId] });
  return stateOf(row);
}

/** The same for hot reads, outside of transactions. */
export const readStateFast = async ({ prepared }: Database, practitionerId: string): Promise<ScheduleState | null> =>
  stateOf(await prepared.one<Row>(STATE, [practitionerId]));

/**
 * Begins a change of a practitioner's rules: those of one practitioner come one after the other, so that what was checked still
 * holds at the commit. Inside a transaction, first of all.
 */
export async function beginChange({ models }: Database, practitionerId: string): Promise<void> {
  await models.schedules.bulkCreate([{ practitionerId, version: 0, claims: 0 }], { ignoreDuplicates: true });
  await models.schedules.update({ version: literal('version + 1') as unknown as number }, { where: { practitionerId } });
}

/** The same for holidays and make-up days. */
export const beginDaysChange = (database: Database): Promise<number> => nextOf(database, DAYS);

/** To be called in the transaction that changes what an appointment holds. */
export async function noteClaims({ sequelize }: Database, appointmentId: string): Promise<void> {
  await sequelize.query(
    'UPDATE schedules SET claims = claims + 1 WHERE practitioner_id = (SELECT practitioner_id FROM appointments WHERE id = ?)',
    { replacements: [appointmentId] },
  );
}
