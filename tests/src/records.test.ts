import { randomUUID } from 'node:crypto';
import { recordExample } from '#src/medical/record-content.ts';
import { begunVisit, codesOf, dataOf, describeApps, uploadImage } from '#tests/support/people.ts';

const base = '/api/v1/medical-records';

describeApps('medical records', (server) => {
  let visitId: string;
  beforeAll(async () => {
    const { doctor, patient } = server().people;
    visitId = await begunVisit(server(), doctor, patient);
  });

  const write = async (more: object = {}, token = server().people.doctor.token) => {
    const body = { patientId: server().people.patient.id, kind: 'online', content: recordExample, ...more };
    return server().call('POST', base, token, body);
  };
  const read = async (id: string, token: string, path = '') => server().call('GET', `${base}/${id}${path}`, token);
  const accesses = async () => {
    const where = { patientId: server().people.patient.id };
    return server().database.models.medicalAudit.findAll({ where, order: ['seq'] });
  };

  test('create() keeps the content without loss, sealed, linked to visit, author and time', async () => {
    const { doctor, patient } = server().people;
    const practitioner = await server().modules.practitioners.byUser(doctor.id);
    const visitedAt = '2026-11-01T02:03:04.567Z';
    const head = dataOf(await write({ consultationId: visitId, visitedAt }));
    expect(head).toMatchObject({
      ...{ consultationId: visitId, practitionerId: practitioner!.id, kind: 'online', version: 1, visitedAt },
      patient: { id: patient.id, name: 'Name of patient' },
      author: { id: doctor.id, name: 'Name of doctor' },
    });
    expect(head).not.toHaveProperty('content');
    const { content, ...rest } = dataOf(await read(head.id, patient.token));
    expect(rest).toEqual(head);
    expect(content).toEqual(recordExample);
    const { models } = server().database;
    const stored = JSON.stringify([
      await models.medicalRecords.findAll({ raw: true }),
      await models.medicalRecordVersions.findAll({ raw: true }),
      await models.changes.findAll({ raw: true }),
      await models.medicalAudit.findAll({ raw: true }),
      await models.outbox.findAll({ raw: true }),
    ]);
    for (const secret of ['反复头晕', '原发性高血压', 'I10.x00', '氨氯地平']) expect(stored).not.toContain(secret);
  });

  test('create() with a key makes one record, and its answer is kept without content', async () => {
    const { doctor, patient } = server().people;
    const payload = { patientId: patient.id, kind: 'online', content: recordExample };
    const headers = { authorization: `Bearer ${doctor.token}`, 'idempotency-key': randomUUID() };
    const send = () => server().app.inject({ method: 'POST', url: base, headers, payload });
    const answers = (await Promise.all([send(), send(), send()])).map((response) => response.json().data?.id);
    expect(new Set(answers).size).toBe(1);
    const keys = await server().database.models.idempotencyKeys.findAll({ raw: true });
    expect(JSON.stringify(keys)).not.toContain('反复头晕');
  });

  test('create() is for practitioners of the patient, about a visit of the two and a profile of the patient', async () => {
    const { doctor, otherDoctor, otherPatient, patient } = server().people;
    const elsewhere = await begunVisit(server(), otherDoctor, otherPatient);
    const foreign = dataOf(await server().call('POST', '/api/v1/visit-profiles', otherPatient.token, { name: 'F', relationship: 'self' }));
    const code = async (...args: Parameters<typeof write>) => (await write(...args)).body.error?.code;
    expect(await code({}, otherDoctor.token)).toBe('not_your_patient');
    expect(await code({ patientId: doctor.id })).toBe('not_your_patient');
    expect(await code({ patientId: randomUUID() })).toBe('not_your_patient');
    expect(await code({}, patient.token)).toBe('forbidden');
    expect(await code({ consultationId: elsewhere })).toBe('unknown_visit');
    expect(await code({ consultationId: randomUUID() })).toBe('unknown_visit');
    expect(await code({ appointmentId: randomUUID() })).toBe('unknown_visit');
    expect(await code({ profileId: foreign.id })).toBe('unknown_profile');
    expect(await code({ content: { sections: [] } })).toBe('invalid_request');
    expect(await code({ content: { ...recordExample, vitals: { bloodPressure: { systolic: 80, diastolic: 120 } } } })).toBe(
      'invalid_request',
    );
  });

  test('update() by the author keeps every version; of several at once one wins', async () => {
    const { doctor, otherDoctor, patient } = server().people;
    const { id } = dataOf(await write());
    const content = (text: string) => ({ sections: [{ key: 'advice', text }] });
    const change = async (version: number, text: string, token = doctor.token) =>
      server().call('PUT', `${base}/${id}`, token, { version, reason: `因为 ${text}`, content: content(text) });
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((text) => change(1, text)));
    const codes = codesOf(answers);
    expect([codes.filter((code) => code === null).length, codes.filter((code) => code === 'conflict').length]).toEqual([1, 3]);
    dataOf(await change(2, 'last'));
    expect((await change(2, 'late')).body.error.code).toBe('conflict');
    expect(dataOf(await read(id, patient.token))).toMatchObject({ version: 3, content: content('last') });
    const versions = dataOf(await read(id, patient.token, '/versions')).items;
    expect(versions.map(({ version, reason }: Record<string, unknown>) => [version, reason])).toEqual([
      [3, '因为 last'],
      [2, expect.stringMatching(/^因为 [abcd]$/)],
      [1, null],
    ]);
    expect(dataOf(await read(id, doctor.token, '/versions/1')).content).toEqual(recordExample);
    expect((await read(id, doctor.token, '/versions/4')).body.error.code).toBe('not_found');
    // Another doctor of the patient reads, but does not change.
    await begunVisit(server(), otherDoctor, patient);
    expect((await read(id, otherDoctor.token)).status).toBe(200);
    expect((await change(3, 'x', otherDoctor.token)).body.error.code).toBe('forbidden');
    expect((await change(3, 'x', patient.token)).body.error.code).toBe('forbidden');
  });

  test('records of strangers are not changed, and take no attachments', async () => {
    const { id } = dataOf(await write());
    const account = `stranger-${randomUUID().slice(0, 8)}`;
    const stranger = await server().users.create({ account, name: account, password: 'correct horse', roles: ['doctor'] });
    const token = await server().signIn(account);
    const attachment = { fileId: await uploadImage(server(), stranger.id), kind: 'image', name: 'x' };
    for (const target of [id, randomUUID()]) {
      const answers = [
        await server().call('PUT', `${base}/${target}`, token, { version: 1, reason: 'x', content: recordExample }),
        await server().call('POST', `${base}/${target}/attachments`, token, attachment),
        await server().call('DELETE', `${base}/${target}/attachments/${randomUUID()}`, token),
      ];
      expect(codesOf(answers)).toEqual(['not_found', 'not_found', 'not_found']);
    }
  });

  test('records of strangers do not exist; every read and change is on record, in a sound chain', async () => {
    const { doctor, otherPatient, pharmacist, patient, administrator } = server().people;
    const { id } = dataOf(await write());
    const paths = ['', '/full', '/versions', '/versions/1', '/attachments'];
    for (const path of paths) {
      expect([path, codesOf([await read(id, otherPatient.token, path)])]).toEqual([path, ['not_found']]);
      expect([path, codesOf([await read(id, pharmacist.token, path)])]).toEqual([path, ['forbidden']]);
      expect([path, codesOf([await read(randomUUID(), doctor.token, path)])]).toEqual([path, ['not_found']]);
    }
    const before = (await accesses()).length;
    for (const path of paths) dataOf(await read(id, patient.token, path));
    dataOf(await read(id, administrator.token));
    dataOf(await server().call('GET', base, patient.token));
    const added = (await accesses())
      .slice(before)
      .map(({ actorId, action, objectType, objectId }) => [actorId, action, objectType, objectId]);
    expect(added).toEqual([
      ...paths.map(() => [patient.id, 'read', 'medical_record', id]),
      [administrator.id, 'read', 'medical_record', id],
      [patient.id, 'read', 'medical_records', patient.id],
    ]);
    expect((await server().foundation.audit.verify(patient.id)).broken).toBeNull();
  });

  test('each write is one entry, and so is each attachment that is added, handed out or taken off', async () => {
    const { doctor, patient } = server().people;
    const before = (await accesses()).length;
    const { id } = dataOf(await write());
    const change = { version: 1, reason: '补充', content: recordExample };
    dataOf(await server().call('PUT', `${base}/${id}`, doctor.token, change));
    const fileId = await uploadImage(server(), doctor.id);
    const added = dataOf(await server().call('POST', `${base}/${id}/attachments`, doctor.token, { fileId, kind: 'image', name: '舌象' }));
    dataOf(await server().call('GET', `/api/v1/files/${fileId}`, patient.token));
    dataOf(await server().call('DELETE', `${base}/${id}/attachments/${added.id}`, doctor.token));
    // Refused ones are none.
    expect((await server().call('PUT', `${base}/${id}`, doctor.token, change)).status).toBe(409);
    expect((await accesses()).slice(before).map(({ actorId, action, objectId }) => [actorId, action, objectId])).toEqual([
      [doctor.id, 'create', id],
      [doctor.id, 'update', id],
      [doctor.id, 'update', id],
      [patient.id, 'read', id],
      [doctor.id, 'update', id],
    ]);
  });

  test('list() gives own records to patients, those of own patients to practitioners, filtered by period and kind', async () => {
    const { doctor, otherPatient, patient, pharmacist } = server().people;
    const { id } = dataOf(await write({ kind: 'follow_up', visitedAt: '2020-05-05T00:00:00.000Z' }));
    const list = async (query: string, token: string) => server().call('GET', `${base}?${query}`, token);
    const period = 'from=2020-05-05T00:00:00Z&to=2020-05-06T00:00:00Z';
    expect(dataOf(await list(period, patient.token)).items.map((one: { id: string }) => one.id)).toEqual([id]);
    expect(dataOf(await list(`patientId=${patient.id}&kind=follow_up`, doctor.token)).items).toHaveLength(1);
    expect(dataOf(await list(`patientId=${patient.id}&consultationId=${visitId}`, doctor.token)).items).toHaveLength(1);
    expect(dataOf(await list('to=2020-05-05T00:00:00Z', patient.token)).items).toEqual([]);
    expect(dataOf(await list('', otherPatient.token)).items).toEqual([]);
    expect((await list(`patientId=${patient.id}`, otherPatient.token)).body.error.code).toBe('not_found');
    expect((await list('', pharmacist.token)).body.error.code).toBe('forbidden');
    expect((await list('kind=x', patient.token)).body.error.code).toBe('invalid_request');
  });

  test('attachments are under the rule of their record', async () => {
    const { doctor, otherPatient, patient } = server().people;
    const { id } = dataOf(await write());
    const fileId = await uploadImage(server(), doctor.id);
    const attach = async (token: string, body: object = { fileId, kind: 'imaging', name: '胸部 CT' }) =>
      server().call('POST', `${base}/${id}/attachments`, token, body);
    const attachment = dataOf(await attach(doctor.token));
    expect(attachment).toMatchObject({ fileId, kind: 'imaging', name: '胸部 CT', addedBy: { id: doctor.id } });
    expect(codesOf([await attach(doctor.token), await attach(patient.token), await attach(doctor.token, { fileId })])).toEqual([
      ...['already_exists', 'forbidden', 'invalid_request'],
    ]);
    const foreign = { fileId: await uploadImage(server(), patient.id), kind: 'image', name: 'x' };
    expect((await attach(doctor.token, foreign)).body.error.code).toBe('unknown_file');
    const file = async (token: string) => server().call('GET', `/api/v1/files/${fileId}`, token);
    expect((await server().app.inject(dataOf(await file(patient.token)).url)).statusCode).toBe(200);
    expect((await file(otherPatient.token)).body.error.code).toBe('not_found');
    expect(dataOf(await read(id, patient.token, '/attachments')).items).toEqual([attachment]);
    const { recordAttachments } = server().modules;
    const caller = (userId: string) => ({
      ...{ userId, name: '', sessionId: '', roles: [], requestId: 'r', ip: '' },
      can: (permission: string) => permission === 'records:read',
    });
    expect(await recordAttachments.mayRead(caller(patient.id), fileId)).toBe(true);
    expect(await recordAttachments.mayRead(caller(doctor.id), fileId)).toBe(true);
    expect(await recordAttachments.mayRead(caller(otherPatient.id), fileId)).toBe(false);
    expect(await recordAttachments.mayRead(caller(doctor.id), randomUUID())).toBeUndefined();
    const remove = async (token: string, attachmentId = attachment.id) =>
      server().call('DELETE', `${base}/${id}/attachments/${attachmentId}`, token);
    expect(codesOf([await remove(patient.token), await remove(doctor.token, randomUUID())])).toEqual(['forbidden', 'not_found']);
    dataOf(await remove(doctor.token));
    expect((await remove(doctor.token)).body.error.code).toBe('not_found');
    expect((await file(patient.token)).body.error.code).toBe('not_found');
    expect(dataOf(await read(id, patient.token, '/attachments')).items).toEqual([]);
  });

  test('full() nests patient, visit, diagnoses, prescriptions and attachments in one answer', async () => {
    const { doctor, patient } = server().people;
    const input = { name: '王敏', relationship: 'family', idNumber: '11010519491231002X', phone: '13800138000' };
    const profile = dataOf(await server().call('POST', '/api/v1/visit-profiles', patient.token, input));
    const { id } = dataOf(await write({ consultationId: visitId, profileId: profile.id }));
    const fileId = await uploadImage(server(), doctor.id);
    dataOf(await server().call('POST', `${base}/${id}/attachments`, doctor.token, { fileId, kind: 'pdf', name: 'PDF' }));
    const nested = dataOf(await read(id, doctor.token, '/full'));
    expect(nested).toMatchObject({
      record: { id, patient: { id: patient.id, name: '王敏' }, content: recordExample },
      patient: {
        ...{ id: patient.id, name: '王敏', profileId: profile.id, birthDate: '1949-12-31', sex: 'female' },
        ...{ idNumber: '110105********002X', phone: '138****8000' },
      },
      visit: {
        ...{ id: visitId, status: 'active', startedAt: expect.any(String), minutes: null },
        participants: expect.arrayContaining([
          { name: expect.any(String), role: 'practitioner' },
          { name: expect.any(String), role: 'patient' },
        ]),
      },
      diagnoses: recordExample.diagnoses,
      prescriptions: [],
      attachments: [{ fileId, kind: 'pdf' }],
    });
    // Deleting the profile does not take it from the record.
    dataOf(await server().call('DELETE', `/api/v1/visit-profiles/${profile.id}`, patient.token));
    expect(dataOf(await read(id, doctor.token, '/full')).patient.idNumber).toBe('110105********002X');
  });
});
