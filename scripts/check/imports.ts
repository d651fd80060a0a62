/**
 * The folders are the architecture: which folder may import from which (DESIGN, "The folders are the architecture";
 * CONTRIBUTING.md shows the table). oxlint finds cycles; this rule needs resolved paths and named exceptions, which its
 * `no-restricted-imports` cannot express.
 */
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type Reference, readSources, referencesOf, type SourceFile } from './sources.ts';

const everything = () => true;
/** What others may see of `rooms/`: its public face, the protocol, the errors and the ports. */
const publicRooms = (to: string) => /^rooms\/(index|errors|ports|protocol[\w-]*)\.ts$/.test(to);
const inFolder = (...folders: string[]) => {
  return (to: string) => folders.some((folder) => to.startsWith(`${folder}/`));
};

/** By folder: may it import this file (path from the root)? A folder may always import from itself. */
const rules: Record<string, (to: string, reference: Reference) => boolean> = {
  config: () => false,
  sfu: inFolder('config'),
  rooms: inFolder('config', 'sfu'),
  src: (to) => inFolder('config')(to) || publicRooms(to),
  workers: (to) => inFolder('config', 'src/outbox')(to) || /^(src\/.*\/?service|src\/audit\/actor|src\/redis|rooms\/ports)\.ts$/.test(to),
  web: (to, { typeOnly }) => to === 'rooms/protocol-version.ts' || (typeOnly && publicRooms(to)),
  scripts: inFolder('config'),
  tests: everything,
  bench: everything,
};

/** Single files with more rights than their folder. */
const exceptions: Record<string, (to: string) => boolean> = {
  // The only place that knows all parts: it constructs them.
  'src/wire.ts': everything,
  // Generates the reference documents from the contracts themselves.
  'scripts/docs.ts': (to) => inFolder('config', 'src')(to) || publicRooms(to),
  'scripts/docs/dictionary.ts': inFolder('src'),
  // Starts what the tests know how to start.
  'scripts/cluster.ts': inFolder('tests/support'),
};

/**
 * Path from the root that a specifier stands for, or undefined for a package.
 * @param from path of the importing file, relative to the root
 */
function resolve(root: string, from: string, specifier: string): string | undefined {
  let path: string;
  if (specifier.startsWith('#')) path = specifier.slice(1);
  else if (specifier.startsWith('.')) path = posix.join(posix.dirname(from), specifier);
  else if (specifier.startsWith('/')) path = specifier.slice(1);
  else return undefined;
  path = path.replace(/\?.*$/, '');
  return ['', '.ts', '.tsx', '/index.ts', '/index.tsx'].map((ending) => path + ending).find((file) => existsSync(join(root, file))) ?? path;
}

function faultsOf(root: string, file: SourceFile): string[] {
  const faults: string[] = [];
  for (const reference of referencesOf(file)) {
    const to = resolve(root, file.path, reference.specifier);
    if (to === undefined || to.startsWith(`${file.folder}/`)) continue;
    const allowed = exceptions[file.path] ?? rules[file.folder];
    if (to.includes('/') && allowed && !allowed(to, reference)) {
      faults.push(`${file.path}:${reference.line}: ${file.folder}/ may not import ${to}`);
    }
  }
  return faults;
}

/**
 * Imports that cross a border between folders where they must not.
 * @param root folder of the project
 * @returns one line a fault, `file:line: reason`
 */
export function importFaults(root: string): string[] {
  return readSources(root).flatMap((file) => faultsOf(root, file));
}
