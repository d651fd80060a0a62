/** What the parts of the seed share. */
import { DateTime } from 'luxon';
import type { Foundation } from '#src/foundation.ts';
import type { Chance } from './random.ts';
import type { Rows } from './rows.ts';

export interface SeedOptions {
  /** Another number, other people. */
  seed: number;
  /** 1: 20 practitioners, 2,000 patients, 10,000 appointments. */
  scale: number;
  /** The clinic's present: what is before it has happened. */
  at: Date;
  /** Of every account that is made. */
  password: string;
}

export interface SeedParts extends Pick<Foundation, 'database' | 'vault' | 'settings' | 'secrets'> {
  options: SeedOptions;
  chance: Chance;
  rows: Rows;
  zone: string;
}

export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** Actor and request of what is put on record. */
export const BY_SEED = { requestId: 'seed', ip: '' } as const;

export interface Sizes {
  practitioners: number;
  patients: number;
  appointments: number;
}

export const sizesOf = (scale: number): Sizes => ({
  practitioners: Math.max(4, Math.round(20 * scale)),
  patients: Math.max(10, Math.round(2_000 * scale)),
  appointments: Math.max(40, Math.round(10_000 * scale)),
});

/** Midnights of the clinic's days, from so many days before the present to so many behind it. */
export function daysAround({ options, zone }: Pick<SeedParts, 'options' | 'zone'>, before: number, behind: number): DateTime[] {
  const today = DateTime.fromJSDate(options.at, { zone }).startOf('day');
  return Array.from({ length: before + behind + 1 }, (_, day) => today.plus({ days: day - before }));
}
