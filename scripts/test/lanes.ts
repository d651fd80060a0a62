/** The lanes of `npm test`: which folders under `tests/` run together, how, and how long they may take. */

export interface Lane {
  name: string;
  /** Folders under `tests/`; the lane without any takes every folder that no other lane names. */
  folders: readonly string[];
  /** Test files that run side by side. */
  workers: number;
  /** Default timeout of one test, ms. */
  testTimeoutMs: number;
  /** What the lane may take in CI, ms. The lanes together stay below 25 minutes, set-up included. */
  budgetMs: number;
  /** Not part of `npm test`: runs when it is named, `node scripts/test.ts --lane <name>`. */
  apart?: true;
}

export const lanes: readonly Lane[] = [
  // Some file always waits for something: two leave a fifth of two processors idle.
  { name: 'light', folders: [], workers: 3, testTimeoutMs: 40_000, budgetMs: 440_000 },
  // Two files at a time would save four minutes, but what a page draws then came too late for a click now and then.
  { name: 'browser', folders: ['browser'], workers: 1, testTimeoutMs: 120_000, budgetMs: 9.5 * 60_000 },
  // Networks that are shaped, media and faults want the machine for themselves, or their figures and deadlines mean nothing.
  { name: 'heavy', folders: ['network', 'rtc', 'faults', 'cluster'], workers: 1, testTimeoutMs: 120_000, budgetMs: 8 * 60_000 },
  // How a site is run: other kinds of Redis, upgrades, balancers.
  { name: 'operations', folders: ['operations'], workers: 1, testTimeoutMs: 60_000, budgetMs: 10 * 60_000, apart: true },
];
