/** Where tests keep databases: each is made of hundreds of files, and on a disk waits for it more than for anything else. */
import { mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const MEMORY = '/dev/shm';
/** More than all databases of a lane take. */
const ENOUGH_BYTES = 3 * 2 ** 30;

/** Makes the folder for the folders of a run: in memory where there is room. */
export async function placeOfRun(): Promise<string> {
  const free = await statfs(MEMORY).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  return mkdtemp(path.join(free > ENOUGH_BYTES ? MEMORY : tmpdir(), 'wenzhen-run-'));
}
