/**
 * 50 patients book at the same time, each a slot of its own: how long 99 of 100 bookings take, against one bare transaction with the same
 * statements. They are recorded from one real booking by the log of MariaDB.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RowDataPacket } from 'mysql2/promise';
import { type Clinic, startClinic } from './clinic.ts';
import { freeTimes, type Wish } from './free-times.ts';
import { conclude, finish, measurePairs, type Options, readOptions, type Result } from './harness.ts';
import type { Recorded } from './http/bare-booking.ts';
import { forked, pin } from './processes.ts';
import { percentile } from './stats.ts';

const CLIENTS = 50;
/** Each patient holds three places at most, and one may be held from the seed. */
const ROUNDS = 2;
/** What the twin waits before each booking. */
const TWIN_MS = 3_000;
const CELL = 300_000;

interface Practice {
  serviceId: string;
  tokens: string[];
  wishes: Wish[];
}

/** Patients, and more free times than are booked. */
async function prepare(clinic: Clinic): Promise<Practice> {
  const { connection } = clinic;
  const { serviceId, wishes } = await freeTimes(clinic);
  const names = Array.from({ length: CLIENTS }, (_, index) => `patient${String(index + 1).padStart(4, '0')}`);
  await connection.query("UPDATE users SET status = 'active'");
  const tokens: string[] = [];
  for (const name of names) tokens.push(await clinic.signIn(name));
  return { serviceId, tokens, wishes };
}

async function book(clinic: Clinic, { serviceId, tokens, wishes }: Practice, client: number): Promise<number> {
  const wish = wishes.shift();
  if (!wish) throw new Error('no free times are left');
  const body = JSON.stringify({ ...wish, serviceId, contactPerson: '王敏', contactPhone: '15400000001' });
  const headers = { authorization: `Bearer ${tokens[client]}`, 'content-type': 'application/json' };
  const started = performance.now();
  const response = await fetch(`${clinic.site.url}/api/v1/appointments`, { method: 'POST', headers, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`a booking was refused: ${text}`);
  return performance.now() - started;
}

/** The statements of one booking, as MariaDB got them. */
async function record(clinic: Clinic, practice: Practice): Promise<Recorded> {
  const { connection } = clinic;
  const cell = Date.parse(practice.wishes[0]?.scheduledTime ?? '') / CELL;
  await connection.query("SET GLOBAL log_output = 'TABLE'");
  await connection.query('TRUNCATE mysql.general_log');
  await connection.query('SET GLOBAL general_log = 1');
  const since = Date.now();
  await book(clinic, practice, 0);
  await connection.query('SET GLOBAL general_log = 0');
  const [rows] = await connection.query<RowDataPacket[]>(
    "SELECT thread_id AS thread, CONVERT(argument USING utf8mb4) AS text FROM mysql.general_log WHERE command_type IN ('Query', 'Execute') ORDER BY event_time",
  );
  const thread = rows.find(({ text }) => String(text).startsWith('INSERT INTO `appointments`'))?.['thread'] as number;
  const own = rows.filter((row) => row['thread'] === thread).map(({ text }) => String(text));
  const first = own.findIndex((text) => text.startsWith('INSERT INTO `appointments`'));
  const begin = own.slice(0, first).findLastIndex((text) => text.startsWith('START TRANSACTION'));
  const end = own.findIndex((text, index) => index > first && text.startsWith('COMMIT'));
  const statements = own.slice(begin + 1, end);
  const made = new Set(statements.join(' ').match(/\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b/g));
  const madeNow = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16) >= since;
  return { statements, ids: [...made].filter(madeNow), cell };
}

/** @returns ms in which 99 of 100 were done */
async function together(one: (client: number) => Promise<number>, rounds: number): Promise<number> {
  const client = async (index: number): Promise<number[]> => {
    const took: number[] = [];
    for (let round = 0; round < rounds; round++) took.push(await one(index));
    return took;
  };
  const all = await Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index)));
  return percentile(all.flat(), 0.99);
}

/** Holds that are not paid would stop patients from booking more, and nobody is in two places at once. */
async function release({ connection }: Clinic): Promise<void> {
  await connection.query("DELETE c FROM patient_claims c JOIN appointments a ON a.id = c.appointment_id WHERE a.status = 'pending'");
  await connection.query("UPDATE appointments SET status = 'cancelled' WHERE status = 'pending'");
}

async function measureAgainst(clinic: Clinic, bare: string, practice: Practice, options: Options): Promise<Result[]> {
  const bareOne = async (): Promise<number> => {
    const started = performance.now();
    const response = await fetch(`${bare}/book`, { method: 'POST' });
    if (!response.ok) throw new Error(await response.text());
    return performance.now() - started;
  };
  const oursOne = async (client: number): Promise<number> => {
    const held = options.twin ? TWIN_MS : 0;
    await new Promise((done) => setTimeout(done, held));
    return held + (await book(clinic, practice, client));
  };
  const ours = async (): Promise<number> => {
    await release(clinic);
    return together(oursOne, ROUNDS);
  };
  await ours();
  await together(bareOne, ROUNDS);
  const pairs = await measurePairs(options, { bare: () => together(bareOne, ROUNDS), ours });
  return [conclude({ id: 'BOOK', what: 'booking, 50 at once, p99', unit: 'ms', compare: 'ratio', atMost: 3 }, pairs, options)];
}

async function compare(options: Options): Promise<Result[]> {
  const clinic = await startClinic(0.5);
  const folder = mkdtempSync(join(tmpdir(), 'wenzhen-bench-'));
  try {
    const practice = await prepare(clinic);
    const recorded = await record(clinic, practice);
    console.log(`  a booking is ${recorded.statements.length} statements; ${practice.wishes.length} times are free`);
    const file = join(folder, 'statements.json');
    writeFileSync(file, JSON.stringify(recorded));
    const bare = await forked<string>(join(import.meta.dirname, 'http/bare-booking.ts'), [clinic.url, file]);
    for (const pid of [bare.pid, clinic.site.serverPid]) pin(pid, 'server');
    pin(process.pid, 'load');
    const results = await measureAgainst(clinic, bare.first, practice, options);
    await bare.stop();
    return results;
  } finally {
    rmSync(folder, { recursive: true });
    await clinic.close();
  }
}

const options = readOptions({ pairs: 5, seconds: 1 });
console.log(`Bookings of ${CLIENTS} patients at once, MariaDB`);
finish(await compare(options));
