/** Commands of a guide in `docs/`, for running them as a reader would. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/**
 * The `sh` blocks of a page, in their order.
 * @param section only those between this heading and the next one of its level
 */
export async function commandsOf(page: string, section?: string): Promise<string> {
  const text = await readFile(path.join(root, 'docs', page), 'utf8');
  const part = section === undefined ? text : (text.split(/^(?=#+ )/m).find((piece) => piece.startsWith(`${section}\n`)) ?? '');
  const blocks = [...part.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
  if (blocks.length === 0) throw new Error(`${page} has no commands${section ? ` under ${section}` : ''}`);
  return blocks.join('\n');
}

/** Runs commands in a shell that ends at the first one that fails, in the folder of the project. @throws with what was printed */
export async function runCommands(commands: string, env: Record<string, string>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const environment = { PATH: `${path.join(root, 'node_modules/.bin')}:${process.env.PATH}`, HOME: process.env.HOME, ...env };
  execFile('bash', ['-euo', 'pipefail', '-c', commands], { cwd: root, env: environment }, (error, stdout, stderr) => {
    if (error) reject(new Error(`The commands ended with ${error.code}:\n${stdout}${stderr}`, { cause: error }));
    else resolve(stdout);
  });
  return promise;
}
