/** The ffmpegs that record tracks: not those that compose a film, which are children of the same server. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** @returns pids of those that the process `parent` has started */
export async function recordersOf(parent: number): Promise<number[]> {
  const { stdout } = await run('pgrep', ['-f', '-P', String(parent), 'track.sdp']).catch(() => ({ stdout: '' }));
  return stdout.trim().split('\n').filter(Boolean).map(Number);
}
