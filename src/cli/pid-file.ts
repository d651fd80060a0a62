/**
 * The PID file: one server for one data folder. First line the process id, second when that process started (an id is
 * used again for strangers), third the address once it listens.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makePrivateFolder } from '#config/folder.ts';

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
  const [first = '', started = '', url] = read(fileIn(folder)).split('\n');
  const pid = Number(first);
  return Number.isInteger(pid) && pid > 0 && isServer(pid, started) ? { pid, url: url || null } : null;
}

/**
 * Takes the data folder for this process.
 * @returns `announce` writes the address, `release` gives the folder back
 * @throws {AlreadyRunning}
 */
export function claimFolder(folder: string): { announce(url: string): void; release(): void } {
  const file = fileIn(folder);
  makePrivateFolder(folder);
  const running = findRunning(folder);
  if (running) throw new AlreadyRunning(`A server already runs on ${folder} (pid ${running.pid})`);
  rmSync(file, { force: true });
  const head = `${process.pid}\n${startOf(process.pid)}\n`;
  try {
    writeFileSync(file, head, { flag: 'wx' });
  } catch (error) {
    throw new AlreadyRunning(`Another server is starting on ${folder}`, { cause: error });
  }
  const ours = () => read(file).startsWith(head);
  return {
    announce: (url) => writeFileSync(file, `${head}${url}\n`),
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

/** True when this process is alive and the one that wrote the file. Ids are used again, in containers at once and for ourselves. */
function isServer(pid: number, started: string): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return startOf(pid) === started;
}

/** When a process started, in clock ticks since the machine did; empty where there is no `/proc`, and then nothing is compared. */
function startOf(pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  // The second field is the program's name in brackets and may hold anything; the start is the 22nd.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
