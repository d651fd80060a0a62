/**
 * Who is whose patient: whoever shares a visit that began, a booked appointment, a medical record or a stay in hospital. A visit
 * that a practitioner only planned opens nothing: anybody can be named in a plan. Nor does anything to practitioners whose
 * qualifications nobody has approved: anybody can register as a doctor.
 */
import { QueryTypes } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import type { Permission } from '#src/permissions/catalogue.ts';
import type { Caller } from '#src/plugins/policy.ts';

/** Something that makes people patient and practitioner of each other. */
export interface CareSource {
  /** SQL that selects `patient` for the practitioner's user id `:practitioner`; ends in a condition. */
  readonly patients: string;
  /** Expression of the patient's user id in there. */
  readonly patient: string;
}

/** In what capacity somebody sees a patient's data. */
export type Reach = 'self' | 'care' | 'all';

export interface CareRelations {
  /** Whether this user's qualifications were approved, as a practitioner who is enabled. */
  isVouched(practitionerUserId: string): Promise<boolean>;
  isPatientOf(practitionerUserId: string, patientUserId: string): Promise<boolean>;
  /**
   * @param care what a practitioner must hold to see their patients
   * @param all what opens everybody's data
   * @returns null: the caller may not know of it
   */
  reach(caller: Caller, patientUserId: string, care: Permission, all: Permission): Promise<Reach | null>;
  /** SQL that selects the user ids of all patients of `:practitioner`, as `patient`. */
  readonly patientsOf: string;
  /** Visits that began, by the practitioner's user id. */
  visitsOf(patientUserId: string): Promise<ReadonlyMap<string, number>>;
}

const sources: readonly CareSource[] = [
  {
    patients: `SELECT m.user_id AS patient FROM consultation_members p
      JOIN consultations c ON c.id = p.consultation_id
      JOIN consultation_members m ON m.consultation_id = c.id AND m.role = 'patient' AND m.user_id IS NOT NULL
      WHERE p.role = 'practitioner' AND p.user_id = :practitioner AND c.started_at IS NOT NULL`,
    patient: 'm.user_id',
  },
  {
    patients: 'SELECT r.patient_user_id AS patient FROM medical_records r WHERE r.author_user_id = :practitioner',
    patient: 'r.patient_user_id',
  },
  {
    patients: `SELECT a.patient_user_id AS patient FROM admissions a
      JOIN practitioners d ON d.id = a.attending_id WHERE d.user_id = :practitioner`,
    patient: 'a.patient_user_id',
  },
];

/** Approved now, or once and not rejected since: a doctor who corrects the own profile keeps their patients meanwhile. */
const VOUCHED = `EXISTS (SELECT 1 FROM practitioners q WHERE q.user_id = :practitioner AND q.enabled = 1 AND (q.review_state = 'approved'
  OR q.review_state <> 'rejected' AND EXISTS (SELECT 1 FROM practitioner_reviews w WHERE w.practitioner_id = q.id AND w.to_state = 'approved')))`;

/** @param more sources of modules that come on top */
export function createCareRelations({ sequelize }: Database, more: readonly CareSource[] = []): CareRelations {
  const all = [...sources, ...more];
  const shared = all.map(({ patients, patient }) => `EXISTS (${patients} AND ${patient} = :patient)`).join(' OR ');

  async function isPatientOf(practitioner: string, patient: string): Promise<boolean> {
    if (practitioner === patient) return false;
    const sql = `SELECT CASE WHEN ${VOUCHED} AND (${shared}) THEN 1 ELSE 0 END AS related`;
    const [row] = await sequelize.query<{ related: number }>(sql, { type: QueryTypes.SELECT, replacements: { practitioner, patient } });
    return row?.related === 1;
  }

  return {
    isPatientOf,

    async isVouched(practitioner) {
      const sql = `SELECT CASE WHEN ${VOUCHED} THEN 1 ELSE 0 END AS vouched`;
      const [row] = await sequelize.query<{ vouched: number }>(sql, { type: QueryTypes.SELECT, replacements: { practitioner } });
      return row?.vouched === 1;
    },

    async reach(caller, patientUserId, care, everybody) {
      if (caller.userId === patientUserId) return 'self';
      if (caller.can(care) && (await isPatientOf(caller.userId, patientUserId))) return 'care';
      return caller.can(everybody) ? 'all' : null;
    },

    patientsOf: `SELECT u.patient AS patient FROM (${all.map(({ patients }) => patients).join(' UNION ')}) u WHERE ${VOUCHED}`,

    async visitsOf(patient) {
      const rows = await sequelize.query<{ practitioner: string; visits: number }>(
        `SELECT p.user_id AS practitioner, COUNT(*) AS visits FROM consultation_members m
          JOIN consultations c ON c.id = m.consultation_id AND c.started_at IS NOT NULL
          JOIN consultation_members p ON p.consultation_id = c.id AND p.role = 'practitioner' AND p.user_id IS NOT NULL
          WHERE m.role = 'patient' AND m.user_id = :patient GROUP BY p.user_id`,
        { type: QueryTypes.SELECT, replacements: { patient } },
      );
      return new Map(rows.map(({ practitioner, visits }) => [practitioner, Number(visits)]));
    },
  };
}
