import { QueryTypes } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { Database } from '#src/database/database.ts';
import { migrate, migrateDown } from '#src/database/migrate.ts';
import { describeDatabases } from '#tests/support/databases.ts';

const IDENTITY = '0007-identity';

describeDatabases('migration 0007', (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });

  const rows = (sql: string) => database.sequelize.query<Record<string, unknown>>(sql, { type: QueryTypes.SELECT });

  /** Two people of the old form, one with a session and a visit. */
  async function fill(): Promise<{ doctor: string; gone: string }> {
    const [doctor, gone, session, visit] = [uuid(), uuid(), uuid(), uuid()];
    const at = "'2026-01-02 03:04:05.678'";
    for (const [id, account, name, status] of [
      [doctor, 'dr-lin', '林医生 Lin', 'active'],
      [gone, 'gone', 'Gone', 'disabled'],
    ])
      await database.sequelize.query(`INSERT INTO users (id, account, name, password_hash, status, created_at, updated_at)
        VALUES ('${id}', '${account}', '${name}', 'hash', '${status}', ${at}, ${at})`);
    await database.sequelize.query(
      `INSERT INTO sessions (id, user_id, created_at, expires_at) VALUES ('${session}', '${doctor}', ${at}, ${at})`,
    );
    await database.sequelize.query(`INSERT INTO user_roles VALUES ('${doctor}', 'doctor')`);
    await database.sequelize.query(`INSERT INTO consultations
      (id, title, status, practitioner_user_id, scheduled_start, scheduled_end, lobby, locked, room_epoch, version, created_at, updated_at)
      VALUES ('${visit}', 'T', 'scheduled', '${doctor}', ${at}, '2026-01-02 04:00:00.000', 1, 0, 0, 1, ${at}, ${at})`);
    return { doctor, gone };
  }

  test('keeps people, their sessions, roles and visits, up and down and up again', async () => {
    await migrateDown(database, IDENTITY);
    const { doctor, gone } = await fill();
    await migrate(database);
    expect(await database.models.users.findByPk(doctor)).toMatchObject({
      account: 'dr-lin',
      name: '林医生 Lin',
      passwordHash: 'hash',
      status: 'active',
      membershipLevel: 'basic',
      locale: 'zh',
      phoneIndex: null,
    });
    expect((await database.models.users.findByPk(gone))?.status).toBe('inactive');
    expect((await rows('SELECT name_search FROM users ORDER BY account'))[0]).toEqual({ name_search: '林医生 lin' });
    expect(await database.models.sessions.count()).toBe(1);

    const phone = { id: uuid(), name: 'By phone', status: 'suspended' as const, phoneIndex: 'a'.repeat(64), phoneSealed: 'x' };
    await database.transaction(() => database.models.users.create(phone));
    await migrateDown(database, IDENTITY);
    expect(await rows(`SELECT account, password_hash, status FROM users WHERE id = '${phone.id}'`)).toEqual([
      { account: phone.id, password_hash: '', status: 'disabled' },
    ]);
    expect(await rows('SELECT COUNT(*) AS n FROM users')).toEqual([{ n: 3 }]);
    expect(await rows('SELECT COUNT(*) AS n FROM sessions')).toEqual([{ n: 1 }]);

    await migrate(database);
    for (const table of ['users', 'sessions', 'user_roles', 'consultations'])
      expect(await rows(`SELECT COUNT(*) AS n FROM ${table}`)).toEqual([{ n: table === 'users' ? 3 : 1 }]);
    if (database.dialect === 'sqlite') expect(await rows('PRAGMA foreign_key_check')).toEqual([]);
  });

  test('holds what must hold: states, levels, unique names to sign in with, references to people', async () => {
    const { users, sessions } = database.models;
    const person = (values: object) => ({ id: uuid(), name: 'N', status: 'active' as const, ...values });
    const refused = (values: object) => expect(database.transaction(() => users.create(person(values)))).rejects.toThrow();
    await database.transaction(() => users.create(person({ account: 'one', staffNo: '1001', phoneIndex: 'b'.repeat(64) })));
    await refused({ account: 'one' });
    await refused({ staffNo: '1001' });
    await refused({ phoneIndex: 'b'.repeat(64) });
    await refused({ status: 'disabled' });
    await refused({ membershipLevel: 'gold' });
    const session = { id: uuid(), userId: uuid(), expiresAt: new Date() };
    await expect(database.transaction(() => sessions.create(session))).rejects.toThrow();
    await database.transaction(() => users.bulkCreate([person({}), person({})]));
  });

  test('name changes what searches compare with', async () => {
    const { users } = database.models;
    const { id } = await database.transaction(() => users.create({ id: uuid(), name: 'Ｗang  Min', status: 'active' }));
    expect((await users.findByPk(id))?.nameSearch).toBe('wangmin');
    await database.transaction(() => users.update({ name: '王 敏' }, { where: { id } }));
    expect((await users.findByPk(id))?.nameSearch).toBe('王敏');
  });
});
