/**
 * Common machinery of the benchmarks: bare and ours are measured one after the other, A B A B …, in one run, and the
 * result is the median of the ratios of the pairs. A figure of one side alone says something about this machine only.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, release } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { median, short, spread } from './stats.ts';

export interface Options {
  pairs: number;
  /** length of one measurement */
  seconds: number;
  /** Slow our side beyond the goal: the verdict must turn red. */
  twin: boolean;
  /** One short pair, to see that the benchmark works; its figures mean nothing. */
  quick: boolean;
}

/** One bar: a ratio to the bare side, a difference from it, or (without a bare side) a value of ours alone. */
export interface Goal {
  /** number in the table of goals, for example `P1` */
  id: string;
  what: string;
  unit: string;
  compare: 'ratio' | 'difference' | 'value';
  atMost?: number;
  atLeast?: number;
}

export interface Pair {
  bare: number;
  ours: number;
}

/** Something that must hold besides the bar, for example a number of round trips. */
export interface Condition {
  text: string;
  holds: boolean;
}

export interface Result extends Goal {
  pairs: Pair[];
  /** median over the pairs of what `compare` says */
  value: number;
  conditions: Condition[];
  passed: boolean;
  options: Options;
  /** runs that began although the machine was busy */
  disturbed: number;
  commit: string;
  date: string;
  machine: string;
}

export const resultsFolder = join(import.meta.dirname, 'results');
const QUIET_SHARE = 0.3;
let disturbed = 0;

/** Reads `--pairs N --seconds S --twin --quick`; a quick run is one pair of at most 2 s. */
export function readOptions(defaults: { pairs: number; seconds: number }): Options {
  const { values } = parseArgs({
    options: {
      pairs: { type: 'string' },
      seconds: { type: 'string' },
      twin: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
    },
  });
  const pairs = Number(values.pairs ?? (values.quick ? 1 : defaults.pairs));
  const seconds = Number(values.seconds ?? (values.quick ? Math.min(2, defaults.seconds) : defaults.seconds));
  if (!(pairs >= 1) || !(seconds > 0)) throw new Error('--pairs and --seconds want positive numbers');
  return { pairs, seconds, twin: values.twin, quick: values.quick };
}

function processorTimes(): { busy: number; total: number } {
  const fields = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').trim().split(/\s+/).slice(1, 9).map(Number);
  const total = fields.reduce((sum, value) => sum + value, 0);
  return { busy: total - (fields[3] ?? 0) - (fields[4] ?? 0), total };
}

/** Waits until the machine was less than 30 % busy for a second, at most `seconds`; says so when it never was. */
export async function waitForQuiet(seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const before = processorTimes();
    await sleep(1000);
    const after = processorTimes();
    const share = (after.busy - before.busy) / Math.max(1, after.total - before.total);
    if (share < QUIET_SHARE) return;
    if (Date.now() < deadline) continue;
    disturbed++;
    console.log(`  the machine is ${Math.round(share * 100)} % busy with other work; measuring all the same`);
    return;
  }
}

/** Runs the two sides in turn. Each side answers one figure, or several by name when one run measures several things. */
export async function measurePairs<F>(
  options: Options,
  sides: { bare: () => Promise<F>; ours: () => Promise<F> },
): Promise<{ bare: F; ours: F }[]> {
  const pairs: { bare: F; ours: F }[] = [];
  const patience = options.quick ? 1 : 60;
  while (pairs.length < options.pairs) {
    await waitForQuiet(patience);
    const bare = await sides.bare();
    await waitForQuiet(patience);
    const ours = await sides.ours();
    pairs.push({ bare, ours });
    console.log(`  pair ${pairs.length} of ${options.pairs}: bare ${describe(bare)}, ours ${describe(ours)}`);
  }
  return pairs;
}

function describe(figure: unknown): string {
  if (typeof figure === 'number') return short(figure);
  return Object.entries(figure as Record<string, unknown>)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? short(value) : String(value)}`)
    .join(' ');
}

function commit(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim();
  return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') ? '+' : '');
}

function compare(goal: Goal, pair: Pair): number {
  if (goal.compare === 'ratio') return pair.ours / pair.bare;
  return goal.compare === 'difference' ? pair.ours - pair.bare : pair.ours;
}

/** Judges one bar, prints it, and keeps it as JSON in `bench/results`. */
export function conclude(goal: Goal, pairs: Pair[], options: Options, conditions: Condition[] = []): Result {
  const value = median(pairs.map((pair) => compare(goal, pair)));
  const met = value <= (goal.atMost ?? Number.POSITIVE_INFINITY) && value >= (goal.atLeast ?? Number.NEGATIVE_INFINITY);
  const result: Result = {
    ...goal,
    pairs,
    value,
    conditions,
    passed: met && conditions.every((condition) => condition.holds),
    options,
    disturbed,
    commit: commit(),
    date: new Date().toISOString(),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${arch()}, Linux ${release()}, Node ${process.versions.node}`,
  };
  mkdirSync(resultsFolder, { recursive: true });
  const kind = options.twin ? '-twin' : options.quick ? '-quick' : '';
  writeFileSync(join(resultsFolder, `${goal.id}${kind}-${result.date.replaceAll(':', '')}.json`), `${JSON.stringify(result, null, 2)}\n`);
  for (const condition of conditions) console.log(`  ${condition.holds ? 'holds' : 'FAILS'}: ${condition.text}`);
  console.log(table([result]));
  return result;
}

/** Ends a benchmark: exit code 0 when every bar is met; with `--twin`, when every bar is red. */
export function finish(results: readonly Result[]): void {
  const asExpected = results.every((result) => result.passed !== result.options.twin);
  if (results.some((result) => result.options.twin))
    console.log(asExpected ? 'The sanity twin turned the bar red, as it must.' : 'The sanity twin was NOT noticed.');
  process.exitCode = asExpected ? 0 : 1;
}

export const goalText = (goal: Goal): string =>
  goal.atMost === undefined ? `≥ ${goal.atLeast}` : `≤ ${goal.compare === 'difference' ? '+' : ''}${goal.atMost}`;

const compared = ({ compare: how }: Goal, value: number): string => {
  if (how === 'ratio') return value.toFixed(3);
  return `${how === 'difference' && value >= 0 ? '+' : ''}${short(value)}`;
};

/** The smallest and the largest of what the median is taken of. */
function range(result: Result): string {
  if (result.pairs.length === 1) return '–';
  const values = result.pairs.map((pair) => compare(result, pair));
  const ends = [Math.min(...values), Math.max(...values)].map((value) => compared(result, value));
  return [...new Set(ends)].join(' … ');
}

/** Cells of the result table: number, what, bare, ours, compared, the same of single pairs, spread of the bare side, goal, verdict. */
export function cells(result: Result): string[] {
  const bare = result.pairs.map((pair) => pair.bare);
  const alone = result.compare === 'value';
  return [
    result.id,
    result.what,
    alone ? '–' : `${short(median(bare))} ${result.unit}`,
    `${short(median(result.pairs.map((pair) => pair.ours)))} ${result.unit}`,
    compared(result, result.value),
    range(result),
    alone ? '–' : `${Math.round(spread(bare) * 100)} %`,
    goalText(result),
    result.passed ? 'met' : 'MISSED',
  ];
}

export const headings = ['goal no.', 'what', 'bare', 'ours', 'ours / bare', 'of single pairs', 'spread of bare', 'goal', 'verdict'];

/** The results as an aligned text table. */
export function table(results: readonly Result[]): string {
  const rows = [headings, ...results.map(cells)];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}
