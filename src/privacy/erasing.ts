/** Erases a person: what the law keeps is held, the rest is deleted or emptied, their sessions end. */
import type { Foundation } from '#src/foundation.ts';
import type { Files } from '#src/files/service.ts';
import { phoneColumn } from '#src/users/model.ts';
import { identityColumn, type Outcome } from './model.ts';
import { countRows, deleteRows, type PersonalTable, personalTables, setRows } from './rows.ts';

export interface ErasingParts extends Pick<Foundation, 'database' | 'vault' | 'auth' | 'signals'> {
  files: Pick<Files, 'discard'>;
}

/** Who the person was, sealed for the row of the request; inside the transaction that erases them, before it does. */
export async function sealIdentity({ database, vault }: ErasingParts, requestId: string, userId: string): Promise<string> {
  const { name, account, phoneSealed } = await database.models.users.findByPk(userId, { rejectOnEmpty: true });
  const phone = phoneSealed === null ? null : vault.open(phoneColumn, userId, phoneSealed);
  return identityColumn.seal(vault, requestId, { name, account, phone });
}

/** Inside the caller's transaction: all of it or nothing. @returns what became of each table's rows */
export async function erasePerson(parts: ErasingParts, userId: string): Promise<Outcome[]> {
  const { database, auth, signals } = parts;
  await database.models.users.findByPk(userId, { lock: true, rejectOnEmpty: true });
  await auth.sessions.endAll(userId, 'deleted');
  const outcomes: Outcome[] = [];
  for (const table of personalTables) {
    const outcome = await eraseRows(parts, table, userId);
    if (outcome.deleted + outcome.anonymised + outcome.held > 0) outcomes.push(outcome);
  }
  await signals.send('user', userId);
  await noteAll(parts, userId, outcomes);
  return outcomes;
}

async function eraseRows(parts: ErasingParts, table: PersonalTable, userId: string): Promise<Outcome> {
  const { database } = parts;
  const { name, erase } = table;
  const { hold, set, deleteIf } = erase;
  const outcome: Outcome = { table: name, deleted: 0, anonymised: 0, held: 0, term: hold ?? null };
  if (name === 'files') outcome.deleted = await discardFiles(parts, userId);
  else if (deleteIf || (!hold && !set)) outcome.deleted = await deleteRows(database, table, userId, deleteIf);
  // Counted before: what is emptied may no longer be found.
  if (hold) outcome.held = await countRows(database, table, userId);
  if (set) outcome.anonymised = await setRows(database, table, set, userId);
  return outcome;
}

/** Files of the person that are no part of a medical record; their contents are taken away soon after. */
async function discardFiles({ database, files }: ErasingParts, userId: string): Promise<number> {
  const { files: rows, medicalRecordAttachments } = database.models;
  const owned = (await rows.findAll({ where: { ownerId: userId }, attributes: ['id'] })).map(({ id }) => id);
  const attached = await medicalRecordAttachments.findAll({ where: { fileId: owned }, attributes: ['fileId'] });
  const held = new Set(attached.map(({ fileId }) => fileId));
  return files.discard(owned.filter((id) => !held.has(id)));
}

async function noteAll({ database }: ErasingParts, userId: string, outcomes: readonly Outcome[]): Promise<void> {
  const entries = outcomes.flatMap(({ table: tableName, deleted, anonymised }) => [
    ...(deleted > 0 ? [{ userId, tableName, action: 'deleted' as const, rowCount: deleted }] : []),
    ...(anonymised > 0 ? [{ userId, tableName, action: 'anonymised' as const, rowCount: anonymised }] : []),
  ]);
  await database.models.retentionLog.bulkCreate(entries);
}
