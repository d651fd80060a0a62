/** P4: nobody is recorded without the consent of everybody present. The same without the check is found. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { SourceBugName } from './bugs.ts';

const run = promisify(execFile);
const program = path.resolve(import.meta.dirname, '../support/consent-play.ts');
const plant = path.resolve(import.meta.dirname, 'plant.ts');

async function play(bug?: SourceBugName): Promise<{ violations: string[]; stoppedMs: number }> {
  const env = { ...process.env, PLANTED: bug ?? '', NODE_OPTIONS: '' };
  const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', plant, program], { env });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { violations: string[]; stoppedMs: number };
}

test('a recording needs everybody’s consent at every moment', async () => {
  const { violations, stoppedMs } = await play();
  console.info(`a withdrawal stopped the recording after ${stoppedMs} ms`);
  expect(violations).toEqual([]);
});

test('without the check of consent that is found', async () => {
  expect((await play('record-without-consent')).violations).toEqual([
    ...['asked, not answered', 'refused', 'somebody new', 'somebody new, a moment later'],
  ]);
});
