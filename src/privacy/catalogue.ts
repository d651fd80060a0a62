/**
 * Every table of the database: what it holds, which of its columns are personal data, which rows are about a person, and what
 * becomes of them when that person is erased. Copies, erasure, retention and the data dictionary all follow it; a test fails when a table or
 * a sealed column is missing. Data that is in here is handled across modules: the one place that may touch their tables.
 */
import type { TermName } from './terms.ts';
import { care } from './catalogue/care.ts';
import { money as payments } from './catalogue/money.ts';
import { people } from './catalogue/people.ts';
import { system } from './catalogue/system.ts';

/**
 * `identity`: who somebody is; `contact`: how to reach them; `health`: medical data; `financial`: what they paid; `trace`: where and with
 * what they were online; `credential`: what proves who they are; `text`: free text, which may hold any of it.
 */
export type PersonalClass = 'identity' | 'contact' | 'health' | 'financial' | 'trace' | 'credential' | 'text';

/** What becomes of a person's rows. */
export interface Erasure {
  /** Kept until this term is over; the columns of `set` are not. Without it and without `set` the rows are deleted. */
  readonly hold?: TermName;
  /** Columns that are emptied, with the SQL of their new value. */
  readonly set?: Readonly<Record<string, string>>;
  /** Only rows that fulfil this are deleted at once; the rest is held. */
  readonly deleteIf?: string;
}

export interface TableRules {
  /** What the table holds, in a few words. */
  readonly holds: string;
  readonly personal?: Readonly<Record<string, PersonalClass>>;
  /** SQL condition: the rows that are about the person `:user`. */
  readonly about?: string;
  /** With `about` only. */
  readonly erase?: Erasure;
  /** Columns that no copy of a person's data shows: keys, hashes, counters, words of the staff among themselves. */
  readonly internal?: readonly string[];
}

/** In the order in which rows can be deleted: what refers to others comes first. */
export const catalogue: Readonly<Record<string, TableRules>> = { ...care, ...payments, ...people, ...system };

export const rulesOf = (table: string): TableRules => {
  const rules = catalogue[table];
  if (!rules) throw new Error(`The table ${table} is not in the catalogue of personal data`);
  return rules;
};

const money = new Set(['amount', 'price', 'unit_price', 'refunded', 'claimed', 'balance', 'balance_before', 'balance_after']);
/** Whether a column holds an amount of money. */
export const isMoney = (column: string): boolean => money.has(column);
