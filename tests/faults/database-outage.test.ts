/**
 * D1: the database goes away under 50 writes a second, once killed, once frozen. Callers get what they asked for or "later", nothing is
 * half written, nothing that was promised is lost. `FAULTS=full` leaves it away for 15 s and judges the times as well.
 */
import { setTimeout as delay } from 'node:timers/promises';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import { type MariaDb, startMariaDb } from '#tests/support/mariadb.ts';
import { signIn } from '#tests/support/rest.ts';
import { startServer, type TestServer } from '#tests/support/server.ts';
import { until } from '#tests/support/wait.ts';

const full = process.env['FAULTS'] === 'full';
const AWAY_MS = full ? 15_000 : 4_000;
/** How long writes go on once it is back. */
const AFTER_MS = 6_000;
const EVERY_MS = 20;
/** An answer that takes longer counts as none. */
const PATIENCE_MS = 10_000;

let mariadb: MariaDb;
let server: TestServer;
let url: string;
let token: string;
let patientId: string;
beforeAll(async () => {
  mariadb = await startMariaDb({ durable: true });
  url = await mariadb.createDatabase();
  server = await startServer({ DATABASE_URL: url, RATE_HTTP_PER_MINUTE: '0', LOG_LEVEL: 'fatal', JWT_TTL_SECONDS: '3600' });
  token = (await signIn(server, server.doctor)).token;
  patientId = (await signIn(server, server.patient)).user.id;
}, 60_000);
afterAll(async () => {
  process.kill(mariadb.pid, 'SIGCONT');
  await server.close();
  await mariadb.stop();
}, 60_000);

interface Write {
  /** ms since the beginning */
  at: number;
  took: number;
  status: number;
  retryAfter: string | null;
  id: string | undefined;
}

async function write(began: number): Promise<Write> {
  const started = performance.now();
  const times = { scheduledStart: new Date().toISOString(), scheduledEnd: new Date(Date.now() + 1_800_000).toISOString() };
  const body = JSON.stringify({ title: 'outage', patientId, lobby: true, ...times });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = { status: 0, retryAfter: null as string | null, id: undefined as string | undefined };
  try {
    const response = await fetch(`${server.url}/api/v1/consultations`, { method: 'POST', headers, body, signal });
    const told = (await response.json()) as { data: { id: string } | null };
    Object.assign(answer, { status: response.status, retryAfter: response.headers.get('retry-after'), id: told.data?.id });
  } catch {
    // Judged by its status.
  }
  return { at: started - began, took: performance.now() - started, ...answer };
}

/** Writes at a steady pace, whatever becomes of the writes before. */
async function writeWhile(fault: () => Promise<void>): Promise<{ writes: Write[]; backAt: number }> {
  const began = performance.now();
  const running: Promise<Write>[] = [];
  const answered: Write[] = [];
  const next = async (): Promise<Write> => {
    const one = await write(began);
    answered.push(one);
    return one;
  };
  const timer = setInterval(() => running.push(next()), EVERY_MS);
  await delay(1_000);
  await fault();
  const backAt = performance.now() - began;
  const succeeds = () => answered.some(({ at, status }) => at > backAt && status === 200);
  // What is judged below; times are judged over all of it.
  if (!full) await until('a write to succeed again', succeeds, AFTER_MS).catch(() => undefined);
  await delay(full ? AFTER_MS : 500);
  clearInterval(timer);
  return { writes: await Promise.all(running), backAt };
}

async function lag(): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(/^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text)?.[1]) * 1_000;
}

async function judge({ writes, backAt }: { writes: Write[]; backAt: number }): Promise<void> {
  const good = writes.filter(({ status }) => status === 200);
  const later = writes.filter(({ status, retryAfter }) => status === 503 && Number(retryAfter) > 0);
  const others = writes.filter((one) => !good.includes(one) && !later.includes(one));
  expect(others).toEqual([]);
  expect(later.length).toBeGreaterThan(0);
  expect(good.some(({ at }) => at > backAt)).toBe(true);
  const connection = await mysql.createConnection(url);
  const members = 'SELECT COUNT(*) FROM consultation_members m WHERE m.consultation_id = c.id';
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT c.id, (${members}) AS people FROM consultations c WHERE c.title_sealed IS NOT NULL`,
  );
  await connection.end();
  const stored = new Map(rows.map((row) => [row['id'] as string, Number(row['people'])]));
  expect([...stored.values()].filter((people) => people !== 2)).toEqual([]);
  expect(good.filter(({ id }) => !stored.has(id ?? ''))).toEqual([]);
  if (!full) return;
  const slowest = Math.max(...writes.map(({ took }) => took));
  const recovery = Math.min(...good.filter(({ at }) => at > backAt).map(({ at, took }) => at + took - backAt));
  const lastRefused = Math.max(...later.map(({ at }) => at)) - backAt;
  const lagged = await lag();
  const figures = { writes: writes.length, good: good.length, later: later.length, slowest, recovery, lastRefused, lagged };
  console.log(JSON.stringify(figures, (_key, value: unknown) => (typeof value === 'number' ? Math.round(value) : value)));
  expect(slowest).toBeLessThan(5_000);
  expect(lastRefused).toBeLessThan(5_000);
  expect(lagged).toBeLessThan(100);
}

test('killed and started again', async () => {
  await judge(
    await writeWhile(async () => {
      await mariadb.kill();
      await delay(AWAY_MS);
      await mariadb.resume();
    }),
  );
}, 90_000);

test('frozen and woken', async () => {
  await judge(
    await writeWhile(async () => {
      process.kill(mariadb.pid, 'SIGSTOP');
      await delay(AWAY_MS);
      process.kill(mariadb.pid, 'SIGCONT');
    }),
  );
}, 90_000);
