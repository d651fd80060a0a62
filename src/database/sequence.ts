/** Numbers that people read: each sequence counts from 1, without duplicates. */
import { QueryTypes } from 'sequelize';
import type { Database } from './database.ts';

/**
 * The next number of a sequence. Its row stays locked until the transaction ends, so ask last; a transaction that fails gives
 * its number back.
 */
export function nextOf({ sequelize, dialect, transaction }: Database, name: string): Promise<number> {
  const again = dialect === 'mysql' ? 'ON DUPLICATE KEY UPDATE value = value + 1' : 'ON CONFLICT (name) DO UPDATE SET value = value + 1';
  return transaction(async () => {
    await sequelize.query(`INSERT INTO sequences (name, value) VALUES (:name, 1) ${again}`, { replacements: { name } });
    const [row] = await sequelize.query<{ value: number }>('SELECT value FROM sequences WHERE name = :name', {
      type: QueryTypes.SELECT,
      replacements: { name },
    });
    return row?.value ?? 0;
  });
}

/** A day as it stands in such numbers, `20261126`, in a time zone. */
export const dayNumber = (date: Date, zone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(date).replaceAll('-', '');
