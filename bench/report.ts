/** Writes the newest results into `docs/benchmarks.md`, between its markers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cells, headings, type Result } from './harness.ts';
import { inOrder, newestResults } from './results.ts';

const FILE = join(import.meta.dirname, '../docs/benchmarks.md');
const BEGIN = '<!-- results: written by node bench/report.ts -->';
const END = '<!-- end of results -->';

const markdownRow = (row: readonly string[]): string => `| ${row.join(' | ')} |`;

/** A row with what its run says beside its figures: the machine was busy, a condition failed. */
function rowOf(result: Result): string {
  const broken = result.conditions.filter(({ holds }) => !holds).map(({ text }) => `also wants: ${text}`);
  const remarks = [...(result.disturbed > 0 ? ['began on a busy machine'] : []), ...broken];
  return markdownRow([...cells(result).slice(0, -1), [cells(result).at(-1), ...remarks].join('; ')]);
}

const text = readFileSync(FILE, 'utf8');
const [before, rest] = text.split(BEGIN);
const [written, after] = rest?.split(END) ?? [];
if (before === undefined || written === undefined || after === undefined) throw new Error(`${FILE} has lost its markers`);

/** Rows of which no result is kept here stay as they stand. */
const rows = new Map(
  written
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| goal no.') && !line.startsWith('| ---'))
    .map((line) => [line.split('|')[1]?.trim() ?? '', line]),
);
const results = newestResults();
for (const result of results) rows.set(result.id, rowOf(result));

const [, stoodDays, stoodCommits] = /Measured (.+) at commit (.+) \(\+: /.exec(written) ?? [];
const joined = (stood: string | undefined, added: readonly string[]): string =>
  [...new Set([...(stood?.split(', ') ?? []), ...added])].join(', ');
const days = joined(
  stoodDays,
  results.map(({ date }) => date.slice(0, 10)),
);
const commits = joined(
  stoodCommits,
  results.map(({ commit }) => commit),
);
const machine = results.at(-1)?.machine ?? / on (.+?)\.\s+Every/.exec(written)?.[1] ?? 'an unknown machine';
const body = [markdownRow(headings), markdownRow(headings.map(() => '---')), ...inOrder([...rows]).map(([, row]) => row)];
const note = `Measured ${days} at commit ${commits} (+: with changes that were not committed) on ${machine}. Every run began on a quiet machine unless its row says otherwise.`;
writeFileSync(FILE, `${before}${BEGIN}\n\n${body.join('\n')}\n\n${note}\n\n${END}${after}`);
