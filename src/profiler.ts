/** CPU profiles of a running server (OPS-11): what it spends its time on, without a restart. They hold names of functions and nothing else. */
import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makePrivateFolder } from '#config/folder.ts';
import type { Config } from '#config/index.ts';
import type { Logger } from '#rooms/ports.ts';

/** Where they are put. */
export const profilesIn = ({ DATA_DIR }: Pick<Config, 'DATA_DIR'>): string => path.join(DATA_DIR, 'profiles');

/** Takes a profile at each SIGUSR2, one at a time; Chromium's developer tools open the file. */
export function profileOnSignal(config: Pick<Config, 'DATA_DIR' | 'PROFILE_SECONDS'>, log: Pick<Logger, 'warn' | 'error'>): void {
  let running = false;
  process.on('SIGUSR2', () => {
    if (running) return;
    running = true;
    profile(config)
      .then(
        (file) => log.warn({ file, seconds: config.PROFILE_SECONDS }, 'CPU profile taken'),
        (error: unknown) => log.error({ err: error }, 'no CPU profile'),
      )
      .finally(() => (running = false));
  });
}

async function profile(config: Pick<Config, 'DATA_DIR' | 'PROFILE_SECONDS'>): Promise<string> {
  const folder = profilesIn(config);
  makePrivateFolder(folder);
  const file = path.join(folder, `${new Date().toISOString().replaceAll(/[:.]/g, '-')}.cpuprofile`);
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    await delay(config.PROFILE_SECONDS * 1_000);
    const { profile: taken } = await session.post('Profiler.stop');
    await writeFile(file, JSON.stringify(taken), { mode: 0o600, flag: 'wx' });
  } finally {
    session.disconnect();
  }
  return file;
}
