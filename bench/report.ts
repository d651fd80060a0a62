/** Writes the newest results into `docs/benchmarks.md`, between its markers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cells, headings, type Result } from './harness.ts';
import { newestResults } from './results.ts';

const FILE = join(import.meta.dirname, '../docs/benchmarks.md');
const BEGIN = '<!-- results: written by node bench/report.ts -->';
const END = '<!-- end of results -->';

function markdownRow(row: readonly string[]): string {
  return `| ${row.join(' | ')} |`;
}

/** What the table does not show: the machine, the commits, runs that were not quiet, conditions that failed. */
function notes(results: readonly Result[]): string[] {
  const machines = new Set(results.map(({ machine }) => machine));
  const commits = new Set(results.map(({ commit }) => commit));
  const days = new Set(results.map(({ date }) => date.slice(0, 10)));
  const disturbed = results.filter((result) => result.disturbed > 0).map(({ id }) => id);
  const broken = results.flatMap(({ id, conditions }) =>
    conditions.filter(({ holds }) => !holds).map(({ text }) => `${id} also wants: ${text}.`),
  );
  return [
    `Measured ${[...days].join(', ')} at commit ${[...commits].join(', ')} (+: with changes that were not committed) on ${[...machines].join('; ')}.`,
    disturbed.length > 0
      ? `Runs that began although the machine was busy with something else: ${disturbed.join(', ')}.`
      : 'Every run began on a quiet machine.',
    ...broken,
  ];
}

function render(results: readonly Result[]): string {
  if (results.length === 0) return 'No full run was recorded yet.';
  const rows = results.map((result) => markdownRow(cells(result)));
  return [markdownRow(headings), markdownRow(headings.map(() => '---')), ...rows, '', ...notes(results)].join('\n');
}

const text = readFileSync(FILE, 'utf8');
const [before, rest] = text.split(BEGIN);
const after = rest?.split(END)[1];
if (before === undefined || after === undefined) throw new Error(`${FILE} has lost its markers`);
writeFileSync(FILE, `${before}${BEGIN}\n\n${render(newestResults())}\n\n${END}${after}`);
