import { randomUUID } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { recordExample } from '#src/medical/record-content.ts';
import { booking } from '#tests/support/app.ts';
import { approve, begunVisit, codesOf, dataOf, describeApps } from '#tests/support/people.ts';

describeApps('patients', (server) => {
  const list = async (token: string, query = '') => server().call('GET', `/api/v1/patients?${query}`, token);
  const get = async (userId: string, token: string) => server().call('GET', `/api/v1/patients/${userId}`, token);
  const timeline = async (userId: string, token: string, query = '') =>
    server().call('GET', `/api/v1/patients/${userId}/timeline?${query}`, token);
  const kinds = (answer: Parameters<typeof dataOf>[0]) => dataOf(answer).items.map(({ kind }: { kind: string }) => kind);

  test('isPatientOf() needs a visit that began and a practitioner who was approved; a plan is not enough', async () => {
    const { doctor, otherDoctor, patient, otherPatient, administrator } = server().people;
    const { isPatientOf } = server().modules.patients;
    dataOf(await server().call('POST', '/api/v1/consultations', doctor.token, booking(patient.id)));
    expect(await isPatientOf(doctor.id, patient.id)).toBe(false);
    expect((await get(patient.id, doctor.token)).body.error.code).toBe('not_found');
    const { id } = await approve(server(), doctor, { name: '林主治' });
    await begunVisit(server(), doctor, patient);
    expect(await isPatientOf(doctor.id, patient.id)).toBe(true);
    const { call } = server();
    dataOf(await call('PATCH', `/api/v1/practitioners/${id}`, doctor.token, { title: '主治医师' }));
    expect(await isPatientOf(doctor.id, patient.id)).toBe(true);
    dataOf(await call('POST', `/api/v1/practitioners/${id}/disable`, administrator.token));
    expect(await isPatientOf(doctor.id, patient.id)).toBe(false);
    expect(dataOf(await list(doctor.token)).items).toEqual([]);
    const { version } = dataOf(await call('POST', `/api/v1/practitioners/${id}/enable`, administrator.token));
    dataOf(await call('POST', `/api/v1/practitioners/${id}/submit`, doctor.token));
    const decision = { version: version + 1, reason: 'x' };
    dataOf(await call('POST', `/api/v1/practitioners/${id}/reject`, administrator.token, decision));
    expect(await isPatientOf(doctor.id, patient.id)).toBe(false);
    dataOf(await call('POST', `/api/v1/practitioners/${id}/submit`, doctor.token));
    dataOf(await call('POST', `/api/v1/practitioners/${id}/approve`, administrator.token, { version: version + 3 }));
    expect(await isPatientOf(doctor.id, patient.id)).toBe(true);
    expect(await isPatientOf(doctor.id, otherPatient.id)).toBe(false);
    expect(await isPatientOf(otherDoctor.id, patient.id)).toBe(false);
    expect(await isPatientOf(patient.id, doctor.id)).toBe(false);
    expect(await isPatientOf(doctor.id, doctor.id)).toBe(false);
    expect(await server().modules.care.visitsOf(patient.id)).toEqual(new Map([[doctor.id, 1]]));
  });

  test('list() gives practitioners their own patients by name, and administrators everybody', async () => {
    const { doctor, otherDoctor, patient, administrator, pharmacist } = server().people;
    const profile = { name: '王敏', relationship: 'self', idNumber: '11010519491231002X', phone: '13800138000' };
    dataOf(await server().call('POST', '/api/v1/visit-profiles', patient.token, profile));
    const own = dataOf(await list(doctor.token));
    expect(own.items).toEqual([{ id: patient.id, name: 'Name of patient', sex: 'female', birthDate: '1949-12-31' }]);
    expect(dataOf(await list(doctor.token, 'keyword=OF+PAT')).pagination.total).toBe(1);
    expect(dataOf(await list(doctor.token, "keyword=%25'")).items).toEqual([]);
    expect(dataOf(await list(otherDoctor.token)).items).toEqual([]);
    expect(dataOf(await list(administrator.token)).items).toHaveLength(2);
    expect(codesOf([await list(patient.token), await list(pharmacist.token)])).toEqual(['forbidden', 'forbidden']);
  });

  test('get() shows who somebody is: masked to practitioners, in full to themselves, nothing to strangers', async () => {
    const { doctor, otherDoctor, otherPatient, patient, administrator } = server().people;
    const masked = dataOf(await get(patient.id, doctor.token));
    expect(masked).toMatchObject({
      ...{ id: patient.id, sex: 'female', birthDate: '1949-12-31', idNumber: '110105********002X', phone: '138****8000' },
      profiles: [{ name: '王敏', relationship: 'self' }],
      counts: [{ kind: 'visit', entries: 2 }],
    });
    expect(dataOf(await get(patient.id, patient.token))).toMatchObject({ idNumber: '11010519491231002X', phone: '13800138000' });
    expect(dataOf(await get(patient.id, administrator.token)).phone).toBe('13800138000');
    const strangers = await Promise.all(
      [otherDoctor, otherPatient].flatMap(({ token }) => [get(patient.id, token), timeline(patient.id, token)]),
    );
    expect(new Set(codesOf(strangers))).toEqual(new Set(['not_found']));
    expect(codesOf([await get(randomUUID(), administrator.token), await get(randomUUID(), doctor.token)])).toEqual([
      'not_found',
      'not_found',
    ]);
    const seen = await server().database.models.medicalAudit.findAll({ where: { patientId: patient.id, objectType: 'patient' } });
    expect(seen.map(({ actorId }) => actorId)).toEqual([doctor.id, patient.id, administrator.id]);
  });

  test('timeline() merges visits, records and stays, newest first, by period, kind and page', async () => {
    const { doctor, patient, administrator } = server().people;
    const record = { patientId: patient.id, kind: 'online', content: recordExample };
    const write = async (visitedAt: string) =>
      dataOf(await server().call('POST', '/api/v1/medical-records', doctor.token, { ...record, visitedAt }));
    const old = await write('2019-01-02T00:00:00.123Z');
    await write('2019-01-03T00:00:00.000Z');
    const ward = dataOf(await server().call('POST', '/api/v1/wards', administrator.token, { code: 'W', name: 'W' }));
    const bed = dataOf(await server().call('POST', `/api/v1/wards/${ward.id}/beds`, administrator.token, { label: '1' }));
    const stay = dataOf(
      await server().call('POST', '/api/v1/admissions', doctor.token, { patientId: patient.id, bedId: bed.id, reason: 'x' }),
    );
    dataOf(await server().call('POST', `/api/v1/admissions/${stay.id}/discharge`, doctor.token, { version: 1, summary: 'y' }));

    const all = dataOf(await timeline(patient.id, doctor.token));
    expect(all.pagination.total).toBe(6);
    const times = all.items.map(({ at }: { at: string }) => at);
    expect(times).toEqual(times.toSorted().toReversed());
    expect(all.items.at(-1)).toEqual({
      kind: 'record',
      id: old.id,
      at: '2019-01-02T00:00:00.123Z',
      title: 'online',
      status: null,
      with: 'Name of doctor',
    });
    expect(all.items.find(({ kind }: { kind: string }) => kind === 'discharge')).toMatchObject({
      id: stay.id,
      status: 'discharged',
      with: '林主治',
    });
    expect(
      all.items
        .filter(({ kind }: { kind: string }) => kind === 'visit')
        .map(({ status }: { status: string }) => status)
        .toSorted(),
    ).toEqual(['active', 'scheduled']);
    expect(kinds(await timeline(patient.id, patient.token, 'kinds=admission,discharge'))).toEqual(['discharge', 'admission']);
    expect(kinds(await timeline(patient.id, patient.token, 'from=2019-01-02T00:00:00.123Z&to=2019-01-03T00:00:00.000Z'))).toEqual([
      'record',
    ]);
    expect(kinds(await timeline(patient.id, patient.token, 'from=2019-01-02T00:00:00.124Z&to=2019-01-03T00:00:00.001Z'))).toEqual([
      'record',
    ]);
    const pages = [1, 2, 3].map((page) => timeline(patient.id, doctor.token, `pageSize=2&page=${page}`));
    expect((await Promise.all(pages)).flatMap((page) => dataOf(page).items)).toEqual(all.items);
    expect(kinds(await timeline(patient.id, patient.token, 'kinds=order'))).toEqual([]);
    expect((await timeline(patient.id, patient.token, 'kinds=nothing')).body.error.code).toBe('invalid_request');
  });

  test('timeline() shows orders to the patient only, and appointments and prescriptions to their practitioners too', async () => {
    const { doctor, patient, administrator } = server().people;
    const { models, transaction } = server().database;
    const id = uuid();
    const order = { id, orderNo: 'ORDER1', userId: patient.id, type: 'service' as const, status: 'PENDING' as const, amount: 100 };
    await transaction(() => models.orders.create({ ...order, expiresAt: null, contactSealed: null, serviceInfo: {}, version: 1 }));
    const practitioner = await server().modules.practitioners.byUser(doctor.id);
    const prescription = { id: uuid(), prescriptionNo: 'RX1', patientId: patient.id, profileId: null, practitionerId: practitioner!.id };
    await transaction(() =>
      models.prescriptions.create({
        ...prescription,
        ...{ doctorId: doctor.id, consultationId: null, status: 'submitted', contentSealed: '', verifyCode: uuid(), version: 1 },
      }),
    );
    const of = async (token: string) => dataOf(await timeline(patient.id, token, 'kinds=order,prescription')).items;
    const shown = {
      kind: 'prescription',
      id: prescription.id,
      at: expect.any(String),
      title: 'RX1',
      status: 'submitted',
      with: 'Name of doctor',
    };
    expect(await of(doctor.token)).toEqual([shown]);
    for (const { token } of [patient, administrator])
      expect(await of(token)).toEqual(
        expect.arrayContaining([shown, { kind: 'order', id, at: expect.any(String), title: 'ORDER1', status: 'PENDING', with: null }]),
      );
  });
});
