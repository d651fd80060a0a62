/**
 * Stays in hospital (住院). One patient a bed and one bed a patient are unique indexes; every change is guarded by the version that
 * was looked at and put on record.
 */
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Audit } from '#src/audit/service.ts';
import type { MedicalAction } from '#src/audit/model.ts';
import type { Vault } from '#src/crypto/vault.ts';
import { withViolations } from '#src/database/constraints.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { CareRelations } from '#src/patients/care-relations.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { PractitionerLookup } from '#src/practitioners/lookup.ts';
import { type AdmissionAction, type AdmissionRow, notesColumn } from './model.ts';
import { createReading, type AdmissionReading } from './reading.ts';
import type * as schemas from './schemas.ts';
import { type AdmissionHead, admissionViewOf, headsOf } from './view.ts';

type View = z.infer<typeof schemas.admissionView>;

/** Methods on one admission throw `ApiError` `not_found` for admissions of people who are not the caller's patients. */
export interface Admissions extends AdmissionReading {
  /**
   * The answer has no reason, because answers are kept for repeated requests.
   * @throws {ApiError} `not_your_patient`, `unknown_profile`, `unknown_bed`,
   * `unknown_practitioner`, `bed_taken`, `already_admitted`
   */
  admit(caller: Caller, input: z.infer<typeof schemas.newAdmission>): Promise<AdmissionHead>;
  /** To another bed. @throws {ApiError} `wrong_state`, `conflict`, `unknown_bed`, `bed_taken` */
  move(caller: Caller, id: string, input: z.infer<typeof schemas.move>): Promise<View>;
  /** To another attending doctor. @throws {ApiError} `wrong_state`, `conflict`, `unknown_practitioner` */
  handOver(caller: Caller, id: string, input: z.infer<typeof schemas.handOver>): Promise<View>;
  /** @throws {ApiError} `wrong_state`, `conflict` */
  discharge(caller: Caller, id: string, input: z.infer<typeof schemas.discharge>): Promise<View>;
}

export interface AdmissionParts {
  vault: Vault;
  audit: Pick<Audit, 'medical'>;
  care: CareRelations;
  practitioners: Pick<PractitionerLookup, 'byId' | 'byUser'>;
}

const violations = {
  unique: [
    { index: 'admissions_bed_unique', column: 'active_bed_key', code: 'bed_taken' },
    { index: 'admissions_patient_unique', column: 'active_patient_key', code: 'already_admitted' },
  ],
} as const;

export function createAdmissions(database: Database, parts: AdmissionParts): Admissions {
  const { models, transaction } = database;
  const { vault } = parts;
  const change = <T>(work: () => Promise<T>): Promise<T> => withViolations(violations, () => transaction(work));

  /** Changes an admission that is still under way and has the version that was looked at. */
  async function step(
    caller: Caller,
    row: AdmissionRow,
    version: number,
    action: AdmissionAction,
    values: Partial<AdmissionRow>,
  ): Promise<View> {
    if (row.state !== 'admitted') throw new ApiError('wrong_state');
    const where = { id: row.id, state: 'admitted' as const, version };
    const [changed] = await models.admissions.update({ ...values, version: version + 1 }, { where });
    if (changed === 0) throw new ApiError('conflict');
    await row.reload();
    await log(database, row, action, caller);
    await note(parts, caller, 'update', row);
    return admissionViewOf(database, vault, row);
  }

  return {
    ...createReading(database, parts),
    admit: (caller, input) => change(() => admit(database, parts, caller, input)),

    move: (caller, id, { version, bedId }) =>
      change(async () => {
        const row = await managed(database, parts, caller, id);
        await checkBed(database, bedId);
        return step(caller, row, version, 'moved', { bedId, activeBedKey: bedId });
      }),

    handOver: (caller, id, { version, attendingId }) =>
      change(async () => {
        const row = await managed(database, parts, caller, id);
        if (!(await parts.practitioners.byId(attendingId))?.bookable) throw new ApiError('unknown_practitioner');
        return step(caller, row, version, 'handed_over', { attendingId });
      }),

    discharge: (caller, id, { version, summary }) =>
      change(async () => {
        const row = await managed(database, parts, caller, id);
        const { reason } = notesColumn.open(vault, id, row.notesSealed);
        const notesSealed = notesColumn.seal(vault, id, { reason, summary });
        const ended = { state: 'discharged' as const, activeBedKey: null, activePatientKey: null, dischargedAt: new Date() };
        return step(caller, row, version, 'discharged', { ...ended, notesSealed });
      }),
  };
}

async function admit(
  database: Database,
  parts: AdmissionParts,
  caller: Caller,
  { patientId, profileId, bedId, attendingId, reason }: z.infer<typeof schemas.newAdmission>,
): Promise<AdmissionHead> {
  const { models } = database;
  const { care, practitioners, vault } = parts;
  if (!(await care.isPatientOf(caller.userId, patientId))) throw new ApiError('not_your_patient');
  if (profileId && !(await models.visitProfiles.findOne({ where: { id: profileId, userId: patientId }, attributes: ['id'] })))
    throw new ApiError('unknown_profile');
  const attending = await (attendingId ? practitioners.byId(attendingId) : practitioners.byUser(caller.userId));
  if (!attending?.bookable) throw new ApiError('unknown_practitioner');
  await checkBed(database, bedId);
  const id = uuid();
  const row = await models.admissions.create({
    ...{ id, admissionNo: numberOf(id), patientUserId: patientId, profileId, bedId, attendingId: attending.id },
    ...{ activeBedKey: bedId, activePatientKey: profileId ?? patientId, state: 'admitted', version: 1 },
    ...{ admittedAt: new Date(), dischargedAt: null },
    notesSealed: notesColumn.seal(vault, id, { reason, summary: null }),
  });
  await log(database, row, 'admitted', caller);
  await note(parts, caller, 'create', row);
  return (await headsOf(database, [row]))[0] as AdmissionHead;
}

/** `ZY`, the day, and what makes the id unique. */
function numberOf(id: string): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  return `ZY${day}${id.slice(-12).toUpperCase()}`;
}

/** A bed in use; it stays in use until the transaction ends. @throws {ApiError} `unknown_bed` */
async function checkBed({ models }: Database, id: string): Promise<void> {
  const bed = await models.beds.findByPk(id, { lock: true });
  const ward = bed?.enabled ? await models.wards.findByPk(bed.wardId) : null;
  if (!ward?.enabled) throw new ApiError('unknown_bed');
}

/** An admission of an own patient. @throws {ApiError} `not_found` */
async function managed({ models }: Database, { care }: AdmissionParts, caller: Caller, id: string): Promise<AdmissionRow> {
  const row = await models.admissions.findByPk(id);
  const reach = row && (await care.reach(caller, row.patientUserId, 'inpatients:manage', 'patients:read-all'));
  if (!row || !reach || reach === 'self') throw new ApiError('not_found');
  return row;
}

const log = ({ models }: Database, { id, bedId, attendingId }: AdmissionRow, action: AdmissionAction, { userId }: Caller) =>
  models.admissionLog.create({ id: uuid(), admissionId: id, action, bedId, attendingId, actorId: userId });

/** Puts an access on record. Inside its transaction. */
const note = (
  { audit }: Pick<AdmissionParts, 'audit'>,
  caller: Caller,
  action: MedicalAction,
  { id, patientUserId }: AdmissionRow,
): Promise<void> => audit.medical(caller, action, { patientId: patientUserId, objectType: 'admission', objectId: id });
