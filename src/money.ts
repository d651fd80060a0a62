/**
 * Money: integer fen in code, yuan with two decimals on the wire and in the database. Converted here and nowhere else.
 * SQLite has no decimal numbers, so there a column of money holds integer fen.
 */
import { DataTypes, type ModelAttributeColumnOptions, type Sequelize } from 'sequelize';
import { z } from 'zod';

/** Integer hundredths of a yuan. */
export type Fen = number;

/** Most that `DECIMAL(10,2)` holds. */
export const MAX_FEN: Fen = 9_999_999_999;

/** 299 or 299.5 or 299.05 as a decimal text, without rounding on the way. */
export function yuanText(fen: Fen): string {
  const digits = String(Math.abs(fen)).padStart(3, '0');
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export const toYuan = (fen: Fen): number => Number(yuanText(fen));

/** @param yuan number or decimal text with at most two decimals @throws {RangeError} for anything else */
export function toFen(yuan: number | string): Fen {
  const [, sign = '', whole = '', cents = ''] = /^(-?)(\d+)(?:\.(\d{1,2})0*)?$/.exec(String(yuan)) ?? [];
  if (whole === '') throw new RangeError(`${yuan} is no amount of yuan`);
  const fen = Number(whole) * 100 + Number(cents.padEnd(2, '0'));
  return sign ? -fen : fen;
}

const hasTwoDecimals = (value: number): boolean => /^-?\d+(\.\d{1,2})?$/.test(String(value));

/** An amount in a request, in yuan: not negative, at most two decimals. Turn it into fen with `toFen`. */
export const yuanInput = z
  .number()
  .min(0)
  .max(MAX_FEN / 100)
  .refine(hasTwoDecimals, 'has more than two decimals')
  .describe('yuan, two decimals');

/** An amount in an answer, in yuan. */
export const yuan = z.number().describe('yuan, two decimals');

/**
 * Column type on MySQL. Values of queries and conditions pass through it too, so they are in fen like everything else. Not a
 * subclass: Sequelize's base types are proxies whose constructor ignores who extends them.
 */
const decimalMoney = Object.assign(new DataTypes.ABSTRACT(), {
  key: 'MONEY',
  toSql: () => 'DECIMAL(10,2)',
  /** Called by Sequelize for each value that it sends. */
  _stringify: (value: Fen | string): string => (typeof value === 'number' ? yuanText(value) : value),
});

/** Column of money in a model: its value is in fen. `literal` and raw statements need `moneyValue` and `readMoney`. */
export function moneyColumn(
  sequelize: Sequelize,
  name: string,
  options: Partial<ModelAttributeColumnOptions> = {},
): ModelAttributeColumnOptions {
  if (sequelize.getDialect() === 'sqlite') return { ...options, type: DataTypes.INTEGER };
  return {
    ...options,
    type: decimalMoney,
    get() {
      // Text comes from the database, a number from our code.
      const held = this.getDataValue(name) as string | Fen | null | undefined;
      return typeof held === 'string' ? toFen(held) : held;
    },
  };
}

/** An amount as the database of this connection holds it: for conditions, literals and raw statements. */
export const moneyValue = (sequelize: Sequelize, fen: Fen): string => (sequelize.getDialect() === 'sqlite' ? String(fen) : yuanText(fen));

/** A value that a raw query answered with, in fen. Sums arrive as text on MariaDB and as numbers on SQLite. */
export const readMoney = (sequelize: Sequelize, stored: number | string): Fen =>
  sequelize.getDialect() === 'sqlite' ? Number(stored) : toFen(stored);
