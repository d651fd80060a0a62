/**
 * `npm test`: runs the lanes one after the other and ends with one line, `N passed, N failed` (and `, N skipped`).
 * Arguments go to jest: `npm test -- tests/rooms`, `npm test -- tests/sfu -t 'close()'`. Without any, an answer
 * that the API document names and no test has seen is a failure of the run. `--lane <name>` as the first one runs that lane alone.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unseenAnswers } from './test/answers.ts';
import { lanes } from './test/lanes.ts';
import { placeOfRun } from './test/place.ts';
import { runLane, type LaneResult } from './test/run-lane.ts';

const [flag, only, ...others] = process.argv.slice(2);
const named = flag === '--lane';
const args = named ? others : process.argv.slice(2);
const chosen = lanes.filter((lane) => (named ? lane.name === only : !lane.apart));

const root = fileURLToPath(new URL('..', import.meta.url));
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());

// What lanes that are ended leave there ends with this process.
const data = await placeOfRun();
process.env['TEST_DATA'] = data;
const answers = join(data, 'answers');
mkdirSync(answers);
process.env['TEST_ANSWERS'] = answers;

const minutes = (ms: number) => `${Math.floor(ms / 60_000)}:${String(Math.floor((ms / 1_000) % 60)).padStart(2, '0')}`;

const results: LaneResult[] = [];
const table: string[] = [];
for (const lane of chosen) {
  if (stop.signal.aborted) break;
  const result = await runLane({ root, lane, args, signal: stop.signal });
  results.push(result);
  const late = result.ms > lane.budgetMs ? '  over budget' : '';
  table.push(
    `lane ${lane.name}: ${result.passed} passed, ${result.failed} failed in ${minutes(result.ms)} of ${minutes(lane.budgetMs)}${late}`,
  );
  for (const failure of [...result.failures, ...result.faults]) table.push(`  ✗ ${failure}`);
}

const sum = (key: 'passed' | 'failed' | 'skipped') => results.reduce((total, result) => total + result[key], 0);
const [passed, skipped] = [sum('passed'), sum('skipped')];
let failed = sum('failed');
if (process.argv.length === 2 && !stop.signal.aborted) {
  const unseen = unseenAnswers(answers);
  // A failed test more, with a name: what the document promises and nobody has seen may not be so.
  if (unseen.length > 0) {
    failed++;
    table.push(`  ✗ documented, but answered in no test: ${unseen.length}`, ...unseen.map((answer) => `    ${answer}`));
  }
}
rmSync(data, { recursive: true, force: true, maxRetries: 3 });
if (passed + failed === 0) {
  failed = 1;
  table.push('  ✗ no test was run');
}
console.log(`\n${table.join('\n')}`);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed === 0 ? 0 : 1;
