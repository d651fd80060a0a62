import { randomUUID } from 'node:crypto';
import { bmiOf } from '#src/health-profiles/schemas.ts';
import { begunVisit, codesOf, dataOf, describeApps } from '#tests/support/people.ts';

const urlOf = (userId: string, what = 'health-profile') => `/api/v1/users/${userId}/${what}`;

test.each([
  [170, 65.5, 22.66],
  [170.5, 60.25, 20.73],
  [100, 99.99, 99.99],
  [170, null, null],
  [null, 60, null],
])('bmiOf() of %s cm and %s kg is %s', (height, weight, bmi) => {
  expect(bmiOf({ height, weight })).toBe(bmi);
});

describeApps('health profiles', (server) => {
  const put = async (body: object, who = server().people.patient) => server().call('PUT', urlOf(who.id), who.token, body);
  const get = async (userId: string, token: string) => server().call('GET', urlOf(userId), token);
  const accesses = async (patientId: string) =>
    (await server().database.models.medicalAudit.findAll({ where: { patientId }, order: ['seq'] })).map(
      ({ actorId, action, objectType }) => [actorId, action, objectType],
    );

  test('get() of a newcomer is empty; put() keeps what was given and computes the BMI itself', async () => {
    const { id, token } = server().people.patient;
    expect(dataOf(await get(id, token))).toMatchObject({
      userId: id,
      bloodType: null,
      bmi: null,
      hasAllergy: false,
      healthTags: [],
      updatedAt: null,
    });
    const input = {
      ...{ bloodType: 'AB', height: 170.25, weight: 65.5, hasAllergy: true, allergyInfo: '青霉素过敏' },
      allergies: [{ substance: '青霉素', reaction: '皮疹', severe: true }],
      chronicDiseases: [{ name: '高血压', since: 2019, note: '每日服药' }],
      familyHistory: [{ relation: '父亲', disease: '糖尿病' }],
      emergencyContact: { name: '王强', relationship: '配偶', phone: '13900139000' },
    };
    const view = dataOf(await put({ ...input, bmi: 99 }));
    expect(view).toEqual({ userId: id, ...input, bmi: 22.6, healthTags: [], updatedAt: expect.any(String) });
    expect(dataOf(await get(id, token))).toEqual(view);
    expect(dataOf(await put({ ...input, weight: 70 })).bmi).toBe(24.15);
    expect(dataOf(await put({ ...input, weight: null })).bmi).toBeNull();
    const row = await server().database.models.healthProfiles.findByPk(id);
    for (const secret of ['青霉素', '高血压', '糖尿病', '13900139000']) expect(JSON.stringify(row?.get())).not.toContain(secret);
    expect(await server().modules.healthProfiles.factsOf(id)).toMatchObject({ allergies: input.allergies });
  });

  test('put() refuses what is not plausible, and allergies without the flag', async () => {
    const wrong = [
      ...[{ height: 20 }, { height: 300 }, { weight: 0 }, { weight: 700 }, { height: 170.123 }, { height: 272, weight: 20 }],
      ...[{ height: 60, weight: 200 }, { bloodType: 'C' }, { allergyInfo: 'x' }, { allergies: [{ substance: 'x' }] }],
      { emergencyContact: { name: 'x' } },
    ];
    for (const body of wrong) expect([body, codesOf([await put(body)])]).toEqual([body, ['invalid_request']]);
  });

  test('practitioners see their own patients only, nobody changes others, and every access is on record', async () => {
    const { doctor, otherDoctor, otherPatient, patient, administrator, pharmacist } = server().people;
    const strangers = [doctor, otherDoctor, otherPatient, pharmacist];
    const seen = await Promise.all(strangers.map(({ token }) => get(patient.id, token)));
    expect(codesOf(seen)).toEqual(['not_found', 'not_found', 'not_found', 'not_found']);
    // A visit that a doctor has only planned opens nothing.
    const planned = { title: 'x', patientId: patient.id, scheduledStart: '2030-01-01T00:00:00Z', scheduledEnd: '2030-01-01T01:00:00Z' };
    dataOf(await server().call('POST', '/api/v1/consultations', otherDoctor.token, planned));
    expect(codesOf([await get(patient.id, otherDoctor.token)])).toEqual(['not_found']);
    await begunVisit(server(), doctor, patient);
    const before = (await accesses(patient.id)).length;
    expect(dataOf(await get(patient.id, doctor.token)).bloodType).toBe('AB');
    expect(dataOf(await get(patient.id, administrator.token)).bloodType).toBe('AB');
    expect((await accesses(patient.id)).slice(before)).toEqual([
      [doctor.id, 'read', 'health_profile'],
      [administrator.id, 'read', 'health_profile'],
    ]);
    const written = await Promise.all(
      [doctor, otherPatient, administrator].map(({ token }) => server().call('PUT', urlOf(patient.id), token, { bloodType: 'A' })),
    );
    expect(codesOf(written)).toEqual(['forbidden', 'forbidden', 'forbidden']);
    expect(codesOf([await get(randomUUID(), administrator.token)])).toEqual(['not_found']);
  });

  test('put() at once by one user leaves one of the profiles whole', async () => {
    const { otherPatient } = server().people;
    const answers = await Promise.all([150, 160, 170, 180].map((height) => put({ height, weight: height / 2 }, otherPatient)));
    expect(new Set(codesOf(answers))).toEqual(new Set([null]));
    const { height, weight, bmi } = dataOf(await get(otherPatient.id, otherPatient.token));
    expect(weight).toBe(height / 2);
    expect(bmi).toBe(bmiOf({ height, weight }));
  });

  test('health tags are replaced as a set: equal ones become one, sealed and masked from strangers', async () => {
    const { patient, otherPatient, doctor } = server().people;
    const putTags = async (tags: string[], token = patient.token) =>
      server().call('PUT', urlOf(patient.id, 'health-tags'), token, { tags });
    expect(dataOf(await putTags(['高血压', '失眠', '高血压', 'Asthma', 'ａｓｔｈｍａ'])).tags).toEqual(['高血压', '失眠', 'ａｓｔｈｍａ']);
    expect(dataOf(await putTags(['失眠', '糖尿病'])).tags).toEqual(['失眠', '糖尿病']);
    expect(dataOf(await get(patient.id, patient.token)).healthTags).toEqual(['失眠', '糖尿病']);
    expect(dataOf(await server().call('GET', urlOf(patient.id, 'health-tags'), doctor.token)).tags).toEqual(['失眠', '糖尿病']);
    const rows = await server().database.models.healthTags.findAll({ where: { userId: patient.id } });
    expect(JSON.stringify(rows.map((row) => row.get()))).not.toContain('失眠');
    expect(codesOf([await putTags(['x'], otherPatient.token), await putTags(['x'], doctor.token)])).toEqual(['forbidden', 'forbidden']);
    const hidden = await server().call('GET', urlOf(patient.id, 'health-tags'), otherPatient.token);
    expect(hidden.body.error.code).toBe('not_found');
    expect(codesOf([await putTags(['']), await putTags(Array.from({ length: 51 }, (_, i) => String(i)))])).toEqual([
      'invalid_request',
      'invalid_request',
    ]);
    expect(dataOf(await putTags([])).tags).toEqual([]);
  });
});
