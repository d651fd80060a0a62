/** Statements over the rows that are about a person, table by table, as the catalogue describes them. */
import { QueryTypes } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import { catalogue, type Erasure, type TableRules } from './catalogue.ts';

/** A table with rows about people, and what becomes of them. */
export interface PersonalTable {
  readonly name: string;
  readonly about: string;
  readonly erase: Erasure;
  readonly rules: TableRules;
}

/** In the order in which their rows can be deleted. */
export const personalTables: readonly PersonalTable[] = Object.entries(catalogue).flatMap(([name, rules]) =>
  rules.about === undefined ? [] : [{ name, about: rules.about, erase: rules.erase ?? {}, rules }],
);

const quoted = (name: string): string => `\`${name}\``;
const both = (about: string, more?: string): string => (more ? `(${about}) AND (${more})` : about);

/** How many rows of a table are about somebody. @param more another condition */
export async function countRows({ sequelize }: Database, { name, about }: PersonalTable, user: string, more?: string): Promise<number> {
  const sql = `SELECT COUNT(*) AS n FROM ${quoted(name)} WHERE ${both(about, more)}`;
  const [row] = await sequelize.query<{ n: number }>(sql, { type: QueryTypes.SELECT, replacements: { user } });
  return Number(row?.n ?? 0);
}

/** Deletes them, inside the caller's transaction. @returns how many */
export async function deleteRows(database: Database, { name, about }: PersonalTable, user: string, more?: string): Promise<number> {
  // What follows by a cascade counts with its parent.
  const sql = `DELETE FROM ${quoted(name)} WHERE ${both(about, more)}`;
  return changed(database, sql, user);
}

/** Empties columns, inside the caller's transaction. @returns how many rows */
export async function setRows(
  database: Database,
  { name, about }: PersonalTable,
  set: Readonly<Record<string, string>>,
  user: string,
): Promise<number> {
  const values = Object.entries(set).map(([column, value]) => `${quoted(column)} = ${value}`);
  return changed(database, `UPDATE ${quoted(name)} SET ${values.join(', ')} WHERE ${about}`, user);
}

async function changed({ sequelize }: Database, sql: string, user: string): Promise<number> {
  const [, rows] = await sequelize.query(sql, { type: QueryTypes.UPDATE, replacements: { user } });
  return rows;
}

/** Newest value of a column of times among the rows about somebody; null without rows. */
export async function newest({ sequelize }: Database, { name, about }: PersonalTable, column: string, user: string): Promise<Date | null> {
  const sql = `SELECT MAX(${quoted(column)}) AS newest FROM ${quoted(name)} WHERE ${about}`;
  const [row] = await sequelize.query<{ newest: string | Date | null }>(sql, { type: QueryTypes.SELECT, replacements: { user } });
  return row?.newest ? new Date(row.newest) : null;
}

/** Files of the person, and those that their medical records have. */
export async function fileIds({ sequelize }: Database, user: string): Promise<string[]> {
  const sql = `SELECT id FROM files WHERE ${catalogue['files']?.about}`;
  return (await sequelize.query<{ id: string }>(sql, { type: QueryTypes.SELECT, replacements: { user } })).map(({ id }) => id);
}

/** Films and pieces of the recordings of the person's visits. */
export async function recordedFiles({ sequelize }: Database, user: string): Promise<string[]> {
  const of = (table: string) => `SELECT file_id AS id FROM ${table} WHERE file_id IS NOT NULL AND (${catalogue[table]?.about})`;
  const sql = `${of('recordings')} UNION ${of('recording_segments')}`;
  return (await sequelize.query<{ id: string }>(sql, { type: QueryTypes.SELECT, replacements: { user } })).map(({ id }) => id);
}
