/** Outbox, signals, permissions, money and idempotency on both engines. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseError, DataTypes, type Model } from 'sequelize';
import { parseKeyRing } from '#src/crypto/keys.ts';
import { rotateKeys } from '#src/crypto/rotate.ts';
import { createVault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { moneyColumn, moneyValue, readMoney, toFen, toYuan, yuanText } from '#src/money.ts';
import { createOutbox } from '#src/outbox/outbox.ts';
import { createAccessCache } from '#src/permissions/access.ts';
import { syncBuiltinRoles } from '#src/permissions/roles.ts';
import { settingValue } from '#src/settings/model.ts';
import { createSignals } from '#src/signals/signals.ts';
import { createAccounts } from '#src/users/accounts.ts';
import { silentLog } from '#tests/support/app.ts';
import { describeDatabases } from '#tests/support/databases.ts';

const aVault = () => createVault(parseKeyRing(`k1:${randomBytes(32).toString('hex')}`), 'a secret for the index that is long');

describe('vault', () => {
  const column = { table: 'things', column: 'secret', idColumn: 'id' };
  const key = (id: string) => `${id}:${randomBytes(32).toString('hex')}`;
  const [k1, k2] = [key('k1'), key('k2')];
  const old = createVault(parseKeyRing(k1), 'a secret for the index that is long');
  const vault = createVault(parseKeyRing(`${k1},${k2}`), 'a secret for the index that is long');

  test('seal() hides the text, open() gives it back, also after a new key came', () => {
    const sealed = old.seal(column, 'row1', '身份证 11010519491231002X');
    expect(sealed).toMatch(/^k1\.[\w-]+$/);
    expect(vault.open(column, 'row1', sealed)).toBe('身份证 11010519491231002X');
    expect(vault.keyOf(vault.seal(column, 'row1', 'x'))).toBe('k2');
  });

  test('open() refuses a value of another row and a changed one', () => {
    const sealed = vault.seal(column, 'row1', 'text');
    expect(() => vault.open(column, 'row2', sealed)).toThrow();
    expect(() => vault.open(column, 'row1', `${sealed.slice(0, -2)}AA`)).toThrow();
    expect(() => old.open(column, 'row1', vault.seal(column, 'row1', 'text'))).toThrow('no key k2');
  });

  test('index() is equal for equal values of one purpose only', () => {
    expect(vault.index('phone', '138')).toBe(old.index('phone', '138'));
    expect(vault.index('phone', '138')).not.toBe(vault.index('id', '138'));
  });
});

describe('money', () => {
  test.each([
    [0, '0.00'],
    [5, '0.05'],
    [29_900, '299.00'],
    [-150, '-1.50'],
    [9_999_999_999, '99999999.99'],
  ])('%i fen is %s yuan and back', (fen, text) => {
    expect(yuanText(fen)).toBe(text);
    expect(toFen(text)).toBe(fen);
    expect(toFen(toYuan(fen))).toBe(fen);
  });

  test('toFen() refuses what is no amount', () => {
    for (const bad of ['', '1.005', 'x', '1e3', '.5', NaN, 1e21, 0.1 + 0.2]) expect(() => toFen(bad)).toThrow(RangeError);
  });
});

describeDatabases('prepared reads and rotation', (open) => {
  test('prepared reads see what was committed, with times and Chinese text, and fail as database errors', async () => {
    const database = await open();
    const { prepared, models, transaction } = database;
    const id = randomUUID();
    await transaction(() => models.users.create({ id, account: id, name: '王敏', passwordHash: 'x', status: 'active' }));
    const sql = 'SELECT name, created_at AS createdAt FROM users WHERE id = ?';
    const row = await prepared.one<{ name: string; createdAt: string | Date }>(sql, [id]);
    expect(row?.name).toBe('王敏');
    expect(prepared.readTime(row?.createdAt ?? '')).toEqual((await models.users.findByPk(id))?.createdAt);
    expect(await prepared.one(sql, ['nobody'])).toBeNull();
    expect((await Promise.all(Array.from({ length: 50 }, () => prepared.all(sql, [id])))).flat()).toHaveLength(50);
    await expect(prepared.all('SELECT nothing FROM nowhere', [])).rejects.toThrow(DatabaseError);
    expect(await prepared.one(sql, [id])).not.toBeNull();
  });

  test('rotateKeys() seals every value with the newest key and leaves plain ones alone', async () => {
    const database = await open();
    const { settings } = database.models;
    const ring = `k1:${'1'.repeat(64)}`;
    const [old, vault] = [ring, `${ring},k2:${'2'.repeat(64)}`].map((text) =>
      createVault(parseKeyRing(text), 'index secret that is long enough'),
    );
    const row = (key: string, value: string) => ({ key, value, version: 1, updatedBy: null });
    const sealed = old?.seal(settingValue, 'secret', '"the key of a gateway"') ?? '';
    await database.transaction(() => settings.bulkCreate([row('secret', sealed), row('plain', '"text"'), row('number', '12')]));
    expect(vault && (await rotateKeys(database, vault))).toEqual({ resealed: { 'settings.value': 1 }, missed: 0 });
    const after = await settings.findByPk('secret');
    expect(after?.value.startsWith('k2.')).toBe(true);
    expect(vault?.open(settingValue, 'secret', after?.value ?? '')).toBe('"the key of a gateway"');
    expect((await settings.findByPk('plain'))?.value).toBe('"text"');
    expect(vault && (await rotateKeys(database, vault)).resealed).toEqual({});
  });
});

describeDatabases('foundation', (open) => {
  let database: Database;
  const closers: (() => void)[] = [];
  beforeAll(async () => {
    database = await open();
    await syncBuiltinRoles(database);
  });
  afterAll(() => closers.forEach((close) => close()));

  test('money columns keep fen through create, update, conditions and sums', async () => {
    const { sequelize } = database;
    const model = sequelize.define(
      'purse',
      { id: { type: DataTypes.INTEGER, primaryKey: true }, amount: moneyColumn(sequelize, 'amount') },
      { timestamps: false },
    );
    const type = database.dialect === 'mysql' ? 'DECIMAL(10,2)' : 'INTEGER';
    await sequelize.query(`CREATE TABLE purses (id INTEGER PRIMARY KEY, amount ${type})`);
    await model.create({ id: 1, amount: 29_905 });
    await model.bulkCreate([{ id: 2, amount: 95 }]);
    expect((await model.findByPk(1))?.get('amount')).toBe(29_905);
    await model.update({ amount: 29_910 }, { where: { amount: 29_905 } });
    expect((await model.findOne({ where: { amount: 29_910 } }))?.get('id')).toBe(1);
    await model.update({ amount: sequelize.literal(`amount - ${moneyValue(sequelize, 10)}`) }, { where: { id: 1 } });
    const sum = await model.sum<number | string, Model>('amount');
    expect(readMoney(sequelize, sum)).toBe(29_995);
    const row = await model.findByPk(1);
    await row?.update({ amount: 1 });
    await row?.reload();
    expect(row?.get('amount')).toBe(1);
    await model.drop();
  });

  test('outbox row of a failed transaction is not there; a dedupe key is one row; cancel() frees it', async () => {
    const outbox = createOutbox(database);
    const failing = database.transaction(async () => {
      await outbox.append('maintenance.clean', {});
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await outbox.append('maintenance.clean', {}, { dedupeKey: 'a' });
    await outbox.append('maintenance.clean', {}, { dedupeKey: 'a' });
    expect((await outbox.counts()).ready).toBe(1);
    expect(await outbox.cancel('a')).toBe(true);
    expect(await outbox.cancel('a')).toBe(false);
    expect(await outbox.claim(10, 1_000)).toEqual([]);
  });

  test('claim() gives a row to one claimer, and the rows of an aggregate one after the other', async () => {
    const outbox = createOutbox(database);
    for (let n = 0; n < 3; n++) await outbox.append('maintenance.clean', {}, { aggregate: 'order:1' });
    await outbox.append('maintenance.clean', {});
    await outbox.append('maintenance.clean', {}, { runAt: new Date(Date.now() + 60_000) });
    const claims = (await Promise.all([outbox.claim(10, 60_000), outbox.claim(10, 60_000)])).flat();
    expect(claims.length).toBe(2);
    const [first] = claims;
    let effects = 0;
    const effect = async () => void effects++;
    for (const { id } of claims) await Promise.all([outbox.complete(id, effect), outbox.complete(id, effect)]);
    expect(effects).toBe(2);
    const next = await outbox.claim(10, 60_000);
    expect(next.length).toBe(1);
    expect(next[0]?.id).not.toBe(first?.id);
    await outbox.fail(next[0]?.id ?? '', 'later', new Date());
    expect((await outbox.claim(10, 60_000)).map(({ id, attempts }) => [id, attempts])).toEqual([[next[0]?.id, 1]]);
  });

  test('a signal reaches this process after the commit and another one by polling, never after a rollback', async () => {
    const [here, there] = [createSignals(database, silentLog), createSignals(database, silentLog)];
    closers.push(here.close, there.close);
    const heard: string[] = [];
    here.on('role', (subject) => void heard.push(`here ${subject}`));
    there.on('role', (subject) => void heard.push(`there ${subject}`));
    await database.transaction(async () => {
      await here.send('role', 'doctor');
      expect(heard).toEqual([]);
    });
    expect(heard).toEqual(['here doctor']);
    await there.poll();
    await there.poll();
    await here.poll();
    expect(heard).toEqual(['here doctor', 'there doctor']);
    await database
      .transaction(async () => {
        await here.send('role', 'patient');
        throw new Error('no');
      })
      .catch(() => undefined);
    await there.poll();
    expect(heard.length).toBe(2);
  });

  test('access follows roles, their hierarchy and their changes', async () => {
    const signals = createSignals(database, silentLog);
    closers.push(signals.close);
    const cache = createAccessCache(database, signals);
    const { id } = await createAccounts({ database, vault: aVault() }).create({ account: 'a', name: 'A', roles: ['doctor'] });
    expect((await cache.of(id)).can('consultations:lead')).toBe(true);
    expect(cache.of(id)).not.toBeInstanceOf(Promise);
    expect((await cache.of(id)).can('prescriptions:review')).toBe(false);
    await database.transaction(async () => {
      await database.models.roles.update({ parentKey: 'doctor' }, { where: { key: 'pharmacist' } });
      await signals.send('role', 'pharmacist');
    });
    expect((await cache.of(id)).can('prescriptions:review')).toBe(true);
    await database.transaction(async () => {
      await database.models.userRoles.destroy({ where: { userId: id } });
      await signals.send('user', id);
    });
    expect((await cache.of(id)).can('consultations:lead')).toBe(false);
    expect((await cache.of('nobody')).active).toBe(false);
  });

  test('syncBuiltinRoles() again gives back nothing that was taken away', async () => {
    const where = { roleKey: 'doctor', permission: 'consultations:lead' };
    await database.models.rolePermissions.destroy({ where });
    await syncBuiltinRoles(database);
    expect(await database.models.rolePermissions.count({ where })).toBe(0);
  });
});

test('a data folder keeps its keys', async () => {
  const { loadSecrets } = await import('#src/secrets.ts');
  const folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-keys-'));
  const none = { JWT_SECRET: undefined, DATA_KEYS: undefined, BLIND_INDEX_KEY: undefined, DATA_DIR: folder };
  const [one, two] = [await loadSecrets(none), await loadSecrets(none)];
  expect(two).toMatchObject({ jwt: one.jwt, blindIndex: one.blindIndex });
  expect(one.generated.length).toBe(3);
  await rm(folder, { recursive: true });
});
