/** Runs the test files of a line of the plan, as they are and with bugs planted. */
import path from 'node:path';
import { lanes } from '#scripts/test/lanes.ts';
import { type LaneResult, runLane } from '#scripts/test/run-lane.ts';
import type { Played } from './report.ts';
import type { Suite } from './suites.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** Full length is no part of a lane's time. */
const BUDGET_MS = 30 * 60_000;

type Tests = Pick<Suite, 'lane' | 'files' | 'only' | 'env'>;

async function runTests({ lane: name, files, only, env = {} }: Tests, planted?: string): Promise<LaneResult> {
  const lane = lanes.find((one) => one.name === name);
  if (!lane) throw new Error(`there is no lane ${name}`);
  const set = { ...env, ...(planted && { PLANTED: planted }) };
  Object.assign(process.env, set);
  try {
    // Side by side they would take each other's figures.
    const alone = { ...lane, workers: 1, budgetMs: BUDGET_MS };
    return await runLane({ root, lane: alone, args: [...files, ...(only ? ['-t', only] : [])], quiet: planted !== undefined });
  } finally {
    for (const key of Object.keys(set)) delete process.env[key];
  }
}

/** Tests that failed; a file that does not load has found nothing. */
const failedTests = ({ failed, faults }: LaneResult): number => failed - faults.length;

/** @param short as in CI, instead of at full length */
export async function playSuite(suite: Suite, short: boolean): Promise<Omit<Played, 'commit'>> {
  const { id, what, goal, env = {}, twins, ...tests } = suite;
  const started = performance.now();
  const result = await runTests({ ...tests, env: short ? {} : env });
  const seconds = Math.round((performance.now() - started) / 1_000);
  const faults = [...result.faults, ...(failedTests(result) > 0 ? [`${failedTests(result)} tests failed`] : [])];
  if (result.passed + result.failed === 0) faults.push('no test was run');
  const blind: string[] = [];
  for (const { bug, ...other } of twins) {
    const found = failedTests(await runTests({ ...tests, env: {}, ...other }, bug)) > 0;
    console.log(found ? `  ${bug} was found` : `  ✗ ${bug} was NOT found`);
    if (!found) blind.push(bug);
  }
  const figures = { tests: result.passed, ...env, bugs: twins.length };
  const size = { rounds: 1, clients: 1 };
  return { id, what, goal, faults, figures, twinFound: blind.length === 0, seconds, size, date: new Date().toISOString() };
}
