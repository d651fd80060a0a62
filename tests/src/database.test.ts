import { readdirSync } from 'node:fs';
import { QueryTypes } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { Database } from '#src/database/database.ts';
import { migrate, migrateDown } from '#src/database/migrate.ts';
import { describeDatabases } from '#tests/support/databases.ts';

/** Every table: those that models are made for, and some that only plain statements use. */
const tablesOfModels = ({ models }: Database) =>
  [...Object.values(models).map((model) => model.getTableName() as string), 'sequences'].sort();

async function tablesOf({ sequelize, dialect }: Database): Promise<string[]> {
  const sql =
    dialect === 'sqlite'
      ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
      : 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()';
  const rows = await sequelize.query<{ name: string }>(sql, { type: QueryTypes.SELECT });
  return rows
    .map(({ name }) => name)
    .filter((name) => name !== 'migrations')
    .sort();
}

const migrations = readdirSync(new URL('../../src/migrations/', import.meta.url));

const user = () => ({
  id: uuid(),
  account: uuid(),
  name: '王敏 😀',
  passwordHash: 'x',
  status: 'active' as const,
});

describeDatabases('database', (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });

  test('migrate() goes up, down and up again', async () => {
    expect(await tablesOf(database)).toEqual(tablesOfModels(database));
    expect(await migrate(database)).toEqual([]);
    await migrateDown(database);
    expect(await tablesOf(database)).toEqual([]);
    expect(await migrate(database)).toHaveLength(migrations.length);
    expect(await tablesOf(database)).toEqual(tablesOfModels(database));
  });

  test('rows keep text and milliseconds', async () => {
    const { users, sessions } = database.models;
    const row = await database.transaction(() => users.create(user()));
    const expiresAt = new Date('2030-01-02T03:04:05.678Z');
    const id = uuid();
    await database.transaction(() => sessions.create({ id, userId: row.id, expiresAt }));
    expect(await users.findByPk(row.id)).toMatchObject({ name: '王敏 😀' });
    expect((await sessions.findByPk(id))?.expiresAt).toEqual(expiresAt);
  });

  test('constraints hold: unique account, known status, existing user, end after start', async () => {
    const { users, sessions, consultations } = database.models;
    const row = await database.transaction(() => users.create(user()));
    const refused = (work: () => Promise<unknown>) => expect(database.transaction(work)).rejects.toThrow();
    await refused(() => users.create({ ...user(), account: row.account }));
    await refused(() => users.create({ ...user(), status: 'odd' as 'active' }));
    await refused(() => sessions.create({ id: uuid(), userId: uuid(), expiresAt: new Date() }));
    const times = { scheduledStart: new Date(2_000), scheduledEnd: new Date(1_000) };
    const visit = {
      id: uuid(),
      title: 't',
      status: 'scheduled' as const,
      practitionerUserId: row.id,
      lobby: true,
      locked: false,
      roomEpoch: 0,
      version: 1,
    };
    await refused(() => consultations.create({ ...visit, ...times }));
  });

  test('transaction() is rolled back whole, queries inside it see it, nested ones join it', async () => {
    const { users } = database.models;
    const row = user();
    const work = database.transaction(async () => {
      await database.transaction(() => users.create(row));
      expect(await users.findByPk(row.id)).not.toBeNull();
      throw new Error('on purpose');
    });
    await expect(work).rejects.toThrow('on purpose');
    expect(await users.findByPk(row.id)).toBeNull();
  });

  test('prepared reads see what others have committed, and inside a transaction what it has written', async () => {
    const { models, prepared } = database;
    const row = await database.transaction(() =>
      models.users.create({ ...user(), passwordChangedAt: new Date('2030-01-02T03:04:05.678Z') }),
    );
    const sql = 'SELECT name, password_changed_at AS at FROM users WHERE id = ? LIMIT ?';
    const read = () => prepared.one<{ name: string; at: string | Date }>(sql, [row.id, 1]);
    const name = async () => (await read())?.name;
    expect(await name()).toBe('王敏 😀');
    const times = await database.transaction(async () => {
      await models.users.update({ name: 'other' }, { where: { id: row.id } });
      expect(await name()).toBe('other');
      return read();
    });
    for (const found of [times, await read()]) {
      expect(prepared.isoTime(found?.at ?? '')).toBe('2030-01-02T03:04:05.678Z');
      expect(prepared.readTime(found?.at ?? '')).toEqual(row.passwordChangedAt);
    }
    await database.transaction(() =>
      models.users.update({ passwordChangedAt: new Date('2030-01-02T03:04:05.000Z') }, { where: { id: row.id } }),
    );
    expect(prepared.isoTime((await read())?.at ?? '')).toBe('2030-01-02T03:04:05.000Z');
  });

  test('40 writers at once all succeed', async () => {
    const { users } = database.models;
    const row = await database.transaction(() => users.create({ ...user(), name: '0' }));
    const addOne = () =>
      database.transaction(async () => {
        const found = await users.findByPk(row.id, { lock: true });
        await users.update({ name: String(Number(found?.name) + 1) }, { where: { id: row.id } });
      });
    await Promise.all(Array.from({ length: 40 }, addOne));
    expect((await users.findByPk(row.id))?.name).toBe('40');
  });

  test('transaction() survives deadlocks', async () => {
    const { users } = database.models;
    const rows = await database.transaction(() => users.bulkCreate([user(), user()]));
    const [a, b] = rows.map(({ id }) => id) as [string, string];
    let meet = 0;
    const both = Promise.withResolvers<void>();
    const inOrder = (first: string, second: string, name: string) =>
      database.transaction(async () => {
        await users.update({ name }, { where: { id: first } });
        if (++meet === 2 || database.dialect === 'sqlite') both.resolve();
        await both.promise;
        await users.update({ name }, { where: { id: second } });
      });
    await Promise.all([inOrder(a, b, 'one'), inOrder(b, a, 'two')]);
    const names = await Promise.all([a, b].map(async (id) => (await users.findByPk(id))?.name));
    expect(names[0]).toBe(names[1]);
  });

  test('ping() answers, and fails once the database is gone', async () => {
    await database.ping(2_000);
    const other = await open();
    await other.close();
    await expect(other.ping(500)).rejects.toThrow();
  });

  test('migrate() completes a migration that died halfway', async () => {
    for (const name of ['0001-users-and-sessions', '0003-rooms', '0004-cancelled-visits'])
      await database.sequelize.query(`DELETE FROM migrations WHERE name = '${name}'`);
    await database.sequelize.query('DROP TABLE chat_messages');
    expect(await migrate(database)).toHaveLength(3);
    expect(await tablesOf(database)).toEqual(tablesOfModels(database));
  });

  test('migrate() of two nodes at once runs each migration once', async () => {
    if (database.dialect === 'sqlite') return;
    await migrateDown(database);
    const ran = await Promise.all([migrate(database), migrate(database)]);
    expect(ran.map((names) => names.length).toSorted((a, b) => a - b)).toEqual([0, migrations.length]);
  });
});
