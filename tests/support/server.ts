/** Starts the real program as its own process, on a free port and a data folder that goes with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { dataFolder } from './data-folder.ts';
import { onFailure } from './failure-report.ts';
import { freePort } from './mariadb.ts';
import { copyTemplate } from './template.ts';
import { until } from './wait.ts';

const root = resolve(import.meta.dirname, '../..');

/** With bugs in their sources, when this process is to have them (tests/faults/suites.ts). */
const planted = process.env['PLANTED'];
const plant = planted ? ['--import', resolve(root, 'tests/faults/plant.ts')] : [];

/** How this machine itself reaches a server that listens everywhere. */
const LOOPBACK_OF: Partial<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };

/** What a failed test shows of a server's log, in lines and characters. */
const LINES_OF_LOG = 4;
const LENGTH_OF_LINE = 400;

export interface Account {
  account: string;
  password: string;
}

/** A process that serves. */
export interface TestNode {
  url: string;
  port: number;
  /** Everything printed so far. */
  output(): string;
  /** Pid of the process that runs now. */
  pid(): number;
  /** Pids of the mediasoup workers. */
  workers(): Promise<number[]>;
  /** SIGTERM, waits for the end; gives the exit code. */
  stop(): Promise<number | null>;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts again on the same port and data after `stop` or `kill`. */
  start(): Promise<void>;
  running(): boolean;
  /** Stops and removes the data. */
  close(): Promise<void>;
}

/** One with a demo of its own. */
export interface TestServer extends TestNode {
  doctor: Account;
  patient: Account;
}

/**
 * Boots `node src/main.ts` on empty tables and waits until it listens; with a `DATA_DIR` of one's own it makes them.
 * @param env settings on top of quiet defaults; `HOST` decides which address `url` names
 */
export async function startServer(env: Record<string, string> = {}): Promise<TestServer> {
  const node = await startNode({ DEMO: 'true', ...env });
  return { ...node, ...demoAccounts(node.output()) };
}

/** The accounts that a first start has printed. */
export function demoAccounts(output: string): Record<'doctor' | 'patient' | 'administrator', Account> {
  const demo = (name: string): Account => {
    const password = new RegExp(`^\\W*${name}\\W+(\\S+)`, 'm').exec(output)?.[1];
    if (!password) throw new Error(`no ${name} account was printed:\n${output}`);
    return { account: name, password };
  };
  return { doctor: demo('doctor'), patient: demo('patient'), administrator: demo('administrator') };
}

/**
 * Boots `node src/main.ts` and waits until it listens: one of several on a database, for instance.
 * @param env as for `startServer`, without a demo by default
 * @param flags of Node
 */
export async function startNode(env: Record<string, string> = {}, flags: readonly string[] = []): Promise<TestNode> {
  const node = await launchNode(env, flags);
  try {
    await node.start();
  } catch (error) {
    await node.close();
    throw error;
  }
  return node;
}

/** The same, left to the caller to start. */
export async function launchNode(env: Record<string, string> = {}, flags: readonly string[] = []): Promise<TestNode> {
  const port = await freePort();
  const dataDir = await dataFolder('data');
  await copyTemplate(dataDir);
  const settings = {
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    LOG_PRETTY: 'false',
    DEMO: 'false',
    ...env,
  };
  const url = `http://${LOOPBACK_OF[settings.HOST] ?? settings.HOST}:${port}`;
  let output = '';
  let child: ChildProcess | undefined;
  const forget = onFailure(() => complaintsIn(output, url));

  async function start(): Promise<void> {
    const started = spawn(process.execPath, [...plant, ...flags, 'src/main.ts'], {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'test', ...(planted && { PLANTED: planted }), ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    const collect = (chunk: Buffer) => void (output += chunk.toString());
    started.stdout.on('data', collect);
    started.stderr.on('data', collect);
    await until(
      'the server to be ready',
      async () => {
        if (started.exitCode !== null) throw new Error(`it ended with ${started.exitCode}:\n${output}`);
        return (await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(1_000) })).ok;
      },
      40_000,
      50,
    );
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    const process = child;
    if (!process || !running()) return process?.exitCode ?? null;
    const ended = new Promise<number | null>((done) => process.once('exit', (code) => done(code)));
    process.kill(signal);
    return ended;
  }

  const running = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    url,
    port,
    output: () => output,
    pid: () => child?.pid ?? 0,
    workers: async () => workersOf(child?.pid),
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
    start,
    running,
    async close() {
      // One that stands still ends no better than it answers.
      if (running()) for (const pid of [child?.pid ?? 0, ...(await workersOf(child?.pid))]) process.kill(pid, 'SIGCONT');
      await end('SIGTERM');
      forget();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The last lines of a log, for the error of a test that fails; empty without any. */
function complaintsIn(output: string, url: string): string {
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  return lines
    .slice(-LINES_OF_LOG)
    .map((line) => `log of ${url}: ${line.slice(0, LENGTH_OF_LINE)}`)
    .join('\n');
}

/** Children of a process that are mediasoup workers. */
async function workersOf(pid: number | undefined): Promise<number[]> {
  if (pid === undefined) return [];
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(/\s+/).filter(Boolean);
  const names = await Promise.all(children.map((child) => readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '')));
  return children.filter((_, index) => names[index]?.includes('mediasoup-worker')).map(Number);
}
