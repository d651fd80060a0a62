/** Numbers that people read: each sequence counts from 1, without duplicates. */
import { QueryTypes } from 'sequelize';
import type { Database } from './database.ts';

const ROW = 'INSERT INTO sequences (name, value) VALUES (:name, 1)';
const ONE_MORE = {
  // Tells the number as what MySQL calls the id of an insert; there is none for the first row of a name.
  mysql: `${ROW} ON DUPLICATE KEY UPDATE value = LAST_INSERT_ID(value + 1)`,
  sqlite: `${ROW} ON CONFLICT (name) DO UPDATE SET value = value + 1`,
};

/**
 * The next number of a sequence. Its row stays locked until the transaction ends, so ask last; a transaction that fails gives
 * its number back.
 */
export function nextOf({ sequelize, dialect, transaction }: Database, name: string): Promise<number> {
  const replacements = { name };
  return transaction(async () => {
    const [id] = await sequelize.query(ONE_MORE[dialect], { type: QueryTypes.INSERT, replacements });
    if (dialect === 'mysql') return id || 1;
    const type = QueryTypes.SELECT;
    const [row] = await sequelize.query<{ value: number }>('SELECT value FROM sequences WHERE name = :name', { type, replacements });
    return row?.value ?? 0;
  });
}

/** The last number that a sequence has given; 0 before its first. */
export async function lastOf({ sequelize }: Pick<Database, 'sequelize'>, name: string): Promise<number> {
  const query = { type: QueryTypes.SELECT, replacements: { name } } as const;
  const [row] = await sequelize.query<{ value: number }>('SELECT value FROM sequences WHERE name = :name', query);
  return Number(row?.value ?? 0);
}

/** By zone: making one takes longer than a query. */
const days = new Map<string, Intl.DateTimeFormat>();

/** A day as it stands in such numbers, `20261126`, in a time zone. */
export function dayNumber(date: Date, zone: string): string {
  const format = days.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
  days.set(zone, format);
  return format.format(date).replaceAll('-', '');
}
