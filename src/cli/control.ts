/** start, stop, restart and status: a server in the background, found by the PID file of its data folder. */
import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makePrivateFolder } from '#config/folder.ts';
import type { Config } from '#config/index.ts';
import type { CliOptions } from './options.ts';
import { findRunning } from './pid-file.ts';

const POLL_MS = 100;
/** On top of the server's own limit for a shutdown. */
const STOP_SLACK_MS = 2_000;
const main = path.resolve(import.meta.dirname, '../main.ts');

/** Exit status of `status` when nothing runs, as in the Linux Standard Base. */
const NOT_RUNNING = 3;

/** Runs one command and returns the exit status. */
export async function control(options: CliOptions, config: Config): Promise<number> {
  if (options.command === 'status') return status(config);
  if (options.command === 'start') return start(options, config);
  const stopped = await stop(config);
  return stopped === 0 && options.command === 'restart' ? start(options, config) : stopped;
}

function status({ DATA_DIR }: Config): number {
  const running = findRunning(DATA_DIR);
  console.log(running ? `Running (pid ${running.pid}) at ${running.url ?? 'an address not known yet'}` : 'Not running');
  return running ? 0 : NOT_RUNNING;
}

async function stop({ DATA_DIR, SHUTDOWN_TIMEOUT_MS }: Config): Promise<number> {
  const running = findRunning(DATA_DIR);
  if (!running) {
    console.log('Not running');
    return 0;
  }
  process.kill(running.pid, 'SIGTERM');
  const deadline = performance.now() + SHUTDOWN_TIMEOUT_MS + STOP_SLACK_MS;
  while (findRunning(DATA_DIR)?.pid === running.pid) {
    if (performance.now() > deadline) {
      console.error(`The server (pid ${running.pid}) does not end`);
      return 1;
    }
    await delay(POLL_MS);
  }
  console.log('Stopped');
  return 0;
}

async function start(options: CliOptions, { DATA_DIR }: Config): Promise<number> {
  const running = findRunning(DATA_DIR);
  if (running) {
    console.error(`A server already runs on ${DATA_DIR} (pid ${running.pid})`);
    return 1;
  }
  makePrivateFolder(DATA_DIR);
  const logFile = path.join(DATA_DIR, 'wenzhen.log');
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, [main, 'run', '--detached', ...passedOn(options)], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  const { promise, resolve } = Promise.withResolvers<string | null>();
  child.once('message', (message) => resolve(message as string));
  child.once('exit', () => resolve(null));
  const banner = await promise;
  if (banner === null) {
    console.error(`The server did not start; the end of ${logFile}:\n${readFileSync(logFile, 'utf8').split('\n').slice(-15).join('\n')}`);
    return 1;
  }
  console.log(`${banner}\nRuns in the background (pid ${child.pid}), log in ${logFile}`);
  child.disconnect();
  child.unref();
  return 0;
}

function passedOn({ lan, host, port }: CliOptions): string[] {
  return [...(lan ? ['--lan'] : []), ...(host === undefined ? [] : ['--host', host]), ...(port === undefined ? [] : ['--port', port])];
}
