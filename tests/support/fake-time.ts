/** The time of day of a process, put off while it runs: libfaketime, which leaves monotonic clocks alone. */
import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync, globSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Clock {
  /** For the process. */
  env: Record<string, string>;
  /** @param seconds ahead; below 0 behind. Takes effect within a second */
  set(seconds: number): void;
  close(): Promise<void>;
}

/** @throws with the command that installs it when it is missing */
export async function createClock(): Promise<Clock> {
  const library = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1').find((file) => existsSync(file));
  if (!library) throw new Error('libfaketime is needed for this: sudo apt-get install -y libfaketime');
  const folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-clock-'));
  const file = path.join(folder, 'offset');
  const set = (seconds: number): void => {
    // Never half written: the library reads it at any moment.
    writeFileSync(`${file}.new`, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}s`);
    renameSync(`${file}.new`, file);
  };
  set(0);
  return {
    env: { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_CACHE_DURATION: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' },
    set,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
