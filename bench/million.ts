/**
 * A page of 20 appointments of the whole clinic, as its administration sees it, out of a million against out of ten thousand: what
 * a list costs must not grow with what is not on it.
 */
import type { ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { type Clinic, startClinic } from './clinic.ts';
import { conclude, finish, measurePairs, type Options, readOptions, type Result } from './harness.ts';
import { CONNECTIONS, type Figure, measure } from './http/load.ts';

const FEW = 10_000;
const MANY = 1_000_000;

/** Days that one statement copies. */
const DAYS_A_STATEMENT = 50;

/**
 * Multiplies the seeded appointments until there are so many: all of them again, a day earlier each time. Their ids rise, as those of the
 * program do: rows that are added at the end fill a table of this size in less than a minute.
 */
async function fill({ connection }: Clinic, count: number): Promise<void> {
  const [[row]] = await connection.query<RowDataPacket[]>('SELECT COUNT(*) AS n FROM appointments');
  const seeded = Number(row?.['n']);
  await connection.query('CREATE TEMPORARY TABLE seeded AS SELECT * FROM appointments');
  // The copies refer to what their originals refer to.
  await connection.query('SET foreign_key_checks = 0, unique_checks = 0');
  let have = seeded;
  for (let day = 1; have < count; day += DAYS_A_STATEMENT) {
    const [{ affectedRows }] = await connection.query<ResultSetHeader>(
      `INSERT INTO appointments (id, appointment_no, user_id, profile_id, practitioner_id, service_id, starts_at, ends_at, status,
         details_sealed, reminder_sent, version, created_at, updated_at)
       SELECT CONCAT(LPAD(HEX(@n := @n + 1), 8, '0'), '-0000-7000-8000-000000000000'), CONCAT('C', @n), user_id, profile_id, practitioner_id,
         service_id, starts_at - INTERVAL days.seq DAY, ends_at - INTERVAL days.seq DAY, status, '', 0, 1, created_at, updated_at
       FROM (SELECT @n := ?) AS counter, seq_1_to_2500 AS days, seeded WHERE days.seq >= ? AND days.seq < ? LIMIT ?`,
      [have, day, day + DAYS_A_STATEMENT, count - have],
    );
    have += affectedRows;
  }
  await connection.query('SET foreign_key_checks = 1, unique_checks = 1');
  await connection.query('ANALYZE TABLE appointments');
}

async function compare(options: Options): Promise<Result[]> {
  const few = await startClinic(0.05);
  const many = await startClinic(0.05);
  try {
    await fill(few, FEW);
    await fill(many, options.quick ? FEW * 10 : MANY);
    // The twin asks for a page far behind, which no index finds.
    const path = '/appointments?as=all&pageSize=20&sort=-startsAt';
    const tokens = new Map([few, many].map((clinic): [Clinic, string] => [clinic, '']));
    for (const clinic of tokens.keys()) tokens.set(clinic, await clinic.signIn('seed.admin'));
    const of = (clinic: Clinic, asked: string) => () =>
      measure(`${clinic.site.url}/api/v1${asked}`, clinic.site.serverPid, tokens.get(clinic) ?? '', options.seconds);
    const pairs = await measurePairs<Figure>(options, { bare: of(few, path), ours: of(many, options.twin ? `${path}&page=2000` : path) });
    const time = pairs.map(({ bare, ours }) => ({ bare: 1e6 / bare.rate, ours: 1e6 / ours.rate }));
    const what = '20 of 1,000,000 appointments against 20 of 10,000, time of a request under load';
    return [conclude({ id: 'LIST', what, unit: 'us', compare: 'ratio', atMost: 1.5 }, time, options)];
  } finally {
    await few.close();
    await many.close();
  }
}

const options = readOptions({ pairs: 3, seconds: 3 });
console.log(`Lists out of many rows, ${CONNECTIONS} connections, MariaDB`);
finish(await compare(options));
