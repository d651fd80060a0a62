import { randomUUID } from 'node:crypto';
import type { Audit } from '#src/audit/service.ts';
import { createAudit } from '#src/audit/service.ts';
import type { Database } from '#src/database/database.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { describeDatabases } from '#tests/support/databases.ts';
import { tampering } from '#tests/support/tamper.ts';
import { until } from '#tests/support/wait.ts';

const actor = { userId: randomUUID(), requestId: 'req_1', ip: '127.0.0.1' };

describeDatabases('audit chain', (open) => {
  let database: Database;
  let audit: Audit;
  beforeAll(async () => {
    database = await open();
    audit = createAudit(database, 'the secret that the chain is keyed with');
  });

  /** A patient with this many accesses on record. */
  async function patient(accesses: number): Promise<string> {
    const patientId = randomUUID();
    for (let n = 0; n < accesses; n++) await audit.medical(actor, 'read', { patientId, objectType: 'record', objectId: `r${n}` });
    return patientId;
  }

  test('accesses at the same time are all on record, in one sound chain', async () => {
    const patientId = randomUUID();
    const one = (n: number) => audit.medical(actor, 'update', { patientId, objectType: 'record', objectId: String(n) });
    await Promise.all(Array.from({ length: 20 }, (_, n) => one(n)));
    expect(await audit.verify(patientId)).toEqual({ patientId, rows: 20, broken: null });
  });

  test('an access whose transaction fails is not on record', async () => {
    const patientId = randomUUID();
    const failing = database.transaction(async () => {
      await audit.medical(actor, 'read', { patientId, objectType: 'record', objectId: 'r' });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await audit.verify(patientId)).toEqual({ patientId, rows: 0, broken: null });
  });

  test('verify() finds each of 100 tampered chains', async () => {
    const { medicalAudit, medicalAuditHeads } = database.models;
    const tampers: ((patientId: string) => Promise<unknown>)[] = [
      (patientId) => medicalAudit.update({ actorId: randomUUID() }, { where: { patientId, seq: 2 } }),
      (patientId) => medicalAudit.update({ createdAt: new Date(0) }, { where: { patientId, seq: 1 } }),
      (patientId) => medicalAudit.update({ hash: 'f'.repeat(64) }, { where: { patientId, seq: 3 } }),
      (patientId) => medicalAudit.destroy({ where: { patientId, seq: 1 } }),
      (patientId) => medicalAudit.destroy({ where: { patientId, seq: 2 } }),
      (patientId) => medicalAudit.destroy({ where: { patientId, seq: 3 } }),
      (patientId) => medicalAudit.destroy({ where: { patientId } }),
      (patientId) => medicalAuditHeads.destroy({ where: { patientId } }),
      async (patientId) => {
        await medicalAudit.destroy({ where: { patientId, seq: 3 } });
        const last = await medicalAudit.findOne({ where: { patientId, seq: 2 }, rejectOnEmpty: true });
        await medicalAuditHeads.update({ seq: 2, hash: last.hash }, { where: { patientId } });
      },
      async (patientId) => {
        await medicalAudit.update({ seq: 9 }, { where: { patientId, seq: 1 } });
        await medicalAudit.update({ seq: 1 }, { where: { patientId, seq: 2 } });
        await medicalAudit.update({ seq: 2 }, { where: { patientId, seq: 9 } });
      },
    ];
    for (let round = 0; round < 10; round++) {
      for (const tamper of tampers) {
        const patientId = await patient(3);
        await tampering(database, () => tamper(patientId));
        expect((await audit.verify(patientId)).broken).not.toBeNull();
      }
    }
    const broken: string[] = [];
    await audit.verifyAll(({ patientId }) => void broken.push(patientId));
    expect(broken.length).toBe(100);
  });

  test('a change is on record with table, row, columns, and gone with its transaction', async () => {
    const { users, changes } = database.models;
    const id = randomUUID();
    const row = { id, account: id, name: '王敏', passwordHash: 'secret', status: 'active' as const };
    await database.transaction(() => users.create(row));
    await database.transaction(() => users.update({ name: '王明' }, { where: { id } }));
    await database.transaction(() => users.destroy({ where: { id } }));
    await database
      .transaction(async () => {
        await users.create({ ...row, id: randomUUID(), account: 'other' });
        throw new Error('no');
      })
      .catch(() => undefined);
    const found = await changes.findAll({ where: { tableName: 'users' }, order: ['id'] });
    expect(found.map(({ action, rowIds }) => [action, rowIds])).toEqual([
      ['insert', `["${id}"]`],
      ['update', `["${id}"]`],
      ['delete', `["${id}"]`],
    ]);
    expect(JSON.stringify(found)).not.toMatch(/王|secret/);
    expect(found[1]?.fields).toContain('name');
  });
});

describe('logs over REST', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp();
  });
  afterAll(() => server.close());

  test('an operation is logged with its caller; only those who may read logs see it', async () => {
    const { doctor, administrator, patient } = server.people;
    const answer = await server.call('POST', '/api/v1/consultations', doctor.token, { title: 7 });
    expect(answer.status).toBe(400);
    const read = async () =>
      (await server.call('GET', '/api/v1/logs/operations?route=/consultations', administrator.token)).body.data.items;
    const items = await until('the operation to be logged', async () => {
      const found = await read();
      return found.length > 0 ? found : undefined;
    });
    expect(items[0]).toMatchObject({ userId: doctor.id, method: 'POST', route: '/api/v1/consultations', status: 400 });
    for (const { token } of [doctor, patient]) expect((await server.call('GET', '/api/v1/logs/operations', token)).status).toBe(403);
  });

  test('changes of a request carry its caller and id; medical and security logs can be searched', async () => {
    const { doctor, patient, administrator } = server.people;
    const now = new Date(Date.now() + 60_000).toISOString();
    const later = new Date(Date.now() + 120_000).toISOString();
    const body = { title: 'x', patientId: patient.id, scheduledStart: now, scheduledEnd: later };
    const made = await server.call('POST', '/api/v1/consultations', doctor.token, body);
    const changes = await server.call('GET', `/api/v1/logs/changes?table=consultations&actorId=${doctor.id}`, administrator.token);
    expect(changes.body.data.items[0]).toMatchObject({ action: 'insert', rowIds: [made.body.data.id], requestId: made.body.requestId });
    const { audit } = server.foundation;
    await audit.medical(actor, 'export', { patientId: patient.id, objectType: 'record', objectId: 'r' });
    await audit.security('test.event', { userId: doctor.id, details: { tries: 3 } });
    const medical = await server.call('GET', `/api/v1/logs/medical?patientId=${patient.id}&action=export`, administrator.token);
    expect(medical.body.data.items).toEqual([expect.objectContaining({ seq: 1, actorId: actor.userId })]);
    expect((await server.call('GET', '/api/v1/logs/medical', administrator.token)).status).toBe(400);
    const verdict = await server.call('GET', `/api/v1/logs/medical/${patient.id}/verdict`, administrator.token);
    expect(verdict.body.data).toEqual({ patientId: patient.id, rows: 1, broken: null });
    const security = await server.call('GET', '/api/v1/logs/security?kind=test.event', administrator.token);
    expect(security.body.data.items[0]).toMatchObject({ userId: doctor.id, details: { tries: 3 } });
  });
});
