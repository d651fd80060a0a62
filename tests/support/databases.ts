/** Both databases for tests: a SQLite file, and a private MariaDB server that is stopped with the test file. */
import { execFile, spawn } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import mysql from 'mysql2/promise';
import { type Database, openDatabase } from '#src/database/database.ts';
import { migrate } from '#src/database/migrate.ts';
import { freePort } from './server.ts';
import { silentLog } from './app.ts';
import { until } from './wait.ts';

const run = promisify(execFile);

export interface MariaDb {
  pid: number;
  /** URL of a new, empty database on this server. */
  createDatabase(): Promise<string>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts a MariaDB server of its own on a free loopback port.
 * @throws with the command that installs it when it is missing
 */
export async function startMariaDb(): Promise<MariaDb> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-mariadb-'));
  const data = path.join(folder, 'data');
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  await access('/usr/sbin/mariadbd').catch((cause: unknown) => {
    throw new Error('MariaDB is needed for this test: sudo apt-get install -y mariadb-server', { cause });
  });
  await run('mariadb-install-db', [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...user,
  ]);
  const port = await freePort();
  const settings = ['--skip-log-bin', '--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=32M', '--performance-schema=OFF'];
  const where = [
    `--datadir=${data}`,
    `--socket=${folder}/socket`,
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    `--pid-file=${folder}/pid`,
  ];
  const server = spawn('/usr/sbin/mariadbd', ['--no-defaults', ...where, ...settings, ...user], { stdio: 'ignore' });
  const ended = new Promise<void>((done) => server.once('exit', () => done()));
  const connect = () => mysql.createConnection({ host: '127.0.0.1', port, user: 'root' });
  const admin = await until('MariaDB to answer', connect, 30_000);
  let made = 0;
  return {
    pid: server.pid ?? 0,
    async createDatabase() {
      const name = `test_${++made}`;
      await admin.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
      return `mysql://root@127.0.0.1:${port}/${name}`;
    },
    async stop() {
      await admin.end().catch(() => undefined);
      server.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs the same tests against each engine; `open` gives an empty database with all tables. */
export function describeDatabases(title: string, tests: (open: () => Promise<Database>) => void): void {
  describe.each(['sqlite', 'mysql'] as const)(`${title} on %s`, (dialect) => {
    const folders: string[] = [];
    const opened: Database[] = [];
    let server: MariaDb | undefined;

    beforeAll(async () => {
      if (dialect === 'mysql') server = await startMariaDb();
    }, 60_000);
    afterAll(async () => {
      await Promise.all(opened.map((database) => database.close()));
      await server?.stop();
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
    }, 30_000);

    tests(async () => {
      const folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-test-'));
      folders.push(folder);
      const database = await openDatabase({ DATA_DIR: folder, DATABASE_URL: await server?.createDatabase() }, silentLog);
      opened.push(database);
      await migrate(database);
      return database;
    });
  });
}
