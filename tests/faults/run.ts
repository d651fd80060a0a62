/**
 * `npm run test:faults`: plays the rows of the fault plan at full length, each with its twin, and prints a table. Arguments:
 * beginnings of row numbers (`B1`, `"B2 crash"`), `--resume` (leaves out what has passed at this commit at no smaller size, unless there are
 * changes that are not committed), `--short`, `--rounds=N` (fewer rounds, where there is no time for all), `--seeds=N` (plays each row so many
 * times, with other chances; three times for rows of rooms when absent, once for the others), `--report` (writes what has been kept into docs/faults.md; plays only what is named).
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { faultsOf, held, joined, keep, kept, type Played, report, table } from './report.ts';
import { covers } from './resume.ts';
import { startRig } from './rig.ts';
import { createFindings, type Findings, type Row, type Size } from './row.ts';
import { roomRows, rows } from './rows.ts';
import { playSuite } from './suite-run.ts';
import { suites } from './suites.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    resume: { type: 'boolean' },
    short: { type: 'boolean' },
    rounds: { type: 'string' },
    seeds: { type: 'string' },
    report: { type: 'boolean' },
  },
});
const git = (...args: string[]): string => execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim();
const commit = git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') ? '+' : '');

const cut = values.rounds === undefined ? Infinity : Number(values.rounds);
if (!(cut >= 1)) throw new Error('--rounds takes a number from 1 on');

if (values.seeds !== undefined && !(Number(values.seeds) >= 1)) throw new Error('--seeds takes a number from 1 on');

/** How often rooms are played, whose outcome is left to chance more than that of the others. */
const ROOM_SEEDS = 3;

const seedsOf = (row: Row): number => Number(values.seeds ?? (!values.short && roomRows.includes(row) ? ROOM_SEEDS : 1));

/** Its `seed` is how many there are. */
function sizeOf(row: Row): Size {
  const { short, full } = row;
  const size = values.short && short ? short : { ...full, rounds: Math.min(full.rounds, cut) };
  const seeds = seedsOf(row);
  return { ...size, ...(seeds > 1 && { seed: seeds }) };
}

/** Whether what was taken away was found. A play that breaks off has found nothing. */
async function twin(row: Row): Promise<boolean> {
  const rig = await startRig(row.rig);
  try {
    await rig.plant(row.twin.sources ?? []);
    await rig.drop(row.twin.indexes ?? []);
    const found = createFindings();
    await row.play(rig, row.twin.size ?? row.short ?? row.full, found);
    if (found.failed) console.log(`  the twin found: ${found.faults[0]}`);
    return found.failed;
  } catch (error) {
    console.log('  the twin broke off:', error);
    return false;
  } finally {
    await rig.close();
  }
}

/** @returns what was found, whatever ended it */
async function playOnce(row: Row, size: Size): Promise<Findings> {
  const found = createFindings();
  const rig = await startRig(row.rig);
  try {
    await row.play(rig, size, found);
  } catch (error) {
    found.fault(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    await rig.close();
  }
  return found;
}

async function playSeeds(row: Row, size: Size): Promise<Findings[]> {
  const { seed: seeds = 1 } = size;
  const plays: Findings[] = [];
  for (let seed = 1; seed <= seeds && !plays.some(({ failed }) => failed); seed++) plays.push(await playOnce(row, { ...size, seed }));
  return plays;
}

async function play(row: Row): Promise<Played> {
  const size = sizeOf(row);
  const started = performance.now();
  const plays = await playSeeds(row, size);
  const seconds = Math.round((performance.now() - started) / 1_000);
  const { id, what, goal } = row;
  const faults = plays.flatMap((found) => found.faults);
  return {
    id,
    what,
    goal,
    faults,
    figures: joined(plays.map((found) => found.figures())),
    twinFound: await twin(row),
    seconds,
    size,
    commit,
    date: new Date().toISOString(),
  };
}

const wanted = [...rows, ...suites].filter(({ id }) =>
  positionals.length === 0 ? !values.report : positionals.some((name) => id.startsWith(name)),
);
const known = new Map(kept().map((played) => [played.id, played]));
const results: Played[] = [];
for (const row of wanted) {
  const before = known.get(row.id);
  if (values.resume && before && held(before) && covers(before, commit, 'files' in row ? { rounds: 1, clients: 1 } : sizeOf(row))) {
    results.push(before);
    continue;
  }
  console.log(`\n${row.id}: ${row.what}`);
  const played = 'files' in row ? { ...(await playSuite(row, values.short ?? false)), commit } : await play(row);
  faultsOf(played).forEach((fault) => console.log(`  ✗ ${fault}`));
  if (!values.short) keep(played);
  results.push(played);
}
if (results.length > 0) console.log(`\n${table(results)}`);
if (values.report) report();
process.exitCode = results.every(held) ? 0 : 1;
