/** The PID file: one server for one data folder. First line the process id, second the address once it listens. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Running {
  pid: number;
  url: string | null;
}

/** Another server has this data folder. */
export class AlreadyRunning extends Error {
  override name = 'AlreadyRunning';
}

const fileIn = (folder: string) => path.join(folder, 'wenzhen.pid');

/** The server that runs on this data folder, or null. A file that was left behind counts as none. */
export function findRunning(folder: string): Running | null {
  const [first = '', second] = read(fileIn(folder)).split('\n');
  const pid = Number(first);
  return Number.isInteger(pid) && pid > 0 && isServer(pid) ? { pid, url: second || null } : null;
}

/**
 * Takes the data folder for this process.
 * @returns `announce` writes the address, `release` gives the folder back
 * @throws {AlreadyRunning}
 */
export function claimFolder(folder: string): { announce(url: string): void; release(): void } {
  const file = fileIn(folder);
  mkdirSync(folder, { recursive: true });
  const running = findRunning(folder);
  if (running) throw new AlreadyRunning(`A server already runs on ${folder} (pid ${running.pid})`);
  rmSync(file, { force: true });
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
  } catch (error) {
    throw new AlreadyRunning(`Another server is starting on ${folder}`, { cause: error });
  }
  const ours = () => read(file).startsWith(`${process.pid}\n`);
  return {
    announce: (url) => writeFileSync(file, `${process.pid}\n${url}\n`),
    release: () => ours() && rmSync(file, { force: true }),
  };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** True when this process is alive and ours. Ids are used again, in containers at once and for ourselves. */
function isServer(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const commandLine = read(`/proc/${pid}/cmdline`);
  return commandLine === '' ? process.platform !== 'linux' : commandLine.includes('main.ts');
}
