/** Whose medical record it is: the patient's, their practitioners', and those who may see every record. */
import type { Audit } from '#src/audit/service.ts';
import type { MedicalAction } from '#src/audit/model.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { CareRelations } from '#src/patients/care-relations.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { RecordRow } from './model.ts';

export interface RecordParts {
  vault: Vault;
  audit: Pick<Audit, 'medical'>;
  care: Pick<CareRelations, 'reach' | 'isPatientOf'>;
}

/** @throws {ApiError} `not_found` when the caller may not know of this patient's records */
export async function reachPatient({ care }: RecordParts, caller: Caller, patientUserId: string): Promise<void> {
  if (!(await care.reach(caller, patientUserId, 'records:read', 'records:read-all'))) throw new ApiError('not_found');
}

/** A record that the caller may read. Inside a transaction. @throws {ApiError} `not_found` */
export async function readableRecord(database: Database, parts: RecordParts, caller: Caller, id: string): Promise<RecordRow> {
  const row = await database.models.medicalRecords.findByPk(id);
  if (!row) throw new ApiError('not_found');
  await reachPatient(parts, caller, row.patientUserId);
  return row;
}

/** A record that the caller wrote. Inside a transaction. @throws {ApiError} `not_found`, `forbidden` when they may only read it */
export async function ownRecord(database: Database, parts: RecordParts, caller: Caller, id: string): Promise<RecordRow> {
  const row = await readableRecord(database, parts, caller, id);
  if (row.authorUserId !== caller.userId) throw new ApiError('forbidden');
  return row;
}

/** Puts an access to a record on record. Inside the transaction of the access. */
export const note = (
  { audit }: RecordParts,
  caller: Caller,
  action: MedicalAction,
  { id, patientUserId }: Pick<RecordRow, 'id' | 'patientUserId'>,
): Promise<void> => audit.medical(caller, action, { patientId: patientUserId, objectType: 'medical_record', objectId: id });
