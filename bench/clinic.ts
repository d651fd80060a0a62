/** A server on MariaDB with a seeded clinic, for benchmarks that read and book. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { type MariaDb, startMariaDb } from '#tests/support/mariadb.ts';
import { type Site, startSite } from './server.ts';

const root = join(import.meta.dirname, '..');
export const SECRET = 'a secret of the benchmarks of the clinic, 32 characters or more';
/** Of every seeded person. */
export const PASSWORD = 'benchmark 123';
const KEYS = {
  ...(process.env.PROF && { NODE_OPTIONS: process.env.PROF }),
  JWT_SECRET: SECRET,
  DATA_KEYS: `k1:${'ab'.repeat(32)}`,
  BLIND_INDEX_KEY: 'a key of the blind index of the benchmarks',
};

export interface Clinic {
  site: Site;
  mariaDb: MariaDb;
  /** URL of its database. */
  url: string;
  connection: mysql.Connection;
  /** Token of a seeded person. */
  signIn(account: string): Promise<string>;
  idOf(account: string): Promise<string>;
  close(): Promise<void>;
}

/** @param scale of the seed @param more further settings of the server */
export async function startClinic(scale: number, more: Record<string, string> = {}): Promise<Clinic> {
  const mariaDb = await startMariaDb();
  const url = await mariaDb.createDatabase();
  const site = await startSite({ ...KEYS, DATABASE_URL: url, MEDIA_WORKERS: '1', ...more });
  const folder = mkdtempSync(join(tmpdir(), 'wenzhen-bench-'));
  const env = { ...process.env, ...KEYS, NODE_ENV: 'test', DATABASE_URL: url, DATA_DIR: folder };
  const args = ['src/main.ts', 'seed', '--force', '--scale', String(scale), '--password', PASSWORD];
  execFileSync(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
  rmSync(folder, { recursive: true });
  const connection = await mysql.createConnection({ uri: url, timezone: 'Z' });
  return {
    ...{ site, mariaDb, url, connection },
    async signIn(account) {
      const body = JSON.stringify({ account, password: PASSWORD });
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${site.url}/api/v1/auth/login`, { method: 'POST', headers, body });
      if (!response.ok) throw new Error(`${account} cannot sign in: ${await response.text()}`);
      return ((await response.json()) as { data: { token: string } }).data.token;
    },
    async idOf(account) {
      const [rows] = await connection.query<mysql.RowDataPacket[]>('SELECT id FROM users WHERE account = ?', [account]);
      return String(rows[0]?.['id']);
    },
    async close() {
      await connection.end();
      await site.close();
      await mariaDb.stop();
    },
  };
}
