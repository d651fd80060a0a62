/** Goes through everything that is sealed, while the server runs: seals it anew with the current key, or tries whether it can be opened. */
import { QueryTypes } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import { type SealedColumn, sealedColumns, type Vault } from './vault.ts';

const BATCH = 200;

export interface Rotation {
  /** Values that were sealed anew, by `table.column`. */
  readonly resealed: Readonly<Record<string, number>>;
  /** Values that changed while they were in hand; run the command again. */
  readonly missed: number;
}

export interface KeyCheck {
  /** Values that can be opened, by the id of their key. */
  readonly readable: Readonly<Record<string, number>>;
  /** Values that cannot, by `table.column`: their key is missing or another one, or they were changed. */
  readonly unreadable: Readonly<Record<string, number>>;
}

interface Sealed {
  id: string;
  sealed: string;
}

/**
 * Goes through every sealed column. A value that somebody changes meanwhile is not touched: the update names the old text.
 * @throws {Error} when a value cannot be opened; what was done until then stays
 */
export async function rotateKeys(database: Database, vault: Vault): Promise<Rotation> {
  const resealed: Record<string, number> = {};
  let missed = 0;
  for (const column of sealedColumns()) {
    let done = 0;
    for await (const { id, sealed } of valuesOf(database, column)) {
      if (!vault.isSealed(sealed) || vault.keyOf(sealed) === vault.currentKey) continue;
      const fresh = vault.seal(column, id, vault.open(column, id, sealed));
      if (await replace(database, column, id, sealed, fresh)) done++;
      else missed++;
    }
    if (done > 0) resealed[`${column.table}.${column.column}`] = done;
  }
  return { resealed, missed };
}

/** Opens every value, as after a restore: whether the keys belong to the database. */
export async function checkKeys(database: Database, vault: Vault): Promise<KeyCheck> {
  const readable: Record<string, number> = {};
  const unreadable: Record<string, number> = {};
  const count = (counts: Record<string, number>, name: string) => (counts[name] = (counts[name] ?? 0) + 1);
  for (const column of sealedColumns()) {
    for await (const { id, sealed } of valuesOf(database, column)) {
      if (!vault.isSealed(sealed)) continue;
      try {
        vault.open(column, id, sealed);
        count(readable, vault.keyOf(sealed));
      } catch {
        count(unreadable, `${column.table}.${column.column}`);
      }
    }
  }
  return { readable, unreadable };
}

const quoted = (name: string): string => `\`${name}\``;

/** Every value of a column, in portions. Several rows may share an id: those of the last one of a portion are read again with the next. */
async function* valuesOf(database: Database, column: SealedColumn): AsyncGenerator<Sealed> {
  let limit = BATCH;
  for (let from = ''; ;) {
    const rows = await read(database, column, from, limit);
    const last = rows.length < limit ? undefined : rows.at(-1)?.id;
    yield* rows.filter(({ id }) => id !== last);
    if (last === undefined) return;
    // One id alone fills the portion: it takes a larger one.
    if (last === from) limit *= 2;
    from = last;
  }
}

async function read({ sequelize }: Database, { table, column, idColumn }: SealedColumn, from: string, limit: number): Promise<Sealed[]> {
  const [id, value] = [quoted(idColumn), quoted(column)];
  const sql = `SELECT ${id} AS id, ${value} AS sealed FROM ${quoted(table)} WHERE ${value} IS NOT NULL AND ${id} >= :from ORDER BY ${id} LIMIT ${limit}`;
  return sequelize.query<Sealed>(sql, { type: QueryTypes.SELECT, replacements: { from } });
}

async function replace(
  { sequelize, transaction }: Database,
  { table, column, idColumn }: SealedColumn,
  id: string,
  old: string,
  fresh: string,
) {
  const sql = `UPDATE ${quoted(table)} SET ${quoted(column)} = :fresh WHERE ${quoted(idColumn)} = :id AND ${quoted(column)} = :old`;
  const [, changed] = await transaction(() => sequelize.query(sql, { type: QueryTypes.UPDATE, replacements: { fresh, id, old } }));
  return changed > 0;
}
