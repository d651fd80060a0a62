/** Whether the API document says only what is so: of each answer that a route declares, did a test see one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Lines of all files whose name begins so. */
function linesOf(folder: string, kind: 'seen' | 'declared'): Set<string> {
  const files = readdirSync(folder).filter((name) => name.startsWith(`${kind}-`));
  return new Set(files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n')).filter(Boolean));
}

/** @param folder what `tests/support/answers.ts` has written @returns `METHOD url status` of answers that no test produced, in order */
export function unseenAnswers(folder: string): string[] {
  return [...linesOf(folder, 'declared').difference(linesOf(folder, 'seen'))].toSorted();
}
