/**
 * Free slots of one doctor for 30 days (600 of them, half of them booked) on MariaDB, against bare Fastify that reads a list of
 * 20 rows by a prepared statement. Ours asks the database one row each time: whether hours or bookings have changed.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { api } from '#tests/support/rest.ts';
import { startMariaDb } from '#tests/support/mariadb.ts';
import { conclude, finish, measurePairs, type Options, readOptions, type Result } from './harness.ts';
import { CONNECTIONS, type Figure, measure } from './http/load.ts';
import { forked } from './processes.ts';
import { type Site, startSite } from './server.ts';

const DAYS = 30;
const DAY = 86_400_000;
const CELL = 300_000;

/** A date of the clinic, so many days ahead. */
const dateOf = (days: number): string => new Date(Date.now() + 8 * 3_600_000 + days * DAY).toISOString().slice(0, 10);

/** Hours from 8 to 18 on every day, and every other half hour booked. @returns the doctor's id */
async function openPractice(site: Site, database: string): Promise<string> {
  const call = <T>(method: string, path: string, body?: unknown) =>
    api<T>(site as never, method, path, { token: site.doctor.token, ...(body !== undefined && { body }) });
  const { id } = await call<{ id: string }>('GET', '/practitioners/me');
  const own = await call<{ items: { id: string }[] }>('GET', `/practitioners/${id}/work-rules`);
  for (const rule of own.items) await call('DELETE', `/practitioners/${id}/work-rules/${rule.id}`);
  const rules = [{ weekdays: [1, 2, 3, 4, 5, 6, 7], start: '08:00', end: '18:00', slotMinutes: 30 }];
  await call('POST', `/practitioners/${id}/work-rules`, { rules });
  const connection = await mysql.createConnection(database);
  const service = randomUUID();
  await connection.query("INSERT INTO services VALUES (?, '视频问诊', 'consultation', NULL, 99.00, 30, 1, 0, NOW(3), NOW(3))", [service]);
  for (let day = 0; day < DAYS; day++) {
    for (let half = 0; half < 20; half += 2) {
      const start = Date.parse(`${dateOf(day)}T00:00:00Z`) + half * 1_800_000;
      await book(connection, { practitioner: id, patient: site.patient.id, service, start });
    }
  }
  await connection.end();
  return id;
}

async function book(
  connection: mysql.Connection,
  { practitioner, patient, service, start }: { practitioner: string; patient: string; service: string; start: number },
): Promise<void> {
  const id = randomUUID();
  const times = [new Date(start), new Date(start + 1_800_000)];
  const columns =
    'id, appointment_no, user_id, practitioner_id, service_id, starts_at, ends_at, status, details_sealed, reminder_sent, version';
  await connection.query(
    `INSERT INTO appointments (${columns}, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'confirmed', '', 0, 1, NOW(3), NOW(3))`,
    [id, id.slice(0, 32), patient, practitioner, service, ...times],
  );
  const cells = Array.from({ length: 6 }, (_, cell) => [practitioner, start / CELL + cell, 0, id]);
  await connection.query('INSERT INTO appointment_claims (practitioner_id, cell, seat, appointment_id) VALUES ?', [cells]);
}

async function compare(options: Options): Promise<Result[]> {
  const mariaDb = await startMariaDb();
  const database = await mariaDb.createDatabase();
  const site = await startSite({ DATABASE_URL: database, MEDIA_WORKERS: '1' });
  const bare = await forked<string>(join(import.meta.dirname, 'http/bare-list.ts'), [await mariaDb.createDatabase()]);
  try {
    const id = await openPractice(site, database);
    const dates = `from=${dateOf(0)}&until=${dateOf(DAYS - 1)}`;
    // The twin asks a question about the same time that is worked out anew each time.
    const period = `from=${new Date().toISOString()}&to=${new Date(Date.now() + DAYS * DAY).toISOString()}`;
    const path = options.twin ? `/schedules/free?${period}` : `/practitioners/${id}/slots?${dates}`;
    const pairs = await measurePairs<Figure>(options, {
      bare: () => measure(`${bare.first}/people`, bare.pid, null, options.seconds),
      ours: () => measure(`${site.url}/api/v1${path}`, site.serverPid, null, options.seconds),
    });
    const only = (name: keyof Figure) => pairs.map((pair) => ({ bare: pair.bare[name], ours: pair.ours[name] }));
    const what = 'free slots of one doctor for 30 days, warm';
    return [
      conclude({ id: 'P15', what: `${what}, requests/s`, unit: '/s', compare: 'ratio', atLeast: 0.5 }, only('rate'), options),
      conclude({ id: 'P15 p99', what: `the same, p99`, unit: 'ms', compare: 'value', atMost: 50 }, only('p99'), options),
    ];
  } finally {
    await bare.stop();
    await site.close();
    await mariaDb.stop();
  }
}

const options = readOptions({ pairs: 5, seconds: 4 });
console.log(`Slots of a practitioner, ${CONNECTIONS} connections, MariaDB`);
finish(await compare(options));
