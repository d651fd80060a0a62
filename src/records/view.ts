/** Medical records as people see them. */
import type { z } from 'zod';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import type { RecordContent } from '#src/medical/record-content.ts';
import { type AttachmentRow, contentColumn, reasonColumn, type RecordRow, type RecordVersionRow } from './model.ts';
import type * as schemas from './schemas.ts';

export type RecordHead = z.infer<typeof schemas.recordList>['items'][number];
export type RecordView = z.infer<typeof schemas.recordView>;
type Person = RecordHead['author'];

/** Names of users by their ids. */
export async function namesOf({ models }: Database, ids: readonly string[]): Promise<(id: string) => Person> {
  const users = await models.users.findAll({ where: { id: [...new Set(ids)] }, attributes: ['id', 'name'] });
  const names = new Map(users.map(({ id, name }) => [id, name]));
  return (id) => ({ id, name: names.get(id) ?? '' });
}

export async function headsOf(database: Database, rows: readonly RecordRow[]): Promise<RecordHead[]> {
  const person = await namesOf(
    database,
    rows.flatMap(({ patientUserId, authorUserId }) => [patientUserId, authorUserId]),
  );
  const profileIds = rows.flatMap(({ profileId }) => (profileId ? [profileId] : []));
  const profiles = await database.models.visitProfiles.findAll({ where: { id: profileIds }, attributes: ['id', 'name'] });
  const profileNames = new Map(profiles.map(({ id, name }) => [id, name]));
  return rows.map((row) => {
    const { id, profileId, practitionerId, consultationId, appointmentId, kind, version } = row;
    const patient = person(row.patientUserId);
    return {
      ...{ id, profileId, practitionerId, consultationId, appointmentId, kind, version },
      patient: { id: patient.id, name: (profileId && profileNames.get(profileId)) || patient.name },
      author: person(row.authorUserId),
      visitedAt: row.visitedAt.toISOString(),
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
    };
  });
}

export async function recordViewOf(database: Database, vault: Vault, row: RecordRow): Promise<RecordView> {
  const [head] = await headsOf(database, [row]);
  const newest = await database.models.medicalRecordVersions.findOne({
    where: { recordId: row.id, version: row.version },
    rejectOnEmpty: true,
  });
  return { ...(head as RecordHead), content: contentOf(vault, newest) };
}

export const contentOf = (vault: Vault, { id, contentSealed }: RecordVersionRow): RecordContent =>
  contentColumn.open(vault, id, contentSealed);

export function versionViewOf(vault: Vault, row: RecordVersionRow, person: (id: string) => Person): z.infer<typeof schemas.versionView> {
  const { id, version, authorUserId, reasonSealed, createdAt } = row;
  const reason = reasonSealed && vault.open(reasonColumn, id, reasonSealed);
  return { version, reason, author: person(authorUserId), createdAt: createdAt.toISOString() };
}

export async function attachmentsOf(database: Database, rows: readonly AttachmentRow[]): Promise<z.infer<typeof schemas.attachmentView>[]> {
  const person = await namesOf(
    database,
    rows.map(({ addedBy }) => addedBy),
  );
  return rows.map(({ id, fileId, kind, name, addedBy, createdAt }) => ({
    ...{ id, fileId, kind, name },
    addedBy: person(addedBy),
    createdAt: createdAt.toISOString(),
  }));
}
