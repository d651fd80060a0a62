/** The seeded clinic in small, on both engines: as consistent as one that grew, and the same each time. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { QueryTypes } from 'sequelize';
import { loadConfig } from '#config/index.ts';
import { parseCli, type SeedCommand } from '#src/cli/options.ts';
import { seed } from '#src/cli/seed.ts';
import { sealedColumns } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { migrate, migrateDown } from '#src/database/migrate.ts';
import { idNumberColumn } from '#src/profiles/model.ts';
import { parseIdNumber } from '#src/profiles/id-number.ts';
import { seedClinic } from '#src/seed/seed.ts';
import { PASSWORD, startApp, type TestApp } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';

const at = new Date(Math.floor(Date.now() / 1000) * 1000);
const options = { seed: 7, scale: 0.01, at, password: PASSWORD };
const keys = { DATA_KEYS: `k1:${'ab'.repeat(32)}`, BLIND_INDEX_KEY: 'a key of the blind index of these tests' };
/** Written by the time that a row was, not by the seed. */
const BY_THE_CLOCK = new Set(['changes', 'signals', 'menus', 'roles', 'rolePermissions', 'knownPermissions']);
/** Tables that the running server writes to now and then. */
const LOGS = ['operation_log', 'login_log', 'security_log', 'signals', 'outbox', 'sessions'];
const dumps: Record<string, string[]> = {};

async function dump({ database, vault }: Pick<TestApp['foundation'], 'database' | 'vault'>): Promise<string[]> {
  const lines: string[] = [];
  for (const [name, model] of Object.entries(database.models)) {
    if (BY_THE_CLOCK.has(name)) continue;
    const sealed = sealedColumns().filter(({ table }) => table === model.getTableName());
    for (const row of await (model as unknown as typeof database.models.users).findAll()) {
      const values = row.get() as unknown as Record<string, unknown>;
      const field = (attribute: string) => attribute.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      const entries = Object.entries(values).map(([attribute, value]) => {
        const column = sealed.find((each) => each.column === field(attribute));
        const id = column && Object.entries(values).find(([other]) => field(other) === column.idColumn)?.[1];
        if (column && typeof value === 'string') return [attribute, vault.open(column, String(id), value)];
        // One engine has decimals and flags of its own, the other has numbers.
        if (['height', 'weight', 'bmi'].includes(attribute)) return [attribute, Number(value)];
        return [attribute, typeof value === 'boolean' ? Number(value) : value];
      });
      lines.push(`${name} ${JSON.stringify(Object.fromEntries(entries.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))))}`);
    }
  }
  return lines.toSorted();
}

async function rowCounts({ sequelize, dialect }: Database): Promise<Map<string, number>> {
  const tables =
    dialect === 'sqlite'
      ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
      : 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()';
  const counts = new Map<string, number>();
  for (const { name } of await sequelize.query<{ name: string }>(tables, { type: QueryTypes.SELECT })) {
    if (name === 'migrations' || LOGS.includes(name)) continue;
    const [row] = await sequelize.query<{ n: number }>(`SELECT COUNT(*) AS n FROM \`${name}\``, { type: QueryTypes.SELECT });
    counts.set(name, Number(row?.n));
  }
  return counts;
}

const DAY = 86_400_000;

describe.each(['sqlite', 'mysql'] as const)('seed on %s', (dialect) => {
  let server: TestApp;
  let database: Database;
  beforeAll(async () => {
    server = await startApp({ ...keys, ...(dialect === 'mysql' && { DATABASE_URL: await newMariaDb() }) }, {}, false);
    ({ database } = server);
    await seedClinic(server.foundation, options);
  }, 60_000);
  afterAll(() => server.close());

  test('makes the same rows on both engines, and what is sealed opens to the same', async () => {
    const lines = await dump(server.foundation);
    dumps[dialect] = lines;
    expect(lines.length).toBeGreaterThan(3_000);
    const other = dumps['sqlite'] ?? [];
    expect(lines.filter((line, index) => line !== other[index]).slice(0, 3)).toEqual([]);
  });

  test('shows every state, and nobody is told of what has been', async () => {
    const { models } = database;
    const statesOf = async (table: string, column = 'status'): Promise<string[]> =>
      (await database.sequelize.query<{ s: string }>(`SELECT DISTINCT ${column} AS s FROM ${table}`, { type: QueryTypes.SELECT }))
        .map(({ s }) => s)
        .toSorted();
    expect(await statesOf('appointments')).toEqual(['cancelled', 'completed', 'confirmed', 'in_progress', 'pending']);
    expect(await statesOf('orders')).toEqual(['CANCELLED', 'COMPLETED', 'CONFIRMED', 'IN_PROGRESS', 'PENDING']);
    expect(await statesOf('consultations')).toEqual(['active', 'ended', 'scheduled']);
    expect(await statesOf('payments', 'method')).toEqual(['alipay', 'balance', 'wechat']);
    for (const model of [models.reviews, models.prescriptions, models.medicalRecords, models.refunds])
      expect(await (model as typeof models.reviews).count()).toBeGreaterThan(0);
    expect(await statesOf('outbox', 'topic')).toEqual(['appointment.remind', 'order.expire']);
    await server.workers.drained();
    expect([await models.notifications.count(), await models.deliveries.count()]).toEqual([0, 0]);
  });

  test('keeps every rule: references, chains of access, the ledger, ID numbers', async () => {
    const { models, sequelize } = database;
    if (dialect === 'sqlite') expect(await sequelize.query('PRAGMA foreign_key_check', { type: QueryTypes.SELECT })).toEqual([]);
    const broken: unknown[] = [];
    expect(await server.foundation.audit.verifyAll((verdict) => broken.push(verdict))).toBeGreaterThan(0);
    expect(broken).toEqual([]);
    for (const { userId, balance, entries } of await models.balances.findAll()) {
      const ledger = await models.balanceEntries.findAll({ where: { userId }, order: ['entry'] });
      expect(ledger.map(({ entry }) => entry)).toEqual(Array.from({ length: entries }, (_, index) => index + 1));
      ledger.forEach(({ before }, index) => expect(before).toBe(ledger[index - 1]?.after ?? 0));
      expect(ledger.at(-1)?.after).toBe(balance);
    }
    for (const { id, birthDate, sex, idNumberSealed } of await models.visitProfiles.findAll()) {
      const number = server.foundation.vault.open(idNumberColumn, id, idNumberSealed ?? '');
      expect(parseIdNumber(number)).toMatchObject({ birthDate, sex });
    }
  });

  test('is a clinic to work in: its doctors see their visits, and what is free can be booked', async () => {
    const doctor = await server.signIn('doctor01');
    const own = await server.call('GET', '/api/v1/appointments?pageSize=5', doctor);
    expect([own.status, own.body.data.items.length]).toEqual([200, 5]);
    const { practitionerId, service } = await freeOf();
    const from = new Date(at.getTime() + DAY).toISOString().slice(0, 10);
    const until = new Date(at.getTime() + 14 * DAY).toISOString().slice(0, 10);
    const { body } = await server.call('GET', `/api/v1/practitioners/${practitionerId}/slots?from=${from}&until=${until}`);
    const slots = body.data.days.flatMap((day: { slots: { startsAt: string; available: boolean }[] }) => day.slots);
    const taken = await database.models.appointments.findAll({ where: { practitionerId, status: ['confirmed', 'pending'] } });
    const times = new Set(taken.map(({ startsAt }) => startsAt.toISOString()));
    for (const { startsAt, available } of slots) expect([startsAt, available]).toEqual([startsAt, !times.has(startsAt)]);
    const patient = await server.signIn('patient0001');
    const contact = { contactPerson: '王敏', contactPhone: '15400000001' };
    const wish = {
      practitionerId,
      serviceId: service,
      scheduledTime: slots.find((slot: { available: boolean }) => slot.available).startsAt,
      ...contact,
    };
    expect((await server.call('POST', '/api/v1/appointments', patient, wish)).status).toBe(200);
  });

  async function freeOf() {
    const practitioner = await database.models.practitioners.findOne({ where: { kind: 'doctor' }, rejectOnEmpty: true });
    const service = await database.models.services.findOne({ where: { name: '视频问诊' }, rejectOnEmpty: true });
    return { practitionerId: practitioner.id, service: service.id };
  }

  test('a second time it changes nothing', async () => {
    const before = await database.models.appointments.count();
    await expect(seedClinic(server.foundation, options)).rejects.toThrow('Validation error');
    expect(await database.models.appointments.count()).toBe(before);
  });

  test('migrations go down one by one without taking older rows along, and up again', async () => {
    const names = (await database.sequelize.query<{ name: string }>('SELECT name FROM migrations', { type: QueryTypes.SELECT }))
      .map(({ name }) => name)
      .toSorted();
    for (const name of names.toReversed()) {
      const before = await rowCounts(database);
      await migrateDown(database, name);
      const after = await rowCounts(database);
      for (const [table, count] of after) expect([name, table, count]).toEqual([name, table, before.get(table)]);
    }
    expect([...(await rowCounts(database)).keys()]).toEqual([]);
    expect(await migrate(database)).toEqual(names);
    expect([await database.models.users.count(), await database.models.appointments.count()]).toEqual([0, 0]);
  }, 60_000);
});

describe('the command', () => {
  const said: string[] = [];
  const log = console.log;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-seed-'));
    console.log = (line: string) => void said.push(line);
  });
  afterAll(async () => {
    console.log = log;
    await rm(folder, { recursive: true, force: true });
  });
  const command = (...args: string[]) => parseCli(['seed', '--scale', '0.001', ...args]).seed as SeedCommand;
  const config = (env: Record<string, string> = {}) => loadConfig({ NODE_ENV: 'test', DATA_DIR: folder, ...env });
  const production = { NODE_ENV: 'production', JWT_SECRET: 'a key for tests that is long enough for HS256', ...keys };

  test('refuses a production profile, a weak password, and a clinic with people', async () => {
    await expect(seed(command(), config(production))).rejects.toThrow('production profile');
    await expect(seed(command('--password', 'short'), config())).rejects.toThrow('The password');
    await seed(command(), config());
    expect(said.join('\n')).toMatch(/4 practitioners, 18 people, 40 appointments.*shown only this once: \S{12}$/s);
    await expect(seed(command(), config())).rejects.toThrow('has people already');
    await expect(seed(command('--force'), config())).rejects.toThrow('holds something of this seed');
  }, 60_000);

  test.each([
    [['--scale', '0'], '--scale is a number'],
    [['--scale', '11'], '--scale is a number'],
    [['--seed', '1.5'], '--seed is a whole number'],
    [['--at', 'yesterday'], '--at is a time'],
  ])('parseCli() refuses %j', (args, message) => {
    expect(() => parseCli(['seed', ...args])).toThrow(message);
  });

  test('parseCli() keeps its options from other commands', () => {
    expect(() => parseCli(['start', '--force'])).toThrow('belong to seed');
  });
});
