/** A person's own data: copies, erasure, what is held, and what becomes of it when its time is over. */
import { randomUUID } from 'node:crypto';
import { type DatabaseError, ForeignKeyConstraintError, QueryTypes } from 'sequelize';
import { unzipSync } from 'fflate';
import { sealedColumns } from '#src/crypto/vault.ts';
import { catalogue } from '#src/privacy/catalogue.ts';
import { personalTables } from '#src/privacy/rows.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';
import { findMarks, MARK, markedColumns, type SeededPatient, seedPatient, storedFiles } from '#tests/support/seeded-patient.ts';

const YEAR = 365.25 * 86_400_000;
const inYears = (years: number) => new Date(Date.now() + years * YEAR);

describe.each(['sqlite', 'mysql'] as const)('privacy on %s', (dialect) => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp(dialect === 'mysql' ? { DATABASE_URL: await newMariaDb() } : {});
  });
  afterAll(() => server.close());

  const call = (method: 'GET' | 'POST' | 'DELETE', url: string, token: string, body?: object) =>
    server.call(method, `/api/v1${url}`, token, body);
  const overview = async (token: string) => (await call('GET', '/me/privacy', token)).body.data;
  async function officer(): Promise<string> {
    const { token } = server.people.administrator;
    await server.stepUp(token);
    return token;
  }
  /** Asks for the erasure and has it done at once. */
  async function erase({ token }: SeededPatient): Promise<string> {
    await server.stepUp(token);
    const asked = await call('POST', '/me/privacy/erasures', token);
    expect(asked.body).toMatchObject({ data: { kind: 'erase', state: 'requested' } });
    const { id } = asked.body.data;
    expect((await call('POST', `/privacy/requests/${id}/hasten`, await officer())).status).toBe(200);
    await server.workers.drained();
    return id;
  }
  const rowsAbout = async (userId: string): Promise<string[]> => {
    const counts = await Promise.all(
      personalTables.map(async ({ name, about }) => {
        const [row] = await server.database.sequelize.query<{ n: number }>(`SELECT COUNT(*) AS n FROM \`${name}\` WHERE ${about}`, {
          type: QueryTypes.SELECT,
          replacements: { user: userId },
        });
        return Number(row?.n) > 0 ? [name] : [];
      }),
    );
    return counts.flat();
  };

  test('every table is in the catalogue, and every sealed column is personal', async () => {
    const tables = (await server.database.sequelize.getQueryInterface().showAllTables()) as unknown as string[];
    expect(tables.filter((name) => catalogue[name] === undefined)).toEqual([]);
    const unknown = sealedColumns().filter(({ table, column }) => catalogue[table] && !catalogue[table].personal?.[column]);
    expect(unknown).toEqual([]);
  });

  test('the copy holds everything about a person, readable, and nothing that is internal; others cannot fetch it', async () => {
    const patient = await seedPatient(server);
    const { token } = patient;
    expect((await call('POST', '/me/privacy/copies', token)).body.error.code).toBe('step_up_required');
    await server.stepUp(token);
    // From before chat was sealed.
    await server.database.models.messages.update({ text: `${MARK} 旧`, textSealed: null }, { where: {} });
    const { id } = (await call('POST', '/me/privacy/copies', token)).body.data;
    await server.workers.drained();
    expect((await overview(token)).requests[0]).toMatchObject({ id, kind: 'export', state: 'ready', expiresAt: expect.any(String) });
    expect((await call('POST', '/me/privacy/copies', token)).body.error.code).toBe('request_open');
    const { url } = (await call('POST', `/me/privacy/copies/${id}/link`, token)).body.data;
    const file = await server.app.inject({ method: 'GET', url });
    expect([file.statusCode, file.headers['content-type']]).toEqual([200, 'application/zip']);
    const entries = Object.entries(unzipSync(file.rawPayload)).map(([name, bytes]) => [name, Buffer.from(bytes).toString('utf8')] as const);
    const names = entries.map(([name]) => name);
    expect(names).toEqual(expect.arrayContaining(['README.txt', 'data/index.json', `files/${patient.files.free}/${MARK} 头痛`]));
    expect(names.filter((name) => name.startsWith('prescriptions/'))).toHaveLength(1);
    const copied = new Map(entries);
    const records = JSON.parse(copied.get('data/medical_record_versions.json') ?? '[]') as object[];
    expect(records).toEqual([expect.objectContaining({ content: `${MARK} 头痛`, version: 1 })]);
    expect(JSON.parse(copied.get('data/orders.json') ?? '[]')).toEqual([expect.objectContaining({ contact: `${MARK} 头痛` })]);
    expect(copied.get('data/chat_messages.json')).toContain(`${MARK} 旧`);
    expect(copied.get('data/users.json')).not.toMatch(/password_hash|argon2|phone_index/);
    expect(entries.map(([, text]) => text).join('')).not.toContain('"store_key"');

    const { otherPatient, doctor, administrator } = server.people;
    const sent = await call('POST', `/privacy/requests/${id}/link`, await officer());
    expect((await server.app.inject({ method: 'GET', url: sent.body.data.url })).statusCode).toBe(200);
    for (const who of [otherPatient, doctor]) {
      await server.stepUp(who.token);
      expect((await call('POST', `/me/privacy/copies/${id}/link`, who.token)).status).toBe(404);
      expect((await call('POST', `/privacy/requests/${id}/link`, who.token)).status).toBe(403);
    }
    const fileId = (await server.database.models.privacyRequests.findByPk(id))?.fileId ?? '';
    for (const who of [token, administrator.token]) expect((await call('GET', `/files/${fileId}`, who)).status).toBe(404);
    const trail = await server.database.models.medicalAudit.findAll({
      where: { patientId: patient.id, objectType: 'data_copy' },
      order: ['seq'],
    });
    expect(trail.map(({ action, actorId }) => [action, actorId])).toEqual([
      ['export', patient.id],
      ['read', patient.id],
      ['read', administrator.id],
    ]);
    // A day after its time the copy is gone.
    await server.modules.privacy.jobs.retain(new Date(Date.now() + 9 * 86_400_000));
    await server.workers.drained();
    expect((await overview(token)).requests[0].state).toBe('expired');
    expect((await server.app.inject({ method: 'GET', url })).statusCode).toBe(404);
    await erase(patient);
    await server.modules.privacy.jobs.retain(inYears(40));
  });

  test('erased, no mark is left but in what the law keeps, and that refuses to be deleted', async () => {
    const patient = await seedPatient(server);
    const before = await findMarks(server);
    expect(markedColumns.filter((column) => !before.has(column))).toEqual([]);
    const free = await server.database.models.files.findByPk(patient.files.free);
    const kept = await storedFiles(server);
    expect(kept.keys).toContain(free!.storeKey);
    // Not even while they are kept: contents are encrypted.
    expect(kept.marked).toBe(false);
    await server.stepUp(patient.token);
    await call('POST', '/me/privacy/copies', patient.token);
    await server.workers.drained();
    const shown = (await overview(patient.token)).held;
    expect(shown.map(({ term }: { term: string }) => term)).toEqual(
      expect.arrayContaining(['medical-record', 'inpatient-record', 'visit-process', 'accounting', 'network-log', 'audit-trail']),
    );
    const id = await erase(patient);

    // Sessions are over, and nobody signs in any more.
    expect((await call('GET', '/me/privacy', patient.token)).status).toBe(401);
    const request = (await call('GET', `/privacy/requests?userId=${patient.id}&kind=erase`, server.people.administrator.token)).body.data
      .items[0];
    expect(request).toMatchObject({ id, state: 'done', person: { name: '已*户' }, releasedAt: null });
    expect(request.outcome).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ table: 'health_profiles', deleted: 1, held: 0, term: null }),
        expect.objectContaining({ table: 'medical_record_versions', deleted: 0, held: 1, term: 'medical-record' }),
        expect.objectContaining({ table: 'visit_profiles', deleted: 1, held: 1 }),
        expect.objectContaining({ table: 'users', anonymised: 1 }),
      ]),
    );
    const outside = [...(await findMarks(server))].filter((place) => {
      const [table = '', column = ''] = place.split('.');
      const { hold, set } = catalogue[table]?.erase ?? {};
      return !hold || set?.[column] !== undefined;
    });
    expect(outside).toEqual([]);
    const stored = await storedFiles(server);
    expect(stored.marked).toBe(false);
    const held = await server.database.models.files.findByPk(patient.files.held);
    const film = await server.database.models.files.findByPk(patient.files.film);
    expect(stored.keys.toSorted()).toEqual([held!.storeKey!, film!.storeKey!].toSorted());
    const identity = await call('POST', `/privacy/requests/${id}/identity`, await officer());
    expect(identity.body.data).toMatchObject({ name: `${MARK} 王敏` });

    // Nobody deletes what is held: not through the API, whoever they are, and not in the database.
    for (const { token } of Object.values(server.people)) {
      const { status } = await call('DELETE', `/users/${patient.id}`, token);
      expect([403, 409]).toContain(status);
    }
    for (const { name, erase: fate } of personalTables) {
      if (!fate.hold || fate.hold === 'network-log' || name === 'visit_profiles') continue;
      const refusal = await server.database.sequelize.query(`DELETE FROM \`${name}\``).then(
        () => 'deleted',
        (error: DatabaseError) => error.parent.message,
      );
      expect([name, refusal]).toEqual([name, expect.stringMatching(/legal_hold/)]);
    }
    // The patients of records are held by those.
    const profiles = server.database.sequelize.query('DELETE FROM visit_profiles');
    await expect(profiles).rejects.toThrow(ForeignKeyConstraintError);
    expect((await server.database.models.medicalRecords.count({ where: { patientUserId: patient.id } })) > 0).toBe(true);

    // Term by term everything goes, and with the last the name.
    const { jobs } = server.modules.privacy;
    await jobs.retain(inYears(4));
    expect(await rowsAbout(patient.id)).toEqual(expect.arrayContaining(['medical_records', 'orders', 'consultations']));
    const gone = ['chat_messages', 'recordings', 'recording_consents', 'recording_segments'];
    expect((await rowsAbout(patient.id)).filter((table) => gone.includes(table))).toEqual([]);
    expect((await server.database.models.files.findByPk(patient.files.film))?.state).toBe('deleted');
    await jobs.retain(inYears(16));
    const later = await rowsAbout(patient.id);
    expect(later).toEqual(expect.arrayContaining(['admissions', 'orders', 'visit_profiles']));
    expect(later).not.toEqual(expect.arrayContaining(['medical_records']));
    await jobs.retain(inYears(31));
    await server.workers.drained();
    // Sign-ins have their 200 days by the real clock.
    expect([...(await findMarks(server))].filter((place) => !place.startsWith('login_log.'))).toEqual([]);
    expect((await storedFiles(server)).keys).toEqual([]);
    expect((await server.database.models.users.findByPk(patient.id))?.name).toBe('已注销用户');
  }, 60_000);

  test('open business and a legal hold keep somebody; an erasure can be taken back, and is refused when it is due', async () => {
    const { patient } = server.people;
    await server.stepUp(patient.token);
    const admin = await officer();
    const placed = (await call('POST', '/privacy/holds', admin, { userId: patient.id, reason: '医疗纠纷' })).body.data;
    expect(placed).toMatchObject({ reason: '医疗纠纷', liftedAt: null });
    const blocked = await call('POST', '/me/privacy/erasures', patient.token);
    expect(blocked.body.error).toMatchObject({ code: 'open_business', details: [{ what: 'legal_hold', count: 1 }] });
    expect((await call('DELETE', `/privacy/holds/${placed.id}`, admin)).body.data.liftedAt).not.toBeNull();
    expect((await call('DELETE', `/privacy/holds/${placed.id}`, admin)).body.error.code).toBe('wrong_state');
    expect((await call('GET', '/privacy/holds?lifted=true', admin)).body.data.items.map(({ id }: { id: string }) => id)).toContain(
      placed.id,
    );

    const first = (await call('POST', '/me/privacy/erasures', patient.token)).body.data;
    expect((await call('POST', '/me/privacy/erasures', patient.token)).body.error.code).toBe('request_open');
    expect((await call('DELETE', `/me/privacy/requests/${first.id}`, server.people.otherPatient.token)).status).toBe(404);
    expect((await call('DELETE', `/me/privacy/requests/${first.id}`, patient.token)).body.data.state).toBe('withdrawn');
    expect((await call('DELETE', `/me/privacy/requests/${first.id}`, patient.token)).body.error.code).toBe('wrong_state');

    const second = (await call('POST', '/me/privacy/erasures', patient.token)).body.data;
    await call('POST', '/privacy/holds', admin, { userId: patient.id, reason: '调查' });
    expect((await call('POST', `/privacy/requests/${second.id}/hasten`, admin)).body.error.code).toBe('open_business');
    await server.database.transaction(() => server.modules.privacy.jobs.erase(second.id));
    expect((await overview(patient.token)).requests[0]).toMatchObject({ id: second.id, state: 'refused' });
    await server.workers.drained();
    const told = (await call('GET', '/notifications', patient.token)).body.data.items;
    expect(told.map(({ kind }: { kind: string }) => kind)).toContain('data.erasure_refused');
  });

  test('an officer asks for somebody and refuses; staff and strangers cannot', async () => {
    const { otherPatient, doctor } = server.people;
    const admin = await officer();
    const body = { userId: otherPatient.id, kind: 'erase', reason: '书面申请' };
    const asked = await call('POST', '/privacy/requests', admin, body);
    expect(asked.body.data).toMatchObject({ state: 'requested', reason: '书面申请', person: { id: otherPatient.id } });
    const refused = await call('POST', `/privacy/requests/${asked.body.data.id}/refuse`, admin, { reason: '身份未核实' });
    expect(refused.body.data).toMatchObject({ state: 'refused', reason: '身份未核实' });
    expect((await call('POST', '/privacy/requests', admin, { ...body, userId: randomUUID() })).body.error.code).toBe('unknown_user');
    expect((await call('POST', '/privacy/requests', admin, { ...body, userId: doctor.id })).body.error).toMatchObject({
      code: 'open_business',
      details: expect.arrayContaining([{ what: 'staff', count: 1 }]),
    });
    for (const { token } of [otherPatient, doctor]) {
      expect((await call('GET', '/privacy/requests', token)).status).toBe(403);
      expect((await call('POST', '/privacy/holds', token, { userId: doctor.id, reason: 'x' })).status).toBe(403);
    }
    expect((await call('POST', `/privacy/requests/${randomUUID()}/identity`, admin)).status).toBe(404);
  });
});
