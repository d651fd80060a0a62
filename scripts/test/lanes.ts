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
}

export const lanes: readonly Lane[] = [
  { name: 'light', folders: [], workers: 2, testTimeoutMs: 20_000, budgetMs: 8 * 60_000 },
  // Browsers, media and faults want the machine for themselves, or their figures and deadlines mean nothing.
  { name: 'heavy', folders: ['browser', 'rtc', 'faults', 'cluster'], workers: 1, testTimeoutMs: 120_000, budgetMs: 15 * 60_000 },
];
