/** Sources with the bugs that `PLANTED` names in them, by their address. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type SourceBug, type SourceBugName, sourceBugs } from './bugs.ts';

const root = path.resolve(import.meta.dirname, '../..');
const names = (process.env['PLANTED'] ?? '').split(',').filter(Boolean) as SourceBugName[];

function edited({ file, edits }: SourceBug, before: string): string {
  return edits.reduce((text, [from, to]) => {
    if (text.split(from).length !== 2) throw new Error(`${file} does not have this once: ${from}`);
    return text.replace(from, () => to);
  }, before);
}

const sources = new Map<string, string>();
for (const name of names) {
  const bug = sourceBugs[name];
  const file = path.join(root, bug.file);
  const url = pathToFileURL(file).href;
  sources.set(url, edited(bug, sources.get(url) ?? readFileSync(file, 'utf8')));
}

/** The source that takes the place of a module's; undefined: its own. @param url of its file */
export const plantedSource = (url: string): string | undefined => sources.get(url);
