import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plant, projectRoot } from './workplace.ts';

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');

/** Names of the rules that a planted file breaks, sorted. */
function brokenRules(files: Record<string, string>): string[] {
  const root = plant({
    ...files,
    '.oxlintrc.json': read('.oxlintrc.json'),
    'tsconfig.json': read('tsconfig.json'),
    'package.json': read('package.json'),
  });
  const { stdout, stderr } = spawnSync(join(projectRoot, 'node_modules/.bin/oxlint'), ['--format', 'json'], {
    cwd: root,
    encoding: 'utf8',
  });
  const parsed = JSON.parse(stdout || stderr) as { diagnostics: { code: string; filename: string }[] };
  return [...new Set(parsed.diagnostics.map((fault) => `${fault.filename} ${fault.code}`))].sort();
}

const longBody = (lines: number) => `${'  console.log(1);\n'.repeat(lines - 2)}`;

describe('oxlint with our configuration', () => {
  test('finds a cycle that runs through three files and an alias', () => {
    expect(
      brokenRules({
        'rooms/a.ts': "import { b } from '#rooms/b.ts';\nexport const a = (): number => b();\n",
        'rooms/b.ts': "import { c } from './c.ts';\nexport const b = (): number => c();\n",
        'rooms/c.ts': "import { a } from '../rooms/a.ts';\nexport const c = (): number => a();\n",
      }),
    ).toEqual(['rooms/a.ts import(no-cycle)', 'rooms/b.ts import(no-cycle)', 'rooms/c.ts import(no-cycle)']);
  });

  test('finds a function above 60 lines, except in tests, and above 120 in a component', () => {
    const long = (lines: number) => `export function long(): void {\n${longBody(lines)}}\n`;
    expect(
      brokenRules({
        'src/fits.ts': long(60),
        'src/long.ts': long(61),
        'tests/long.test.ts': long(200),
        'web/src/fits.tsx': long(120),
        'web/src/long.tsx': long(121),
      }),
    ).toEqual(['src/long.ts eslint(max-lines-per-function)', 'web/src/long.tsx eslint(max-lines-per-function)']);
  });

  test('finds forgotten promises and loose types', () => {
    const text = `
      export async function save(value: any): Promise<void> {
        if (value == 1) await null;
      }
      save(1);
      [1].forEach(async (n) => save(n));
      const left = 1;
    `;
    expect(brokenRules({ 'src/a.ts': text })).toEqual([
      'src/a.ts eslint(eqeqeq)',
      'src/a.ts eslint(no-unused-vars)',
      'src/a.ts typescript(await-thenable)',
      'src/a.ts typescript(no-explicit-any)',
      'src/a.ts typescript(no-floating-promises)',
      'src/a.ts typescript(no-misused-promises)',
      'src/a.ts unicorn(no-unnecessary-await)',
    ]);
  });

  test('finds a focused and a switched-off test', () => {
    expect(brokenRules({ 'tests/a.test.ts': "test.only('a', () => {});\ntest.skip('b', () => {});\n" })).toEqual([
      'tests/a.test.ts jest(no-disabled-tests)',
      'tests/a.test.ts jest(no-focused-tests)',
    ]);
  });
});
