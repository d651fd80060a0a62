/** Reads what benchmark runs left in `bench/results`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Result, resultsFolder } from './harness.ts';

/** Order of the table: by number, then by letter. */
function rank(id: string): string {
  return id.replace(/\d+/, (number) => number.padStart(3, '0')).replace(/^(?!P)/, 'Z');
}

/** Sorts what has the number of a goal. */
export const inOrder = <T>(numbered: readonly (readonly [id: string, T])[]): (readonly [id: string, T])[] =>
  numbered.toSorted(([a], [b]) => rank(a).localeCompare(rank(b)));

/** Newest result of each goal. @param wanted which runs count; full runs of our side when absent */
export function newestResults(wanted = ({ options }: Result): boolean => !options.quick && !options.twin): Result[] {
  if (!existsSync(resultsFolder)) return [];
  const newest = new Map<string, Result>();
  for (const file of readdirSync(resultsFolder).filter((name) => name.endsWith('.json'))) {
    const result = JSON.parse(readFileSync(join(resultsFolder, file), 'utf8')) as Result;
    const known = newest.get(result.id);
    if (wanted(result) && (!known || known.date < result.date)) newest.set(result.id, result);
  }
  return inOrder([...newest]).map(([, result]) => result);
}
