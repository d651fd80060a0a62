/**
 * Lines of the plan whose play is a test file of its own. It is run at full length; then once more for each bug, planted in the sources that
 * the test loads or starts, and has to fail.
 */
import type { SourceBugName } from './bugs.ts';

interface Tests {
  /** From the root of the project. */
  files: readonly string[];
  /** Only tests whose names match. */
  only?: string;
  env?: Readonly<Record<string, string>>;
}

export interface Suite extends Tests {
  /** Number in the plan, and what of it. */
  id: string;
  what: string;
  /** What must come of it, in words. */
  goal: string;
  lane: 'light' | 'heavy';
  twins: readonly (Partial<Tests> & { bug: SourceBugName })[];
}

const REST_FUZZ = 'tests/src/fuzz.test.ts';
const SOCKET_FUZZ = 'tests/rooms/fuzz.test.ts';

export const suites: readonly Suite[] = [
  {
    id: 'D1 database out',
    what: 'MariaDB is away for 15 s under 50 writes a second: killed, then frozen',
    goal: 'only 2xx or 503 with Retry-After, within 5 s; no half-writes, nothing lost that was answered; served again within 5 s; event loop late by less than 100 ms (p99)',
    lane: 'heavy',
    files: ['tests/faults/database-outage.test.ts'],
    env: { FAULTS: 'full' },
    twins: [
      { bug: 'outage-is-a-fault', only: 'frozen' },
      { bug: 'two-transactions', only: 'killed' },
    ],
  },
  {
    id: 'A2 fuzz',
    what: '10,000 broken requests to every route on both engines, some of them kept; 16,000 broken messages of sockets in every state; poisoned jobs; addresses that a server must not call',
    goal: 'nothing ends, no 5xx, no unhandled rejection, no undeclared answer or field',
    lane: 'light',
    files: [REST_FUZZ, SOCKET_FUZZ, 'tests/src/jobs.test.ts'],
    env: { FUZZ_REQUESTS: '10000', FUZZ_RUNS: '8' },
    twins: [
      { bug: 'times-unchecked', files: [REST_FUZZ], only: 'mysql', env: { FUZZ_REQUESTS: '10000' } },
      { bug: 'messages-unchecked', files: [SOCKET_FUZZ] },
    ],
  },
  {
    id: 'S1 who may what',
    what: 'every route as each of the identities, with objects of the own side and of the other; the way into rooms',
    goal: 'every cell is declared and comes out so; answers hold what their schema declares',
    lane: 'light',
    files: ['tests/src/access-matrix.test.ts'],
    twins: [{ bug: 'orders-of-everybody', only: 'on sqlite every cell' }],
  },
  {
    id: 'S3 tokens',
    what: '500 mutated tokens; spent refresh tokens, 32 refreshes at once; sessions that are ended',
    goal: 'none is taken; a family is dead everywhere within 1 s; one successor',
    lane: 'light',
    files: ['tests/src/guessing.test.ts', 'tests/src/sessions.test.ts'],
    only: 'mutated tokens|refresh|whatever ends a session',
    twins: [
      { bug: 'reuse-forgiven', files: ['tests/src/sessions.test.ts'], only: 'spent token' },
      { bug: 'any-signature', files: ['tests/src/guessing.test.ts'], only: 'mutated tokens' },
    ],
  },
  {
    id: 'F1 uploads',
    what: '60 hostile files, images with something behind them, endless bodies, a full disk',
    goal: 'none is run or shown as a page, nothing outside of the store, at most 100 MB of memory more; 507 and no half file',
    lane: 'light',
    files: ['tests/src/files-hostile.test.ts'],
    twins: [{ bug: 'images-as-they-came', only: 'keeps of images' }],
  },
  {
    id: 'P1 accesses',
    what: 'accesses to medical data at once, and 100 chains that were tampered with',
    goal: 'one entry for each access, all in one sound chain; 100 of 100 are found',
    lane: 'light',
    files: ['tests/src/audit.test.ts'],
    twins: [{ bug: 'chain-unread', only: 'tampered' }],
  },
  {
    id: 'P2 erasure',
    what: 'the copy of a patient with rows in every table, and their erasure, on both engines (10,000 records: `node bench/copy.ts`)',
    goal: 'the copy holds everything; afterwards no mark is left but in what the law keeps, which nobody deletes',
    lane: 'light',
    files: ['tests/src/privacy.test.ts'],
    twins: [{ bug: 'erase-forgets', only: 'no mark is left' }],
  },
  {
    id: 'P3 canary',
    what: 'marked names, numbers, diagnoses, titles, passwords and tokens go through the clinic, mistakes and faults included',
    goal: 'none in logs, traces, Redis, jobs, stored answers, metrics, files, nor in columns that are not for it',
    lane: 'light',
    files: ['tests/src/canary.test.ts'],
    twins: [{ bug: 'chat-in-clear', only: 'nothing personal leaves' }],
  },
];
