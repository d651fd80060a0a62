/**
 * The retention engine: every night it deletes what has been kept long enough. Of people who were erased everything goes that was held
 * when its term is over; logs and messages go for everybody. Triggers refuse to delete held rows except here.
 */
import { Op, QueryTypes } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import type { Files } from '#src/files/service.ts';
import { fileIds, deleteRows, newest, recordedFiles, type PersonalTable, personalTables } from './rows.ts';
import { endOf, type TermName } from './terms.ts';

const DAY = 86_400_000;
/** Rows of one statement. */
const PORTION = 5_000;

/** What the terms count from: a column of times of each table. Terms of logs run for each entry, for everybody. */
const since: Partial<Record<TermName, Record<string, string>>> = {
  'medical-record': {
    ...{ medical_records: 'visited_at', prescriptions: 'created_at', consultations: 'scheduled_end', appointments: 'ends_at' },
  },
  'inpatient-record': { admissions: 'discharged_at' },
  'visit-process': { chat_messages: 'sent_at', recordings: 'asked_at' },
  accounting: { orders: 'updated_at', payments: 'updated_at', refunds: 'updated_at', balances: 'updated_at' },
  'audit-trail': { medical_audit: 'created_at' },
  'erasure-proof': { privacy_requests: 'created_at', legal_holds: 'created_at' },
};

/** Tables that only grow, with the days that their entries stay. Six months of logs have to be there. */
const forEverybody = { operation_log: 200, security_log: 200, deliveries: 400, notifications: 400 };

/** When a term ends for somebody; null: there is nothing that it holds. */
export async function endOfTerm(database: Database, term: TermName, userId: string): Promise<Date | null> {
  let last: Date | null = null;
  for (const [name, column] of Object.entries(since[term] ?? {})) {
    const table = personalTables.find((candidate) => candidate.name === name);
    const found = table && (await newest(database, table, column, userId));
    if (found && (!last || found > last)) last = found;
  }
  return last && endOf(term, last);
}

export interface Retention {
  /** One night's work. @returns how many people have nothing left that is held */
  run(now: Date): Promise<number>;
}

export function createRetention(database: Database, files: Pick<Files, 'discard'>): Retention {
  const { models } = database;
  return {
    async run(now) {
      for (const [table, days] of Object.entries(forEverybody)) await trim(database, table, new Date(now.getTime() - days * DAY));
      const erased = await models.privacyRequests.findAll({ where: { kind: 'erase', state: 'done', releasedAt: null } });
      let released = 0;
      for (const { id, userId } of erased) {
        await database.transaction(async () => {
          if ((await models.legalHolds.count({ where: { userId, liftedAt: null } })) > 0) return;
          if (!(await release(database, files, userId, now))) return;
          await models.privacyRequests.update({ releasedAt: now, identitySealed: null }, { where: { id } });
          released++;
        });
      }
      return released;
    },
  };
}

/** Deletes old entries of a table, in portions that hold nobody up. */
async function trim({ sequelize, transaction, time }: Database, table: string, before: Date): Promise<void> {
  const where = 'created_at < :before';
  // MariaDB limits a deletion itself; SQLite has to be told the rows.
  const sql =
    sequelize.getDialect() === 'sqlite'
      ? `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE ${where} LIMIT ${PORTION})`
      : `DELETE FROM ${table} WHERE ${where} LIMIT ${PORTION}`;
  const replacements = { before: time(before) };
  let removed: number;
  do removed = (await transaction(() => sequelize.query(sql, { type: QueryTypes.UPDATE, replacements })))[1];
  while (removed === PORTION);
}

/** Deletes of an erased person what no term holds any more. @returns whether nothing is left */
async function release(database: Database, files: Pick<Files, 'discard'>, userId: string, now: Date): Promise<boolean> {
  const ends = new Map<TermName, Date>();
  for (const term of Object.keys(since) as TermName[]) {
    const end = await endOfTerm(database, term, userId);
    if (end) ends.set(term, end);
  }
  const held = (term: TermName | undefined): boolean => term !== undefined && (ends.get(term)?.getTime() ?? 0) > now.getTime();
  const over = personalTables.filter(({ erase: { hold } }) => hold && since[hold] && !held(hold));
  if (over.length > 0) await withWindows(database, over, () => deleteHeld(database, files, over, userId));
  return [...ends.keys()].every((term) => !held(term));
}

async function deleteHeld(
  database: Database,
  files: Pick<Files, 'discard'>,
  over: readonly PersonalTable[],
  userId: string,
): Promise<void> {
  // Found by their records, which go before them.
  const contents = await fileIds(database, userId);
  for (const table of over) {
    const { name, erase } = table;
    if (name === 'recording_segments') await files.discard(await recordedFiles(database, userId));
    const rowCount =
      name === 'files' ? await discardUnused(database, files, contents) : await deleteRows(database, table, userId, erase.deleteIf);
    if (rowCount > 0) await database.models.retentionLog.create({ userId, tableName: name, action: 'released', rowCount });
  }
}

async function discardUnused({ models }: Database, files: Pick<Files, 'discard'>, ids: readonly string[]): Promise<number> {
  const used = await models.medicalRecordAttachments.findAll({ where: { fileId: { [Op.in]: [...ids] } }, attributes: ['fileId'] });
  const still = new Set(used.map(({ fileId }) => fileId));
  return files.discard(ids.filter((id) => !still.has(id)));
}

/** Lets rows of these tables be deleted inside this transaction, and in no other: nobody else sees the windows. */
async function withWindows(database: Database, tables: readonly PersonalTable[], work: () => Promise<void>): Promise<void> {
  const { retentionWindows } = database.models;
  const names = tables.map(({ name }) => name);
  await retentionWindows.bulkCreate(names.map((tableName) => ({ tableName })));
  await work();
  await retentionWindows.destroy({ where: { tableName: names } });
}
