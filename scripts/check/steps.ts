/** The steps of `npm run check`: programs and our own checkers behind one shape. */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { importFaults } from './imports.ts';
import { measureSizes } from './sizes.ts';

export interface StepResult {
  ok: boolean;
  /** Shown when the step failed, or when it has something to say (warnings). */
  output: string;
  /** A few words behind the step's name. */
  note?: string;
}

export interface Step {
  name: string;
  run(): Promise<StepResult>;
}

/** Runs a program of `node_modules/.bin` to its end; it fails with any exit code but 0. */
function program(root: string, name: string, args: readonly string[]): Promise<StepResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(root, 'node_modules/.bin', name), args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer) => void (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => resolve({ ok: code === 0, output: code === 0 ? '' : output }));
  });
}

async function types(root: string): Promise<StepResult> {
  // Pages run in browsers and have a tsconfig.json of their own in their folder.
  const projects = globSync(['tsconfig.json', '{web,bench,tests}/{,*/}tsconfig.json'], { cwd: root, exclude: ['**/node_modules'] }).map(
    (path) => dirname(path),
  );
  // One checker each: several of a project work out the same types again, and two processors have the six projects to do.
  const results = await Promise.all(projects.map((folder) => program(root, 'tsc', ['-p', folder, '--checkers', '1'])));
  return { ok: results.every((result) => result.ok), output: results.map((result) => result.output).join('') };
}

/**
 * All steps in the order in which they run, fastest answer first.
 * @param root folder of the project
 */
export function checkSteps(root: string): Step[] {
  return [
    { name: 'format', run: () => program(root, 'oxfmt', ['--check', '.']) },
    { name: 'lint', run: () => program(root, 'oxlint', ['--deny-warnings']) },
    {
      name: 'imports',
      run: async () => {
        const faults = importFaults(root);
        return { ok: faults.length === 0, output: faults.join('\n') };
      },
    },
    {
      name: 'sizes',
      run: async () => {
        const { errors, warnings, summary } = measureSizes(root);
        return { ok: errors.length === 0, output: [...errors, ...warnings].join('\n'), note: summary };
      },
    },
    { name: 'types', run: () => types(root) },
    { name: 'unused', run: () => program(root, 'knip', ['--no-progress']) },
  ];
}
