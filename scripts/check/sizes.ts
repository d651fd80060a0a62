/** Size budgets: small files are what keeps the project readable in ten minutes. oxlint holds the one for functions. */
import { countAny, lineAt, readSources, type SourceFile } from './sources.ts';

/** Lines per file, and `any` per 1,000 lines. */
const budgets = { warn: 300, fail: 500, median: 120, any: 1 } as const;

export interface SizeReport {
  errors: string[];
  warnings: string[];
  /** One sentence with the figures. */
  summary: string;
}

const lines = (file: SourceFile) => lineAt(file.text.trimEnd(), file.text.length);

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

/**
 * Measures every source file. Tests count for the limit of a single file only, not for the median.
 * @param root folder of the project
 */
export function measureSizes(root: string): SizeReport {
  const files = readSources(root);
  const measured = files.map((file) => ({ path: file.path, lines: lines(file) }));
  const own = files.filter((file) => file.folder !== 'tests');
  const middle = median(own.map(lines));
  const total = own.reduce((sum, file) => sum + lines(file), 0);
  const any = own.reduce((sum, file) => sum + countAny(file), 0);

  const errors = measured
    .filter((file) => file.lines > budgets.fail)
    .map((file) => `${file.path}: ${file.lines} lines, the limit is ${budgets.fail}`);
  if (middle > budgets.median) errors.push(`the median file has ${middle} lines, the limit is ${budgets.median}`);
  if (any * 1_000 > budgets.any * total)
    errors.push(`\`any\` is written ${any} times in ${total} lines, the limit is ${budgets.any} in 1,000`);
  const warnings = measured
    .filter((file) => file.lines > budgets.warn && file.lines <= budgets.fail)
    .map((file) => `${file.path}: ${file.lines} lines, better below ${budgets.warn}`);
  return { errors, warnings, summary: `${own.length} files, median ${middle} lines, ${any} × any` };
}
