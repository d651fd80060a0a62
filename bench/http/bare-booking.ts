/**
 * The bare side of the benchmark of bookings: one route that sends the statements of a recorded booking in one transaction of mysql2. Ids
 * and cells are replaced by others, so that each is a booking of its own. Usage: node bare-booking.ts DATABASE_URL STATEMENTS_FILE
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import mysql from 'mysql2/promise';

export interface Recorded {
  statements: string[];
  /** Ids that the booking made. */
  ids: string[];
  /** First cell of its time. */
  cell: number;
}

/** Cells of half an hour. */
const CELLS = 6;
const [url = '', file = ''] = process.argv.slice(2);
const { statements, ids, cell } = JSON.parse(readFileSync(file, 'utf8')) as Recorded;
const pool = mysql.createPool({ uri: url, connectionLimit: 10 });
let bookings = 0;

function another(): string[] {
  const shift = ++bookings * CELLS;
  const fresh = ids.map((id) => [id, randomUUID()] as const);
  return statements.map((statement) => {
    let text = statement;
    for (const [old, id] of fresh) text = text.replaceAll(old, id).replaceAll(old.replaceAll('-', ''), id.replaceAll('-', ''));
    for (let n = CELLS - 1; n >= 0; n--) text = text.replaceAll(String(cell + n), String(cell + n + shift + 1_000_000));
    // Numbers of a day, which the recorded booking has already.
    return text.replaceAll(/'(APT|ORDER)\d+'/g, (_all, kind: string) => `'${kind}${bookings}x${process.pid}'`);
  });
}

const app = Fastify();
app.post('/book', async () => {
  const connection = await pool.getConnection();
  try {
    await connection.beginTransaction();
    for (const statement of another()) await connection.query(statement);
    await connection.commit();
  } catch (error) {
    await connection.rollback();
    throw error;
  } finally {
    connection.release();
  }
  return { success: true };
});
process.send?.(await app.listen({ host: '127.0.0.1', port: 0 }));
process.on('disconnect', () => process.exit());
