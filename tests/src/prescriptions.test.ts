import { randomUUID } from 'node:crypto';
import { booking, startApp, type TestApp } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';

describe.each(['sqlite', 'mysql'] as const)('prescriptions on %s', (dialect) => {
  let server: TestApp;
  const medicines: Record<string, string> = {};

  beforeAll(async () => {
    server = await startApp(dialect === 'mysql' ? { DATABASE_URL: await newMariaDb() } : {});
    const { doctor, otherDoctor, patient, pharmacist } = server.people;
    for (const { id } of [doctor, otherDoctor]) await approve(server, id);
    await meet(server, doctor, patient.id);
    for (const [name, ...ingredients] of [
      ['华法林钠片', 'warfarin'],
      ['阿司匹林肠溶片', 'aspirin'],
      ['布洛芬缓释胶囊', 'ibuprofen'],
      ['阿莫西林胶囊', 'amoxicillin', 'penicillins'],
    ] as [string, ...string[]][]) {
      const body = { code: ingredients[0], name, ingredients, specification: '10mg × 10', unit: '盒' };
      medicines[ingredients[0] ?? ''] = (await server.call('POST', '/api/v1/medicines', pharmacist.token, body)).body.data.id;
    }
    const rule = (kind: string, ingredient: string, against: string, severity: string) =>
      server.call('POST', '/api/v1/contraindications', pharmacist.token, {
        ...{ kind, ingredient, against, severity, reasonZh: '不宜合用', reasonEn: 'not together' },
      });
    await rule('drug', 'warfarin', 'aspirin', 'severe');
    await rule('drug', 'aspirin', 'ibuprofen', 'mild');
    await rule('allergy', 'penicillins', 'penicillin', 'severe');
    await server.database.transaction(() => server.database.models.medicalTerms.create({ term: '青霉素', meaning: 'penicillin' }));
  });
  afterAll(() => server.close());

  const diagnoses = [{ system: 'ICD-10', code: 'I10', name: '原发性高血压', primary: true }];
  const item = (name: string) => ({
    ...{ medicineId: medicines[name] ?? randomUUID(), dose: 1, doseUnit: 'tablet', frequency: 'qd', route: 'oral', days: 7, quantity: 1 },
  });
  const draft = (...names: string[]) => ({ patientId: server.people.patient.id, diagnoses, items: names.map(item) });
  const prescribe = (body: object, token = server.people.doctor.token) => server.call('POST', '/api/v1/prescriptions', token, body);

  test('a doctor prescribes, a pharmacist approves, the patient gets the paper, anybody can verify it', async () => {
    const { doctor, patient, pharmacist, administrator } = server.people;
    const made = (await prescribe(draft('aspirin'))).body.data;
    expect(made).toMatchObject({
      status: 'submitted',
      prescriptionNo: expect.stringMatching(/^RX\d{12}$/),
      items: [{ name: '阿司匹林肠溶片' }],
    });
    const url = `/api/v1/prescriptions/${made.id}`;
    expect((await server.call('GET', `${url}/pdf`, patient.token)).body.error.code).toBe('not_approved_yet');
    const waiting = await server.call('GET', '/api/v1/prescriptions?status=submitted', pharmacist.token);
    expect(waiting.body.data.items.map(({ id }: { id: string }) => id)).toContain(made.id);
    const approved = await server.call('POST', `${url}/review`, pharmacist.token, { decision: 'approve', version: 1 });
    expect(approved.body.data).toMatchObject({ status: 'approved', reviewerName: 'Name of pharmacist', version: 2 });
    const paper = await server.app.inject({ method: 'GET', url: `${url}/pdf`, headers: { authorization: `Bearer ${patient.token}` } });
    expect(paper.headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': `attachment; filename="${made.prescriptionNo}.pdf"`,
    });
    expect(paper.rawPayload.subarray(0, 5).toString()).toBe('%PDF-');
    const row = await server.database.models.prescriptions.findByPk(made.id, { rejectOnEmpty: true });
    const proof = await server.call('GET', `/api/v1/prescription-proofs/${row.verifyCode}`);
    expect(proof.body.data).toMatchObject({
      prescriptionNo: made.prescriptionNo,
      valid: true,
      patient: 'N*t',
    });
    expect(row.contentSealed).not.toContain('阿司匹林');
    const log = await server.call('GET', `/api/v1/logs/medical?patientId=${patient.id}`, administrator.token);
    const actions = log.body.data.items.map(({ action, actorId }: { action: string; actorId: string }) => [action, actorId]);
    expect(actions).toEqual(
      expect.arrayContaining([
        ['create', doctor.id],
        ['update', pharmacist.id],
        ['read', patient.id],
      ]),
    );
    await server.workers.drained();
    const notices = await server.call('GET', '/api/v1/notifications', patient.token);
    expect(JSON.stringify(notices.body.data)).toContain('prescription');
  });

  test('severe hits block, mild ones have to be accepted, both with reasons', async () => {
    const severe = await prescribe(draft('aspirin', 'warfarin'));
    expect([severe.status, severe.body.error]).toMatchObject([
      422,
      { code: 'contraindicated', details: [{ severity: 'severe', reasonZh: '不宜合用' }] },
    ]);
    const mild = await prescribe(draft('aspirin', 'ibuprofen'));
    expect([mild.status, mild.body.error.code]).toEqual([409, 'warnings_not_accepted']);
    const accepted = await prescribe({ ...draft('aspirin', 'ibuprofen'), acceptWarnings: true });
    expect(accepted.body.data.warnings).toMatchObject([{ severity: 'mild' }]);
    const check = await server.call('POST', '/api/v1/prescriptions/check', server.people.doctor.token, draft('aspirin', 'warfarin'));
    expect(check.body.data).toMatchObject({ blocked: true });
  });

  test('an allergy in the health profile blocks, for the patient and not for a relative', async () => {
    const { patient } = server.people;
    const profile = { hasAllergy: true, allergies: [{ substance: '青霉素' }] };
    const put = await server.call('PUT', `/api/v1/users/${patient.id}/health-profile`, patient.token, profile);
    expect(put.status).toBe(200);
    expect((await prescribe(draft('amoxicillin'))).body.error.code).toBe('contraindicated');
  });

  test('only the pharmacist decides, once, at the version that was seen; reject needs a reason', async () => {
    const { doctor, patient, pharmacist } = server.people;
    const { id } = (await prescribe(draft('ibuprofen'))).body.data;
    const review = (token: string, body: object) => server.call('POST', `/api/v1/prescriptions/${id}/review`, token, body);
    for (const { token } of [doctor, patient]) expect((await review(token, { decision: 'approve', version: 1 })).status).toBe(403);
    expect((await review(pharmacist.token, { decision: 'reject', version: 1 })).status).toBe(400);
    const both = await Promise.all([
      review(pharmacist.token, { decision: 'approve', version: 1 }),
      review(pharmacist.token, { decision: 'reject', version: 1, reason: '剂量过大' }),
    ]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect((await review(pharmacist.token, { decision: 'approve', version: 2 })).body.error.code).toBe('conflict');
  });

  test('its doctor takes it back; strangers do not know of it', async () => {
    const { doctor, otherDoctor, otherPatient } = server.people;
    const { id } = (await prescribe(draft('ibuprofen'))).body.data;
    const url = `/api/v1/prescriptions/${id}`;
    for (const { token } of [otherDoctor, otherPatient]) expect((await server.call('GET', url, token)).body.error.code).toBe('not_found');
    expect((await server.call('POST', `${url}/cancel`, otherDoctor.token, { version: 1, reason: 'x' })).body.error.code).toBe('not_found');
    const cancelled = await server.call('POST', `${url}/cancel`, doctor.token, { version: 1, reason: '开错了' });
    expect(cancelled.body.data).toMatchObject({ status: 'cancelled', reason: '开错了' });
    const list = await server.call('GET', '/api/v1/prescriptions', otherDoctor.token);
    expect(list.body.data.items).toEqual([]);
  });

  test('taken back after it was approved, its patient is told; before, they never heard of it', async () => {
    const { doctor, patient, pharmacist } = server.people;
    const [early, late] = [(await prescribe(draft('ibuprofen'))).body.data.id, (await prescribe(draft('ibuprofen'))).body.data.id];
    await server.call('POST', `/api/v1/prescriptions/${late}/review`, pharmacist.token, { decision: 'approve', version: 1 });
    for (const [id, version] of [
      [early, 1],
      [late, 2],
    ])
      expect((await server.call('POST', `/api/v1/prescriptions/${id}/cancel`, doctor.token, { version, reason: '开错了' })).status).toBe(
        200,
      );
    await server.workers.drained();
    const { items } = (await server.call('GET', '/api/v1/notifications?pageSize=100', patient.token)).body.data;
    const told = items.filter(({ kind }: { kind: string }) => kind === 'prescription.cancelled');
    expect(told.map(({ subject }: { subject: { id: string } }) => subject.id)).toEqual([late]);
    expect(told[0].text).toContain('开错了');
  });

  test('strangers’ patients, unknown medicines and doctors without approval are refused', async () => {
    const { otherDoctor, doctor, otherPatient } = server.people;
    expect((await prescribe(draft('aspirin'), otherDoctor.token)).body.error.code).toBe('not_your_patient');
    expect((await prescribe({ ...draft('aspirin'), patientId: otherPatient.id })).body.error.code).toBe('not_your_patient');
    expect((await prescribe(draft('unknown'))).body.error.code).toBe('unknown_medicine');
    await server.database.models.practitioners.update({ enabled: false }, { where: { userId: doctor.id } });
    expect((await prescribe(draft('aspirin'))).body.error.code).toBe('not_approved');
    await server.database.models.practitioners.update({ enabled: true }, { where: { userId: doctor.id } });
  });

  test('numbers are unique for prescriptions at the same time', async () => {
    const made = await Promise.all(Array.from({ length: 12 }, () => prescribe(draft('ibuprofen'))));
    expect(new Set(made.map(({ body }) => body.data.prescriptionNo)).size).toBe(12);
  });

  test('phrases and templates are their owner’s, count their uses, and prescribe with every check', async () => {
    const { doctor, otherDoctor } = server.people;
    const phrase = (await server.call('POST', '/api/v1/phrases', doctor.token, { kind: 'advice', text: '清淡饮食' })).body.data;
    expect((await server.call('POST', `/api/v1/phrases/${phrase.id}/use`, doctor.token)).body.data.uses).toBe(1);
    expect((await server.call('DELETE', `/api/v1/phrases/${phrase.id}`, otherDoctor.token)).status).toBe(404);
    const body = { kind: 'prescription', name: '感冒', content: { diagnoses, items: [item('ibuprofen')] } };
    const template = (await server.call('POST', '/api/v1/templates', doctor.token, body)).body.data;
    expect((await server.call('POST', '/api/v1/templates', doctor.token, body)).body.error.code).toBe('already_exists');
    const quick = `/api/v1/templates/${template.id}/prescribe`;
    const patientId = server.people.patient.id;
    const made = await server.call('POST', quick, doctor.token, { patientId });
    expect(made.body.data.items).toMatchObject([{ name: '布洛芬缓释胶囊' }]);
    const blocked = await server.call('POST', quick, doctor.token, { patientId, items: [item('aspirin'), item('warfarin')] });
    expect(blocked.body.error.code).toBe('contraindicated');
    expect((await server.call('GET', `/api/v1/templates/${template.id}`, doctor.token)).body.data.uses).toBe(1);
    expect((await server.call('GET', `/api/v1/templates/${template.id}`, otherDoctor.token)).status).toBe(404);
    const bad = await server.call('PATCH', `/api/v1/templates/${template.id}`, doctor.token, { content: { items: [] } });
    expect(bad.body.error).toMatchObject({ code: 'invalid_request', details: [{ field: 'body.content.items' }] });
  });
});

/** An approved practitioner profile for a doctor. */
async function approve({ database }: TestApp, userId: string): Promise<void> {
  const row = {
    id: randomUUID(),
    userId,
    kind: 'doctor',
    name: 'Dr',
    enabled: true,
    reviewState: 'approved',
    qualifications: [],
    version: 1,
  } as never;
  await database.transaction(() => database.models.practitioners.create(row));
}

/** A visit of the two that has begun: from then on they are doctor and patient. */
async function meet(server: TestApp, doctor: { token: string }, patientId: string): Promise<void> {
  const { body } = await server.call('POST', '/api/v1/consultations', doctor.token, booking(patientId));
  const { consultations } = server.database.models;
  await server.database.transaction(() => consultations.update({ startedAt: new Date() }, { where: { id: body.data.id } }));
}
