/** Keeps what came of full plays, a file each, and writes the newest into docs/faults.md. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release } from 'node:os';
import path from 'node:path';
import type { Row, Size } from './row.ts';
import { rows } from './rows.ts';
import { suites } from './suites.ts';

export interface Played {
  id: string;
  what: string;
  goal: string;
  faults: readonly string[];
  figures: Record<string, number | string>;
  twinFound: boolean;
  seconds: number;
  size: Size;
  commit: string;
  date: string;
}

const ids = [...rows, ...suites].map(({ id }) => id);
const folder = path.join(import.meta.dirname, 'results');
const FILE = path.join(import.meta.dirname, '../../docs/faults.md');
const BEGIN = '<!-- results: written by npm run test:faults -- --report -->';
const END = '<!-- end of results -->';

export function keep(played: Played): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${played.id.replaceAll(' ', '-')}.json`), `${JSON.stringify(played, null, 2)}\n`);
}

/** The newest play of each row, in their order. */
export function kept(): Played[] {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  const found = new Map<string, Played>();
  for (const name of files) {
    const played = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Played;
    found.set(played.id, played);
  }
  return ids.flatMap((id) => found.get(id) ?? []);
}

const BETWEEN = ' / ';

/** Figures of several plays of a row, side by side. */
export function joined(plays: readonly Record<string, number | string>[]): Record<string, number | string> {
  const names = [...new Set(plays.flatMap((figures) => Object.keys(figures)))];
  const text = (name: string): string => [...new Set(plays.map((figures) => String(figures[name])))].join(BETWEEN);
  return Object.fromEntries(names.map((name) => [name, text(name)]));
}

const headings = ['row', 'what is played', 'must come of it', 'rounds × at once', 'came of it', 'twin', 'commit'];

const rowOf = (id: string): Row | undefined => rows.find((row) => row.id === id);

/** What must not be: faults of the play, and answers that came too late. */
export function faultsOf({ id, faults, figures, size }: Played): readonly string[] {
  const row = rowOf(id);
  if (!row || size.clients !== row.full.clients) return faults;
  const limits = Object.entries({ ...row.limits, ...(row.p99Ms !== undefined && { p99: row.p99Ms }) });
  const values = (name: string): number[] =>
    String(figures[name])
      .split(BETWEEN)
      .map((figure) => Number.parseInt(figure, 10));
  const above = limits.filter(([name, most]) => values(name).some((value) => value > most));
  return [...faults, ...above.map(([name, most]) => `${name} above ${most}`)];
}

export const held = (played: Played): boolean => faultsOf(played).length === 0 && played.twinFound;

function cells(played: Played): string[] {
  const { id, what, goal, figures, twinFound, seconds, commit } = played;
  const { rounds, clients } = played.size;
  const wanted = rowOf(id)?.full;
  const faults = faultsOf(played);
  // Less was played when `--rounds` or `--short` cut it.
  const share = wanted && wanted.rounds > rounds ? ` of ${wanted.rounds}` : '';
  const times = played.size.seed ? `, ${played.size.seed} seeds` : '';
  const size = `${rounds}${share} × ${clients}${times}`;
  const told = Object.entries({ ...figures, seconds }).map(([name, value]) => `${name} ${value}`);
  const verdict = faults.length === 0 ? 'holds' : `FAILS (${faults[0]?.split('\n')[0]})`;
  return [id, what, goal, size, `${verdict}: ${told.join(', ')}`, twinFound ? 'found' : 'NOT FOUND', commit];
}

/** As an aligned text table, without the long sentences. */
export function table(played: readonly Played[]): string {
  const lines = [headings, ...played.map(cells)].map((line) => [line[0], ...line.slice(3)].map(String));
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}

/** Writes the newest plays between the markers of the document. Rows of which none is kept here stay as they stand there. */
export function report(): void {
  const text = readFileSync(FILE, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${FILE} has lost its markers`);
  const line = (columns: readonly string[]): string => `| ${columns.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const played = kept();
  const written = rest?.split(END)[0] ?? '';
  const standing = new Map(written.split('\n').map((told) => [told.split('|')[1]?.trim(), told]));
  const told = new Map(played.map((row) => [row.id, line(cells(row))]));
  const lines = ids.flatMap((id) => told.get(id) ?? standing.get(id) ?? []);
  const body = [line(headings), line(headings.map(() => '---')), ...lines];
  const dates = [...(written.match(/\d{4}-\d\d-\d\d/g) ?? []), ...played.map(({ date }) => date.slice(0, 10))];
  const days = [...new Set(dates)].toSorted().join(', ');
  const machine = `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown'}, Linux ${release()}, Node ${process.versions.node}`;
  const note = `Played ${days} on ${machine}, servers, databases, partners and clients all on it (\`+\`: with changes that were not committed).`;
  writeFileSync(FILE, `${before}${BEGIN}\n\n${body.join('\n')}\n\n${note}\n\n${END}${after}`);
}
