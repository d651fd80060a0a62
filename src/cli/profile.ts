/** `profile`: has the server of this data folder take a CPU profile of itself. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '#config/index.ts';
import { profilesIn } from '#src/profiler.ts';
import { CommandFailed } from './options.ts';
import { findRunning } from './pid-file.ts';

/** On top of the time that is profiled: writing it down, and a server that is busy. */
const SLACK_MS = 20_000;

/** @throws {CommandFailed} when nothing runs, or nothing comes of it */
export async function takeProfile(config: Config): Promise<void> {
  const running = findRunning(config.DATA_DIR);
  if (!running) throw new CommandFailed('Not running');
  const folder = profilesIn(config);
  const files = (): string[] => (existsSync(folder) ? readdirSync(folder) : []);
  const before = new Set(files());
  process.kill(running.pid, 'SIGUSR2');
  const deadline = performance.now() + config.PROFILE_SECONDS * 1_000 + SLACK_MS;
  for (;;) {
    const made = files().find((file) => !before.has(file));
    if (made) return console.log(path.join(folder, made));
    if (performance.now() > deadline) throw new CommandFailed('No profile was made: the log says why');
    await delay(100);
  }
}
