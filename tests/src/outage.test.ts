import { setTimeout as delay } from 'node:timers/promises';
import { connect, createServer, type Socket } from 'node:net';
import { DatabaseError } from 'sequelize';
import { openDatabase } from '#src/database/database.ts';
import { isUnavailable } from '#src/database/faults.ts';
import { silentLog, startApp, type TestApp } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';
import { type MariaDb, startMariaDb } from '#tests/support/mariadb.ts';
import { until } from '#tests/support/wait.ts';

const fault = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe('MariaDB', () => {
  let mariadb: MariaDb;
  let server: TestApp;
  beforeAll(async () => {
    mariadb = await startMariaDb();
    server = await startApp({ DATABASE_URL: await mariadb.createDatabase() });
  }, 60_000);
  afterAll(async () => {
    process.kill(mariadb.pid, 'SIGCONT');
    await server.close();
    await mariadb.stop();
  }, 30_000);

  const visits = () => server.call('GET', '/api/v1/consultations', server.people.doctor.token);

  test('that hangs makes requests answer 503 with Retry-After, and serves again when it goes on', async () => {
    expect((await visits()).status).toBe(200);
    process.kill(mariadb.pid, 'SIGSTOP');
    const reads = Array.from({ length: 15 }, visits);
    const writes = [server.call('POST', '/api/v1/auth/login', null, { account: 'doctor', password: 'correct horse' })];
    const limit = delay(8_000, null);
    for (const answer of [...reads, ...writes]) {
      const given = await Promise.race([answer, limit]);
      expect([given?.status, given?.body.error.code]).toEqual([503, 'storage_unavailable']);
      expect(Number(given?.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect((await server.call('GET', '/health/ready')).body.error.code).toBe('not_ready');
    process.kill(mariadb.pid, 'SIGCONT');
    await until('the database to serve again', async () => (await visits()).status === 200);
  }, 40_000);

  test('that hangs within a transaction fails it and leaves nothing behind', async () => {
    const { users } = server.database.models;
    const work = server.database.transaction(async () => {
      await users.update({ name: 'half' }, { where: { id: server.people.doctor.id } });
      process.kill(mariadb.pid, 'SIGSTOP');
      await users.update({ name: 'done' }, { where: { id: server.people.doctor.id } });
    });
    expect(isUnavailable(await fault(work))).toBe(true);
    process.kill(mariadb.pid, 'SIGCONT');
    await until('the database to serve again', async () => (await visits()).status === 200);
    expect((await users.findByPk(server.people.doctor.id))?.name).toBe('Name of doctor');
  }, 40_000);

  test('whose rows are held by somebody else is unavailable, not wrong', async () => {
    const { database, people } = server;
    const { users } = database.models;
    const touch = () => users.update({ status: 'active', name: 'Name of doctor' }, { where: { id: people.doctor.id } });
    const release = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const holder = database.transaction(async () => {
      await users.findByPk(people.doctor.id, { lock: true });
      held.resolve();
      await release.promise;
    });
    await held.promise;
    expect(isUnavailable(await fault(database.transaction(touch)))).toBe(true);
    release.resolve();
    await holder;
    await database.transaction(touch);
  }, 20_000);

  test('takes rows back from a transaction that stands still', async () => {
    const { database, people } = server;
    const { users } = database.models;
    const release = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const holder = database.transaction(async () => {
      await users.update({ name: 'half' }, { where: { id: people.doctor.id } });
      held.resolve();
      await release.promise;
    });
    const ended = fault(holder);
    await held.promise;
    const change = () => database.transaction(() => users.update({ name: 'taken' }, { where: { id: people.doctor.id } }));
    await until('the row to be free', () => change().then(() => true), 15_000);
    release.resolve();
    expect(isUnavailable(await ended)).toBe(true);
    expect((await users.findByPk(people.doctor.id))?.name).toBe('taken');
  }, 30_000);

  test('that drops a connection under a statement is unavailable, not wrong', async () => {
    const { database } = server;
    let id = 0;
    const work = database.transaction(async () => {
      const [[row]] = (await database.sequelize.query('SELECT CONNECTION_ID() AS id')) as [{ id: number }[], unknown];
      id = row?.id ?? 0;
      await database.sequelize.query('SELECT SLEEP(30)');
    });
    const ended = fault(work);
    await until('the statement to run', () => id > 0);
    await database.sequelize.query(`KILL CONNECTION ${id}`);
    expect(isUnavailable(await ended)).toBe(true);
  });
});

test('a connection that breaks before it is ready is unavailable, not wrong, for whoever gets it', async () => {
  let broken = false;
  const sockets: Socket[] = [];
  const target = new URL(await newMariaDb());
  const proxy = createServer((client) => {
    const server = connect(Number(target.port), target.hostname);
    sockets.push(client, server);
    server.on('error', () => client.destroy()).on('data', (bytes) => void client.write(bytes));
    client.on('error', () => server.destroy()).on('close', () => server.destroy());
    client.on('data', (bytes) => {
      // The first statement on each new connection.
      if (broken && bytes.includes('innodb_lock_wait_timeout')) client.destroy();
      else server.write(bytes);
    });
  }).listen(0, '127.0.0.1');
  await until('the port to be open', () => proxy.listening);
  const { port } = proxy.address() as { port: number };
  const database = await openDatabase({ DATA_DIR: '', DATABASE_URL: `mysql://root@127.0.0.1:${port}${target.pathname}` }, silentLog);
  broken = true;
  const faults = await Promise.all(Array.from({ length: 8 }, () => fault(database.sequelize.query('SELECT SLEEP(0.2)'))));
  expect(faults.filter((error) => error !== null).length).toBeGreaterThan(0);
  expect(faults.filter((error) => error !== null && !isUnavailable(error))).toEqual([]);
  await database.close();
  for (const socket of sockets) socket.destroy();
  proxy.close();
}, 20_000);

test('a full disk under SQLite is unavailable, not wrong', async () => {
  const server = await startApp();
  const { sequelize } = server.database;
  await sequelize.query('CREATE TABLE filler (text TEXT)');
  await sequelize.query('PRAGMA max_page_count = 1');
  const fill = async () => {
    for (let i = 0; i < 1_000; i++) await sequelize.query(`INSERT INTO filler VALUES ('${'x'.repeat(10_000)}')`);
  };
  expect(isUnavailable(await fault(fill()))).toBe(true);
  await server.close();
});

test('a statement that is wrong for SQLite is wrong, not unavailable, outside and inside of a transaction', async () => {
  const server = await startApp();
  const { sequelize, transaction } = server.database;
  const wrong = () => sequelize.query('SELECT nothing FROM nowhere');
  for (let round = 0; round < 50; round++) {
    for (const error of [await fault(wrong()), await fault(transaction(wrong))])
      expect([error instanceof DatabaseError, isUnavailable(error)]).toEqual([true, false]);
  }
  await server.close();
});

test('openDatabase() fails for a server that does not answer', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await until('the port to be open', () => silent.listening);
  const { port } = silent.address() as { port: number };
  await expect(openDatabase({ DATA_DIR: '/nowhere', DATABASE_URL: `mysql://root@127.0.0.1:${port}/x` }, silentLog)).rejects.toThrow(
    'The database cannot be opened',
  );
  silent.close();
});
