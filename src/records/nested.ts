/** One record with everything around it: patient, visit, diagnoses, prescriptions, attachments (PAT-09). */
import type { z } from 'zod';
import { localPhone } from '#src/auth/phones.ts';
import { titleOf } from '#src/consultations/title.ts';
import { maskIdNumber, maskPhone } from '#src/crypto/masks.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { idNumberColumn, phoneColumn } from '#src/profiles/model.ts';
import { note, readableRecord, type RecordParts } from './access.ts';
import type { RecordRow } from './model.ts';
import type { PrescriptionPort } from './ports.ts';
import type * as schemas from './schemas.ts';
import { attachmentsOf, namesOf, recordViewOf } from './view.ts';

type FullRecord = z.infer<typeof schemas.fullRecord>;

export interface NestedRecords {
  /** @throws {ApiError} `not_found` */
  full(caller: Caller, id: string): Promise<FullRecord>;
}

export function createNestedRecords(database: Database, parts: RecordParts, prescriptions: PrescriptionPort): NestedRecords {
  const { models, transaction } = database;

  return {
    full: (caller, id) =>
      transaction(async () => {
        const row = await readableRecord(database, parts, caller, id);
        await note(parts, caller, 'read', row);
        const record = await recordViewOf(database, parts.vault, row);
        const attachments = await models.medicalRecordAttachments.findAll({ where: { recordId: id, removedAt: null }, order: ['id'] });
        const prescribed = await prescriptions.ofVisit(row);
        for (const { id: objectId } of prescribed)
          await parts.audit.medical(caller, 'read', { patientId: row.patientUserId, objectType: 'prescription', objectId });
        return {
          record,
          patient: await patientOf(database, parts, row),
          visit: await visitOf(database, parts.vault, row.consultationId),
          diagnoses: record.content.diagnoses,
          prescriptions: prescribed.map(({ issuedAt, ...rest }) => ({ ...rest, issuedAt: issuedAt.toISOString() })),
          attachments: await attachmentsOf(database, attachments),
        };
      }),
  };
}

/** The person that the record is about: by the visit profile, or by the account's own one. */
async function patientOf(
  database: Database,
  { vault }: RecordParts,
  { patientUserId, profileId }: RecordRow,
): Promise<FullRecord['patient']> {
  const where = profileId ? { id: profileId } : { userId: patientUserId, relationship: 'self' as const, deletedAt: null };
  const profile = await database.models.visitProfiles.findOne({ where, order: ['id'] });
  const idNumber = profile?.idNumberSealed && vault.open(idNumberColumn, profile.id, profile.idNumberSealed);
  const phone = profile?.phoneSealed && localPhone(vault.open(phoneColumn, profile.id, profile.phoneSealed));
  const { name } = profile ?? (await namesOf(database, [patientUserId]))(patientUserId);
  return {
    ...{ id: patientUserId, name, profileId: profile?.id ?? null },
    ...{ birthDate: profile?.birthDate ?? null, sex: profile?.sex ?? 'unknown' },
    idNumber: idNumber ? maskIdNumber(idNumber) : null,
    phone: phone ? maskPhone(phone) : null,
  };
}

async function visitOf({ models }: Database, vault: Vault, id: string | null): Promise<FullRecord['visit']> {
  const visit = id ? await models.consultations.findByPk(id) : null;
  if (!visit) return null;
  const members = await models.members.findAll({
    where: { consultationId: visit.id, removedAt: null },
    attributes: ['name', 'role'],
    order: ['createdAt', 'id'],
  });
  return {
    ...{ id: visit.id, title: titleOf(vault, visit), status: visit.cancelledAt ? ('cancelled' as const) : visit.status },
    scheduledStart: visit.scheduledStart.toISOString(),
    scheduledEnd: visit.scheduledEnd.toISOString(),
    startedAt: visit.startedAt?.toISOString() ?? null,
    endedAt: visit.endedAt?.toISOString() ?? null,
    minutes: visit.startedAt && visit.endedAt ? Math.round((visit.endedAt.getTime() - visit.startedAt.getTime()) / 60_000) : null,
    participants: members.map(({ name, role }) => ({ name, role })),
  };
}
