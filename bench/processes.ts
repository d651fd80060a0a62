/** What the system says about processes: processor time, memory, placement on cores. */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Ticks of `/proc/<pid>/stat`: USER_HZ, 100 on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;

/** Processor seconds (user and system, all threads) that a process has used so far. */
export function cpuSeconds(pid: number): number {
  const fields = (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory in bytes. */
export function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

/** Open file descriptors. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

const SERVER_CORE = 1;
const LOAD_CORE = 0;

/**
 * Keeps a process and its present threads on the core of its part, so that the load does not take what it measures.
 * Children started later inherit it. Does nothing on a machine with one core.
 */
export function pin(pid: number, part: 'server' | 'load'): void {
  if (availableParallelism() < 2) return;
  const place = (): void => {
    execFileSync('taskset', ['-acp', String(part === 'server' ? SERVER_CORE : LOAD_CORE), String(pid)], { stdio: 'ignore' });
  };
  try {
    place();
  } catch {
    // A thread that was just ending is gone now.
    place();
  }
}

/** Pid of the process that started this one. */
export function parentOf(pid: number): number {
  return Number((readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '').split(' ')[1]);
}

export interface Forked<T> {
  child: ChildProcess;
  pid: number;
  /** what it said first */
  first: T;
  /** The next message. @throws when the process ends instead */
  message<M>(): Promise<M>;
  /** Closes the channel, upon which these programs end, and waits for the end. */
  stop(): Promise<void>;
}

/** Starts a program of ours as a process and waits until it says that it is ready. @throws when it ends instead */
export async function forked<T>(program: string, args: string[] = []): Promise<Forked<T>> {
  const child = fork(program, args);
  const ended = once(child, 'exit');
  const failed = ended.then(() => Promise.reject(new Error(`${program} ended`)));
  failed.catch(() => undefined);
  const message = async <M>(): Promise<M> => ((await Promise.race([once(child, 'message'), failed])) as [M])[0];
  return {
    child,
    pid: child.pid ?? 0,
    first: await message<T>(),
    message,
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
