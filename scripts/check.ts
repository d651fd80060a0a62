/**
 * `npm run check`: format, lint, import rule, size budgets, types and unused code. One line a step; a step that fails prints
 * its findings and the others still run, so that one run shows everything. Names of steps as arguments select some.
 */
import { fileURLToPath } from 'node:url';
import { checkSteps } from './check/steps.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const wanted = process.argv.slice(2);
const steps = checkSteps(root).filter((step) => wanted.length === 0 || wanted.includes(step.name));
if (steps.length === 0) {
  console.error(
    `No such step; there are: ${checkSteps(root)
      .map((step) => step.name)
      .join(', ')}`,
  );
  process.exit(2);
}

let failed = 0;
for (const step of steps) {
  const started = performance.now();
  const result = await step.run();
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(`${result.ok ? '✓' : '✗'} ${step.name.padEnd(8)} ${seconds.padStart(5)} s  ${result.note ?? ''}`.trimEnd());
  if (result.output) console.log(result.output.trimEnd().replaceAll(/^/gm, '    '));
  if (!result.ok) failed++;
}
console.log(failed === 0 ? 'All checks passed' : `${failed} of ${steps.length} checks failed`);
process.exitCode = failed === 0 ? 0 : 1;
