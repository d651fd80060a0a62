/** A private Redis server that is stopped with the test file. */
import { spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { freePort } from './mariadb.ts';
import { until } from './wait.ts';

export interface RedisServer {
  url: string;
  /** Pid of the process that runs now. */
  readonly pid: number;
  /** kill -9: what it held is lost. */
  kill(): Promise<void>;
  /** Starts again, empty, on the same port. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a Redis server without persistence on a loopback port, a free one by default.
 * @param options `apart`: a Ctrl-C in the terminal does not reach it
 * @throws with the command that installs it when it is missing
 */
export async function startRedis(at?: number, { apart = false } = {}): Promise<RedisServer> {
  await access('/usr/bin/redis-server').catch((cause: unknown) => {
    throw new Error('Redis is needed for this test: sudo apt-get install -y redis-server', { cause });
  });
  const port = at ?? (await freePort());
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const start = () => {
    const server = spawn('/usr/bin/redis-server', settings, { stdio: 'ignore', detached: apart });
    return { server, ended: new Promise<void>((done) => server.once('exit', () => done())) };
  };
  let running = start();
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    running.server.kill(signal);
    await running.ended;
  };
  await answers(port);
  return {
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return running.server.pid ?? 0;
    },
    kill: () => end('SIGKILL'),
    async resume() {
      running = start();
      await answers(port);
    },
    stop: () => end('SIGTERM'),
  };
}

async function answers(port: number): Promise<void> {
  const client = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => 50 });
  client.on('error', () => undefined);
  await until('Redis to answer', () => client.ping(), 10_000);
  client.disconnect();
}
