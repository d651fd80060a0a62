/** The source files that the checks of this folder look at, parsed. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ESTree, parseSync, Visitor } from 'vite';

const FOLDERS = ['config', 'sfu', 'rooms', 'src', 'workers', 'web', 'tests', 'bench', 'scripts'];
const GENERATED = ['web/dist/', 'web/src/api/schema.ts', 'bench/results/', 'tests/.tmp/'];

export interface SourceFile {
  /** Relative to the root, with forward slashes. */
  path: string;
  folder: string;
  text: string;
}

/**
 * Reads every source file of the project's folders.
 * @param root folder of the project
 */
export function readSources(root: string): SourceFile[] {
  return globSync(`{${FOLDERS.join(',')}}/**/*.{ts,tsx,mjs,js}`, { cwd: root, exclude: (path) => path.includes('node_modules') })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !GENERATED.some((prefix) => path.startsWith(prefix)))
    .sort()
    .map((path) => ({ path, folder: path.slice(0, path.indexOf('/')), text: readFileSync(join(root, path), 'utf8') }));
}

/** Line of an offset in a text, counted from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** One reference from a file to another module, in whatever syntax. */
export interface Reference {
  specifier: string;
  line: number;
  /** Gone after type stripping. */
  typeOnly: boolean;
}

function constant(node: ESTree.Expression): string | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}

/**
 * Everything that a file imports or re-exports: static and dynamic imports, `import()` types.
 * A dynamic import of a computed name cannot be followed and is left out.
 * @throws {SyntaxError} the file does not parse
 */
export function referencesOf(file: SourceFile): Reference[] {
  const { program, errors } = parseSync(file.path, file.text);
  if (errors[0]) throw new SyntaxError(`${file.path}: ${errors[0].message}`);
  const found: Reference[] = [];
  const add = (node: { start: number }, specifier: string | undefined, typeOnly: boolean) => {
    if (specifier !== undefined) found.push({ specifier, line: lineAt(file.text, node.start), typeOnly });
  };
  const onlyTypes = (kind: string | null | undefined, parts: readonly { kind?: string }[]) =>
    kind === 'type' || (parts.length > 0 && parts.every((part) => part.kind === 'type'));
  new Visitor({
    ImportDeclaration(node) {
      const parts = node.specifiers.map((part) => (part.type === 'ImportSpecifier' ? { kind: part.importKind ?? 'value' } : {}));
      add(node, node.source.value, onlyTypes(node.importKind, parts));
    },
    ExportAllDeclaration: (node) => add(node, node.source.value, node.exportKind === 'type'),
    ExportNamedDeclaration(node) {
      const parts = node.specifiers.map((part) => ({ kind: part.exportKind ?? 'value' }));
      add(node, node.source?.value, onlyTypes(node.exportKind, parts));
    },
    ImportExpression: (node) => add(node, constant(node.source), false),
    TSImportType: (node) => add(node, node.source.value, true),
  }).visit(program);
  return found;
}

/** How many times a file says `any` as a type. */
export function countAny(file: SourceFile): number {
  let count = 0;
  new Visitor({ TSAnyKeyword: () => void count++ }).visit(parseSync(file.path, file.text).program);
  return count;
}
