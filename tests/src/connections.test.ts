/** Connections to the database: replicas, their life, slow statements; and where the log goes. */
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { QueryTypes } from 'sequelize';
import { v7 as uuid } from 'uuid';
import { loadConfig } from '#config/index.ts';
import { readReplica } from '#src/database/connections.ts';
import { openDatabase } from '#src/database/database.ts';
import { migrate } from '#src/database/migrate.ts';
import { withoutValues } from '#src/database/slow-queries.ts';
import { createLog } from '#src/log.ts';
import { silentLog } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';
import { until } from '#tests/support/wait.ts';

const base = { DATA_DIR: tmpdir() };

test('figures are read from a replica; all else, and whatever was just written, from the primary', async () => {
  const [url, replica] = [await newMariaDb(), await newMariaDb()];
  const behind = await openDatabase({ ...base, DATABASE_URL: replica }, silentLog);
  await migrate(behind);
  const database = await openDatabase({ ...base, DATABASE_URL: url, DATABASE_REPLICA_URLS: [replica] }, silentLog);
  try {
    await migrate(database);
    const { users } = database.models;
    const row = { id: uuid(), account: 'a', name: 'A', passwordHash: 'x', status: 'active' as const };
    await database.transaction(() => users.create(row));
    expect(await users.count()).toBe(1);
    // Nothing replicates here: the replica is always behind.
    expect(await readReplica(() => users.count())).toBe(0);
    const raw = () => database.sequelize.query<{ n: number }>('SELECT COUNT(*) AS n FROM users', { type: QueryTypes.SELECT });
    expect([(await raw())[0]?.n, (await readReplica(raw))[0]?.n]).toEqual([1, 0]);
    expect(await readReplica(() => database.transaction(() => users.count()))).toBe(1);
  } finally {
    await database.close();
    await behind.close();
  }
});

test('connections are replaced at the end of their life, and slow statements are told without their values', async () => {
  const lines: { msg: string; sql: string }[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const limits = { DATABASE_POOL_MAX: 1, DATABASE_POOL_MIN: 0, LOG_SLOW_QUERY_MS: 40 };
  const lived = await openDatabase({ ...base, ...limits, DATABASE_URL: await newMariaDb(), DATABASE_LIFETIME_MS: 1 }, log);
  const lasting = await openDatabase({ ...base, ...limits, DATABASE_URL: await newMariaDb() }, log);
  const ids = async ({ sequelize }: typeof lived) => {
    const id = async () => (await sequelize.query<{ id: number }>('SELECT CONNECTION_ID() AS id', { type: QueryTypes.SELECT }))[0]?.id;
    const first = await id();
    await sequelize.query("SELECT SLEEP(0.05), 'Wang Min', 13800138000");
    return new Set([first, await id()]).size;
  };
  try {
    expect([await ids(lived), await ids(lasting)]).toEqual([2, 1]);
    expect(lines.filter(({ sql }) => sql.includes('SLEEP'))).toEqual([
      expect.objectContaining({ msg: 'slow query', sql: 'SELECT SLEEP(?), ?, ?' }),
      expect.objectContaining({ sql: 'SELECT SLEEP(?), ?, ?' }),
    ]);
    expect(
      withoutValues("Executing (default): SELECT `id` FROM `users` WHERE `name` = 'O''Brien \\'x' AND `t1` IN ('a', 'b') LIMIT 1;"),
    ).toBe('SELECT `id` FROM `users` WHERE `name` = ? AND `t1` IN (?) LIMIT ?;');
  } finally {
    await lived.close();
    await lasting.close();
  }
});

test('a connection keeps the statements that it used last, and has the server forget the others', async () => {
  const database = await openDatabase({ ...base, DATABASE_POOL_MAX: 1, DATABASE_POOL_MIN: 0, DATABASE_URL: await newMariaDb() }, silentLog);
  const done = async (what: string) => {
    const sql = `SHOW SESSION STATUS LIKE 'Com_stmt_${what}'`;
    return Number((await database.sequelize.query<{ Value: string }>(sql, { type: QueryTypes.SELECT }))[0]?.Value);
  };
  const ask = (index: number) => database.sequelize.query(`SELECT $1 AS n${index}`, { bind: [index], type: QueryTypes.SELECT });
  try {
    for (let index = 0; index < 520; index++) expect(await ask(index)).toEqual([{ [`n${index}`]: index }]);
    expect([await done('prepare'), await done('close')]).toEqual([520, 20]);
    await ask(519);
    expect(await done('prepare')).toBe(520);
    expect(await ask(0)).toEqual([{ n0: 0 }]);
    expect(await done('prepare')).toBe(521);
  } finally {
    await database.close();
  }
});

test('the log goes into files that rotate; only so many are kept', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-log-'));
  const file = path.join(folder, 'wenzhen.log');
  const log = createLog(loadConfig({ NODE_ENV: 'test', LOG_FILE: file, LOG_FILE_MEGABYTES: '1', LOG_FILE_KEEP: '2' }));
  try {
    await until('several files to be begun', async () => {
      for (let line = 0; line < 2_000; line++) log.info({ filler: 'x'.repeat(500) }, 'line');
      return (await readdir(folder)).some((name) => /\.[3-9]\.log$/.test(name));
    });
    await until('the oldest to go', async () => (await readdir(folder)).length <= 3);
    expect((await readdir(folder)).every((name) => /^wenzhen\.\d{4}-\d\d-\d\d\.\d+\.log$/.test(name))).toBe(true);
  } finally {
    const thread = (log as unknown as Record<symbol, NodeJS.WritableStream>)[pino.symbols.streamSym]!;
    const closed = once(thread, 'close');
    thread.end();
    await closed;
    await rm(folder, { recursive: true, force: true });
  }
});
