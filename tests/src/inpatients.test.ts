import { randomUUID } from 'node:crypto';
import { approve, begunVisit, codesOf, dataOf, describeApps } from '#tests/support/people.ts';

describeApps('inpatients', (server) => {
  const admin = () => server().people.administrator.token;
  const doctor = () => server().people.doctor.token;
  let attendingId: string;
  let wardId: string;
  let beds: string[];
  let made = 0;
  beforeAll(async () => {
    attendingId = (await approve(server(), server().people.doctor, { name: '林主治' })).id;
    wardId = dataOf(await server().call('POST', '/api/v1/wards', admin(), { code: 'w1', name: '一病区' })).id;
    beds = [];
    for (const label of ['101', '102', '103']) beds.push(dataOf(await bed({ label })).id);
  });

  const bed = async (body: object, token = admin()) => server().call('POST', `/api/v1/wards/${wardId}/beds`, token, body);
  const admit = async (body: object, token = doctor()) =>
    server().call('POST', '/api/v1/admissions', token, { reason: '血压很高', ...body });
  const act = async (id: string, verb: string, body: object, token = doctor()) =>
    server().call('POST', `/api/v1/admissions/${id}/${verb}`, token, body);
  const get = async (id: string, token: string, path = '') => server().call('GET', `/api/v1/admissions/${id}${path}`, token);

  /** A new patient of the doctor. */
  async function patient(): Promise<{ id: string; token: string }> {
    const account = `inpatient-${++made}`;
    const { id } = await server().users.create({ account, name: account, password: 'correct horse', roles: ['patient'] });
    const person = { id, token: await server().signIn(account) };
    await begunVisit(server(), server().people.doctor, person);
    return person;
  }

  test('wards and beds are kept by administrators: codes and labels are unique, occupancy is counted', async () => {
    const taken = await Promise.all([1, 2, 3].map(() => server().call('POST', '/api/v1/wards', admin(), { code: 'W2', name: 'Two' })));
    expect(codesOf(taken).filter((code) => code === 'ward_code_taken')).toHaveLength(2);
    expect((await bed({ label: '101' })).body.error.code).toBe('bed_label_taken');
    const { id } = dataOf(taken.find(({ status }) => status === 200)!);
    const patch = async (body: object, token = admin()) => server().call('PATCH', `/api/v1/wards/${id}`, token, body);
    expect(dataOf(await patch({ name: '二病区' }))).toMatchObject({ code: 'W2', name: '二病区', beds: 0, occupied: 0 });
    expect(codesOf([await patch({ code: 'w1' }), await patch({ departmentId: randomUUID() })])).toEqual([
      'ward_code_taken',
      'unknown_department',
    ]);
    expect(codesOf([await patch({ name: 'x' }, doctor()), await bed({ label: 'x' }, doctor())])).toEqual(['forbidden', 'forbidden']);
    const list = dataOf(await server().call('GET', '/api/v1/wards', doctor()));
    expect(list.items[0]).toMatchObject({ id: wardId, code: 'W1', beds: 3, occupied: 0 });
    expect((await server().call('GET', '/api/v1/wards', server().people.patient.token)).body.error.code).toBe('forbidden');
    const unknown = [
      await server().call('GET', `/api/v1/wards/${randomUUID()}/beds`, doctor()),
      await server().call('PATCH', `/api/v1/wards/${randomUUID()}`, admin(), { name: 'x' }),
      await server().call('POST', `/api/v1/wards/${randomUUID()}/beds`, admin(), { label: 'x' }),
      await server().call('PATCH', `/api/v1/beds/${randomUUID()}`, admin(), { label: 'x' }),
    ];
    expect(new Set(codesOf(unknown))).toEqual(new Set(['not_found']));
  });

  test('admit() gives a bed to one of many who ask at once, and a patient one bed', async () => {
    const people = await Promise.all([patient(), patient(), patient(), patient()]);
    const answers = await Promise.all(people.map(({ id }) => admit({ patientId: id, bedId: beds[0] })));
    const codes = codesOf(answers);
    expect([codes.filter((code) => code === null).length, codes.filter((code) => code === 'bed_taken').length]).toEqual([1, 3]);
    const winner = people[codes.indexOf(null)]!;
    const head = dataOf(answers[codes.indexOf(null)]!);
    expect(head).toMatchObject({
      ...{ state: 'admitted', version: 1, admissionNo: expect.stringMatching(/^ZY\d{8}/), dischargedAt: null },
      ...{ bed: { id: beds[0], label: '101' }, ward: { code: 'W1' }, attending: { id: attendingId, name: '林主治' } },
    });
    const loser = people[codes.indexOf('bed_taken')]!;
    const both = await Promise.all([1, 2].map((i) => admit({ patientId: loser.id, bedId: beds[i] })));
    expect(new Set(codesOf(both))).toEqual(new Set(['already_admitted', null]));
    const free = dataOf(await server().call('GET', `/api/v1/wards/${wardId}/beds`, doctor())).items;
    expect(free.filter(({ occupied }: { occupied: boolean }) => occupied)).toHaveLength(2);
    expect(codesOf([await server().call('PATCH', `/api/v1/beds/${beds[0]}`, admin(), { enabled: false })])).toEqual(['bed_taken']);
    for (const [id, token] of [
      [head.id, winner.token],
      [dataOf(both.find(({ status }) => status === 200)!).id, loser.token],
    ])
      dataOf(await act(id, 'discharge', { version: 1, summary: dataOf(await get(id, token)).reason }));
  });

  test('a stay goes from bed to bed and doctor to doctor to its end; each step is guarded and logged', async () => {
    const { otherDoctor } = server().people;
    const second = await approve(server(), otherDoctor, { name: '赵接班' });
    const person = await patient();
    const { id } = dataOf(await admit({ patientId: person.id, bedId: beds[0] }));
    const other = dataOf(await admit({ patientId: (await patient()).id, bedId: beds[1] }));
    expect((await act(id, 'move', { version: 1, bedId: beds[1] })).body.error.code).toBe('bed_taken');
    expect((await act(id, 'move', { version: 1, bedId: randomUUID() })).body.error.code).toBe('unknown_bed');
    expect((await act(id, 'move', { version: 2, bedId: beds[2] })).body.error.code).toBe('conflict');
    const moves = await Promise.all([act(id, 'move', { version: 1, bedId: beds[2] }), act(id, 'move', { version: 1, bedId: beds[2] })]);
    expect(new Set(codesOf(moves))).toEqual(new Set(['conflict', null]));
    expect(codesOf([await act(id, 'move', { version: 2, bedId: beds[0] }, otherDoctor.token)])).toEqual(['not_found']);
    expect((await act(id, 'hand-over', { version: 2, attendingId: randomUUID() })).body.error.code).toBe('unknown_practitioner');
    expect(dataOf(await act(id, 'hand-over', { version: 2, attendingId: second.id })).attending.name).toBe('赵接班');
    const view = dataOf(await get(id, otherDoctor.token));
    expect(view).toMatchObject({ bed: { label: '103' }, reason: '血压很高', summary: null, version: 3 });
    const done = await act(id, 'discharge', { version: 3, summary: '血压平稳' }, otherDoctor.token);
    expect(dataOf(done)).toMatchObject({ state: 'discharged', summary: '血压平稳', dischargedAt: expect.any(String) });
    const late = [
      await act(id, 'discharge', { version: 4, summary: 'x' }),
      await act(id, 'move', { version: 4, bedId: beds[0] }),
      await act(id, 'hand-over', { version: 4, attendingId }),
    ];
    expect(codesOf(late)).toEqual(['wrong_state', 'wrong_state', 'wrong_state']);
    expect(dataOf(await get(id, person.token, '/log')).items.map(({ action }: { action: string }) => action)).toEqual([
      ...['admitted', 'moved', 'handed_over', 'discharged'],
    ]);
    const stored = JSON.stringify((await server().database.models.admissions.findByPk(id))?.get());
    for (const secret of ['血压很高', '血压平稳']) expect(stored).not.toContain(secret);
    const access = await server().database.models.medicalAudit.findAll({ where: { patientId: person.id, objectType: 'admission' } });
    expect(access.map(({ action }) => action)).toEqual(['create', 'update', 'update', 'read', 'update', 'read']);
    dataOf(await act(other.id, 'discharge', { version: 1, summary: 'x' }));
    dataOf(
      await admit({ patientId: person.id, bedId: beds[2] }).then(async (again) =>
        act(dataOf(again).id, 'discharge', { version: 1, summary: 'x' }),
      ),
    );
  });

  test('admit() is for own patients, beds in use and practitioners that may work', async () => {
    const { id } = await patient();
    const { pharmacist, patient: somebody } = server().people;
    const [foreign, nobody, noBed, noDoctor, profile] = [
      await admit({ patientId: somebody.id, bedId: beds[0] }),
      await admit({ patientId: randomUUID(), bedId: beds[0] }),
      await admit({ patientId: id, bedId: randomUUID() }),
      await admit({ patientId: id, bedId: beds[0], attendingId: randomUUID() }),
      await admit({ patientId: id, bedId: beds[0], profileId: randomUUID() }),
    ];
    expect(codesOf([foreign, nobody, noBed, noDoctor, profile])).toEqual([
      ...['not_your_patient', 'not_your_patient', 'unknown_bed', 'unknown_practitioner', 'unknown_profile'],
    ]);
    dataOf(await server().call('PATCH', `/api/v1/beds/${beds[2]}`, admin(), { enabled: false, label: '103 x' }));
    expect((await admit({ patientId: id, bedId: beds[2] })).body.error.code).toBe('unknown_bed');
    dataOf(await server().call('PATCH', `/api/v1/beds/${beds[2]}`, admin(), { enabled: true }));
    dataOf(await server().call('PATCH', `/api/v1/wards/${wardId}`, admin(), { enabled: false }));
    expect((await admit({ patientId: id, bedId: beds[0] })).body.error.code).toBe('unknown_bed');
    dataOf(await server().call('PATCH', `/api/v1/wards/${wardId}`, admin(), { enabled: true }));
    expect((await admit({ patientId: id, bedId: beds[0] }, pharmacist.token)).body.error.code).toBe('forbidden');
  });

  test('list() and get() show own patients to doctors, their stay to patients, and everybody to administrators', async () => {
    const { otherPatient, pharmacist } = server().people;
    const person = await patient();
    const { id } = dataOf(await admit({ patientId: person.id, bedId: beds[0] }));
    const list = async (query: string, token: string) => server().call('GET', `/api/v1/admissions?${query}`, token);
    const ids = async (query: string, token: string) => dataOf(await list(query, token)).items.map((one: { id: string }) => one.id);
    expect(await ids('state=admitted', doctor())).toEqual([id]);
    expect(await ids(`wardId=${wardId}&patientId=${person.id}&attendingId=${attendingId}`, admin())).toEqual([id]);
    expect(await ids(`wardId=${randomUUID()}`, admin())).toEqual([]);
    expect(await ids(`patientId=${person.id}`, server().people.otherDoctor.token)).toEqual([]);
    expect((await list('', person.token)).body.error.code).toBe('forbidden');
    expect(dataOf(await get(id, person.token)).reason).toBe('血压很高');
    const hidden = await Promise.all([otherPatient, pharmacist].flatMap(({ token }) => [get(id, token), get(id, token, '/log')]));
    expect(new Set(codesOf(hidden))).toEqual(new Set(['not_found']));
    expect(codesOf([await get(randomUUID(), admin())])).toEqual(['not_found']);
    const { token } = server().people.otherDoctor;
    const foreign = [
      await act(id, 'move', { version: 1, bedId: beds[1] }, token),
      await act(id, 'hand-over', { version: 1, attendingId }, token),
      await act(id, 'discharge', { version: 1, summary: 'x' }, token),
      await act(randomUUID(), 'discharge', { version: 1, summary: 'x' }, admin()),
    ];
    expect(new Set(codesOf(foreign))).toEqual(new Set(['not_found']));
    expect(codesOf([await act(id, 'discharge', { version: 1, summary: 'x' }, person.token)])).toEqual(['forbidden']);
    dataOf(await act(id, 'discharge', { version: 1, summary: 'x' }, admin()));
  });
});
