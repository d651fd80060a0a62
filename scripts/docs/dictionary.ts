/** The data dictionary: tables as the migrations make them, with what the catalogue of personal data says about each. */
import { QueryTypes } from 'sequelize';
import { sealedColumns } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { catalogue, type Erasure, isMoney, rulesOf, type TableRules } from '#src/privacy/catalogue.ts';
import { type Term, termNames, terms } from '#src/privacy/terms.ts';
import { GENERATED, table } from './markdown.ts';

interface Column {
  name: string;
  type: string;
  notnull: number;
  pk: number;
}

/** Names of all tables of an SQLite database, in the order of the alphabet. */
async function tablesOf({ sequelize }: Database): Promise<string[]> {
  const sql = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`;
  return (await sequelize.query<{ name: string }>(sql, { type: QueryTypes.SELECT })).map(({ name }) => name);
}

/** @param database an SQLite database that all migrations have run on: it keeps the types as they were written */
export async function dictionaryPage(database: Database): Promise<string> {
  const names = await tablesOf(database);
  const stale = Object.keys(catalogue).filter((name) => !names.includes(name));
  if (stale.length > 0) throw new Error(`The catalogue names tables that are not there: ${stale.join(', ')}`);
  const sections: string[] = [];
  for (const name of names) sections.push(await section(database, name));
  return `${GENERATED}

# Data dictionary

Every table as the migrations make it on MariaDB; on SQLite the types are the same words, and amounts of money are integer fen. Keys: **P** primary, **U** unique
(with its number where several columns are unique together), **F** refers to another table, **I** indexed. Personal data: \`identity\`, \`contact\`, \`health\`,
\`financial\`, \`trace\` (where and with what somebody was online), \`credential\`, \`text\` (free text, which may hold any of it). _Sealed_ columns are encrypted with
AES-256-GCM, see [security](security.md). The source is \`src/migrations/\` and \`src/privacy/catalogue.ts\`.

## Terms

${table(
  ['Term', 'Length', 'Counts from', 'Law'],
  termNames.map((name) => {
    const { years, days, from, law }: Term = terms[name];
    return [`\`${name}\``, years ? `${years} years` : `${days} days`, from.en, law.en];
  }),
)}

${sections.join('\n\n')}
`;
}

async function section(database: Database, name: string): Promise<string> {
  const rules = rulesOf(name);
  const columns = await database.sequelize.query<Column>(`PRAGMA table_info(${name})`, { type: QueryTypes.SELECT });
  const keys = await keysOf(database, name);
  const sealed = new Set(sealedColumns().flatMap(({ table: of, column }) => (of === name ? [column] : [])));
  const unknown = Object.keys(rules.personal ?? {}).filter((column) => !columns.some((known) => known.name === column));
  if (unknown.length > 0) throw new Error(`The catalogue names columns of ${name} that are not there: ${unknown.join(', ')}`);
  const rows = columns.map((column) => [
    `\`${column.name}\``,
    isMoney(column.name) ? 'DECIMAL(10,2)' : typeOf(column),
    column.notnull === 1 || column.pk > 0 ? '' : 'null',
    [...(column.pk > 0 ? ['P'] : []), ...(keys.get(column.name) ?? [])].join(', '),
    [rules.personal?.[column.name], sealed.has(column.name) ? '_sealed_' : ''].filter(Boolean).join(', '),
  ]);
  return `## \`${name}\`

${rules.holds}. ${fateOf(rules)}

${table(['Column', 'Type', 'Null', 'Key', 'Personal data'], rows)}`;
}

/** MariaDB numbers rows with a wider type than SQLite. */
const typeOf = ({ type, pk }: Column): string => (type === 'INTEGER' && pk === 1 ? 'BIGINT' : type);

async function keysOf({ sequelize }: Database, name: string): Promise<Map<string, string[]>> {
  const keys = new Map<string, string[]>();
  const add = (column: string, key: string) => keys.set(column, [...new Set([...(keys.get(column) ?? []), key])]);
  const select = <T extends object>(sql: string) => sequelize.query<T>(sql, { type: QueryTypes.SELECT });
  const indexes = await select<{ name: string; unique: number; origin: string }>(`PRAGMA index_list(${name})`);
  let together = 0;
  for (const index of indexes.toReversed()) {
    if (index.origin === 'pk') continue;
    const columns = await select<{ name: string }>(`PRAGMA index_info('${index.name}')`);
    const mark = index.unique === 0 ? 'I' : columns.length > 1 ? `U${++together}` : 'U';
    for (const column of columns) add(column.name, mark);
  }
  for (const key of await select<{ from: string; table: string }>(`PRAGMA foreign_key_list(${name})`)) add(key.from, `F ${key.table}`);
  return keys;
}

/** What becomes of the rows of somebody who is erased. */
function fateOf({ about, erase }: TableRules): string {
  if (!about) return 'About nobody in particular.';
  const { hold, set, deleteIf }: Erasure = erase ?? {};
  const emptied = set
    ? ` ${Object.keys(set)
        .map((column) => `\`${column}\``)
        .join(', ')} ${Object.keys(set).length > 1 ? 'are' : 'is'} emptied.`
    : '';
  if (!hold) return set ? `When a person is erased:${emptied}` : 'When a person is erased: deleted.';
  return `When a person is erased: kept for the term \`${hold}\`${deleteIf ? ' as far as held rows need them' : ''}.${emptied}`;
}
