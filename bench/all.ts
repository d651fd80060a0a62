/** Runs every benchmark, one after the other, and ends with one table. Options are passed on: `--quick`, `--twin`, `--pairs`, `--seconds`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readOptions, table } from './harness.ts';
import { newestResults } from './results.ts';

const BENCHMARKS = [
  'one-to-one',
  'rooms',
  'receivers',
  'capacity',
  'admission',
  'outgrow',
  'cascade',
  'film',
  'join',
  'page',
  'glass',
  'slots',
  'reads',
  'million',
  'booking',
  'load',
  'jobs',
  'mailbox',
  'tracing',
  'chat',
  'nodes',
  'way',
  'idle',
  'chat-commit',
  'memory',
  'route',
  'leak',
  'availability',
];

const started = new Date().toISOString();
readOptions({ pairs: 1, seconds: 1 });
const failed = BENCHMARKS.filter((name) => {
  console.log(`\n=== ${name}`);
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...process.argv.slice(2)], { stdio: 'inherit' });
  return status !== 0;
});
const results = newestResults(({ date }) => date >= started);
console.log(`\n${table(results)}`);
if (failed.length > 0) console.log(`\nNot as expected: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
