/** A private MariaDB server on a free loopback port. */
import { execFile, spawn } from 'node:child_process';
import { access, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import mysql from 'mysql2/promise';
import { dataFolder } from './data-folder.ts';

const run = promisify(execFile);
const STARTS_WITHIN_MS = 30_000;

export interface MariaDb {
  /** Pid of the process that runs now. */
  readonly pid: number;
  /** Address of the server, to which the name of a database is added. */
  url: string;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts again on the same port and data after `kill`. */
  resume(): Promise<void>;
  /** URL of a new database on this server (see `createDatabase` below). */
  createDatabase(): Promise<string>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts a server of its own.
 * @param options `durable`: what it has committed outlives a kill -9, at the price of a write to the disk each time; `apart`: a Ctrl-C
 *   in the terminal does not reach it; `oneFile`: with all tables in one, which makes new ones sooner
 * @throws with the command that installs it when it is missing
 */
export async function startMariaDb({ durable = false, apart = false, oneFile = false } = {}): Promise<MariaDb> {
  await access('/usr/sbin/mariadbd').catch((cause: unknown) => {
    throw new Error('MariaDB is needed for this test: sudo apt-get install -y mariadb-server', { cause });
  });
  const folder = await dataFolder('mariadb');
  const data = path.join(folder, 'data');
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  // Its own folder for temporary files: servers that are installed at the same time take each other's away.
  const common = ['--no-defaults', `--datadir=${data}`, `--tmpdir=${folder}`, '--innodb-log-file-size=16M', ...user];
  await run('mariadb-install-db', [...common, '--auth-root-authentication-method=normal', '--skip-test-db']);
  const port = await freePort();
  const writing = [`--innodb-flush-log-at-trx-commit=${durable ? 1 : 0}`, `--innodb-file-per-table=${oneFile ? 0 : 1}`];
  const speed = ['--skip-log-bin', ...writing, '--innodb-buffer-pool-size=64M', '--performance-schema=OFF'];
  const where = [`--socket=${folder}/socket`, '--bind-address=127.0.0.1', `--port=${port}`, `--pid-file=${folder}/pid`];
  const start = () => {
    const server = spawn('/usr/sbin/mariadbd', [...common, ...where, ...speed, '--max-connections=400'], {
      stdio: 'ignore',
      detached: apart,
    });
    return { server, ended: new Promise<void>((done) => server.once('exit', () => done())) };
  };
  let running = start();
  const end = async (signal: NodeJS.Signals) => {
    running.server.kill(signal);
    await running.ended;
  };
  await answers(port);
  const url = `mysql://root@127.0.0.1:${port}`;
  return {
    get pid() {
      return running.server.pid ?? 0;
    },
    url,
    createDatabase: () => createDatabase(url),
    kill: () => end('SIGKILL'),
    async resume() {
      running = start();
      await answers(port);
    },
    async stop() {
      await end('SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Makes a database on a server, with all tables where the run of the tests has some to copy (`jest/start.ts`): a third of the work of
 * migrating.
 * @param options `empty`: without tables in any case
 * @returns its URL
 */
export async function createDatabase(url: string, { empty = false } = {}): Promise<string> {
  const name = `test_${Math.random().toString(36).slice(2)}`;
  const connection = await mysql.createConnection(url);
  await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  await connection.end();
  const { TEST_TABLES: tables } = process.env;
  if (tables && !empty) await run('mariadb', [...clientOf(url), name, '-e', `source ${tables}`]);
  return `${url}/${name}`;
}

/** Writes the tables of a database into a file that `createDatabase` can read. */
export async function dumpTables(url: string, file: string): Promise<void> {
  const plain = ['--skip-comments', '--skip-add-locks', '--skip-add-drop-table', '--skip-disable-keys', '--single-transaction'];
  await run('mariadb-dump', [...clientOf(url), ...plain, `--result-file=${file}`, new URL(url).pathname.slice(1)]);
}

/** How MariaDB's own programs reach a server. */
const clientOf = (url: string): string[] => ['--no-defaults', '--host=127.0.0.1', `--port=${new URL(url).port}`, '--user=root'];

async function answers(port: number): Promise<void> {
  const end = performance.now() + STARTS_WITHIN_MS;
  for (;;) {
    try {
      const connection = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root' });
      return await connection.end();
    } catch (error) {
      if (performance.now() > end) throw new Error('MariaDB does not answer', { cause: error });
      await sleep(50);
    }
  }
}

/** A TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '0.0.0.0', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
