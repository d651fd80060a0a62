/** Loaded before a server (`--import`): edits sources as they are read, as `PLANTED` says. */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
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

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const source = sources.get(url);
    return source === undefined ? loaded : { ...loaded, source };
  },
});
