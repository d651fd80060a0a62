/**
 * Medical records: written by practitioners for their patients, sealed, and never overwritten: a change is a new version. Every
 * access is put on record in the transaction that makes it.
 */
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { RecordContent } from '#src/medical/record-content.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { PractitionerLookup } from '#src/practitioners/lookup.ts';
import { note, ownRecord, readableRecord, type RecordParts } from './access.ts';
import { contentColumn, reasonColumn } from './model.ts';
import type { VisitPort } from './ports.ts';
import { createReading, type RecordReading } from './reading.ts';
import type * as schemas from './schemas.ts';
import { headsOf, type RecordHead, type RecordView, recordViewOf } from './view.ts';

type NewRecord = z.infer<typeof schemas.newRecord>;

/** Methods on one record throw `ApiError` `not_found` when the caller may not know of it. */
export interface Records extends RecordReading {
  /**
   * The answer has no content, because answers are kept for repeated requests.
   * @throws {ApiError} `not_your_patient`, `unknown_profile`, `unknown_visit`
   */
  create(caller: Caller, input: NewRecord): Promise<RecordHead>;
  get(caller: Caller, id: string): Promise<RecordView>;
  /** By its author. @throws {ApiError} `forbidden`, `conflict` when it has another version by now */
  update(caller: Caller, id: string, change: z.infer<typeof schemas.recordChange>): Promise<RecordView>;
}

export interface RecordServiceParts extends RecordParts {
  practitioners: Pick<PractitionerLookup, 'byUser'>;
  visits: VisitPort;
}

export function createRecords(database: Database, parts: RecordServiceParts): Records {
  const { models, transaction } = database;
  const { vault, care, practitioners } = parts;

  async function create(caller: Caller, input: NewRecord): Promise<RecordHead> {
    const { patientId, profileId, consultationId, appointmentId, kind, visitedAt, content } = input;
    if (!(await care.isPatientOf(caller.userId, patientId))) throw new ApiError('not_your_patient');
    await checkProfile(database, patientId, profileId);
    await checkVisit(database, parts.visits, caller.userId, input);
    const practitioner = await practitioners.byUser(caller.userId);
    const row = await models.medicalRecords.create({
      ...{ id: uuid(), patientUserId: patientId, profileId, consultationId, appointmentId, kind, version: 1 },
      authorUserId: caller.userId,
      practitionerId: practitioner?.id ?? null,
      visitedAt: visitedAt ? new Date(visitedAt) : new Date(),
    });
    await addVersion(database, vault, { recordId: row.id, version: 1, content, reason: null, authorUserId: caller.userId });
    await note(parts, caller, 'create', row);
    return (await headsOf(database, [row]))[0] as RecordHead;
  }

  return {
    ...createReading(database, parts),
    create: (caller, input) => transaction(() => create(caller, input)),

    get: (caller, id) =>
      transaction(async () => {
        const row = await readableRecord(database, parts, caller, id);
        await note(parts, caller, 'read', row);
        return recordViewOf(database, vault, row);
      }),

    update: (caller, id, { version, reason, content }) =>
      transaction(async () => {
        const row = await ownRecord(database, parts, caller, id);
        const [changed] = await models.medicalRecords.update({ version: version + 1 }, { where: { id, version } });
        if (changed === 0) throw new ApiError('conflict');
        await addVersion(database, vault, { recordId: id, version: version + 1, content, reason, authorUserId: caller.userId });
        await note(parts, caller, 'update', row);
        return recordViewOf(database, vault, await row.reload());
      }),
  };
}

interface NewVersion {
  recordId: string;
  version: number;
  content: RecordContent;
  reason: string | null;
  authorUserId: string;
}

async function addVersion({ models }: Database, vault: Vault, { content, reason, ...rest }: NewVersion): Promise<void> {
  const id = uuid();
  const contentSealed = contentColumn.seal(vault, id, content);
  const reasonSealed = reason === null ? null : vault.seal(reasonColumn, id, reason);
  await models.medicalRecordVersions.create({ id, ...rest, contentSealed, reasonSealed });
}

async function checkProfile({ models }: Database, userId: string, id: string | null): Promise<void> {
  if (id && !(await models.visitProfiles.findOne({ where: { id, userId }, attributes: ['id'] }))) throw new ApiError('unknown_profile');
}

/** The visit or appointment that a record is for must be one of the two. */
async function checkVisit(
  { models }: Database,
  visits: VisitPort,
  practitioner: string,
  { patientId, consultationId, appointmentId }: NewRecord,
): Promise<void> {
  if (consultationId) {
    const sides = await models.members.findAll({ where: { consultationId, userId: [practitioner, patientId] } });
    const has = (userId: string, role: string) => sides.some((member) => member.userId === userId && member.role === role);
    if (!has(practitioner, 'practitioner') || !has(patientId, 'patient')) throw new ApiError('unknown_visit');
  }
  if (appointmentId) {
    const found = await visits.appointment(appointmentId);
    if (found?.patientUserId !== patientId || found.practitionerUserId !== practitioner) throw new ApiError('unknown_visit');
  }
}
