import { randomUUID } from 'node:crypto';
import { approve, begunVisit, codesOf, dataOf, describeApps, type Person, uploadImage } from '#tests/support/people.ts';

const base = '/api/v1/practitioners';

describeApps('practitioners', (server) => {
  const admin = () => server().people.administrator.token;
  const listed = async (query: string): Promise<string[]> =>
    dataOf(await server().call('GET', `${base}?pageSize=100&${query}`)).items.map(({ name }: { name: string }) => name);
  let made = 0;
  /** A new user with this role, signed in. */
  async function person(role: string): Promise<Person> {
    const account = `${role}-${++made}`;
    const { id } = await server().users.create({ account, name: account, password: 'correct horse', roles: [role] });
    return { id, token: await server().signIn(account) };
  }

  test('create() makes one draft for each user, whoever asks how often at once', async () => {
    const doctor = await person('doctor');
    const profile = {
      kind: 'doctor',
      name: '林小满',
      price: 299.5,
      specialities: ['失眠'],
      qualifications: [{ name: '执业医师', number: '1101' }],
    };
    const answers = await Promise.all(Array.from({ length: 4 }, () => server().call('POST', base, doctor.token, profile)));
    const codes = codesOf(answers);
    expect(codes.filter((code) => code === 'practitioner_exists')).toHaveLength(3);
    const own = dataOf(await server().call('GET', `${base}/me`, doctor.token));
    expect(own).toMatchObject({
      ...{ userId: doctor.id, reviewState: 'draft', enabled: true, bookable: false, price: 299.5, version: 1 },
      qualifications: [{ name: '执业医师', number: '1101', issuer: null, issuedOn: null }],
      specialities: ['失眠'],
    });
    expect((await server().call('GET', `${base}/${own.id}`)).body.error.code).toBe('not_found');
    expect(await server().modules.practitioners.byUser(doctor.id)).toMatchObject({ id: own.id, kind: 'doctor', bookable: false });
  });

  test('create() needs the role of the profession, a department that exists, and the right to act for others', async () => {
    const [doctor, counselor, patient] = [await person('doctor'), await person('counselor'), await person('patient')];
    const post = async (token: string, body: object) => (await server().call('POST', base, token, { name: 'N', ...body })).body.error?.code;
    expect(await post(doctor.token, { kind: 'counselor' })).toBe('not_a_practitioner');
    expect(await post(patient.token, { kind: 'doctor' })).toBe('forbidden');
    expect(await post(doctor.token, { kind: 'doctor', departmentId: randomUUID() })).toBe('unknown_department');
    expect(await post(doctor.token, { kind: 'counselor', userId: counselor.id })).toBe('forbidden');
    expect(await post(admin(), { kind: 'doctor', userId: patient.id })).toBe('not_a_practitioner');
    expect(await post(admin(), { kind: 'doctor', userId: randomUUID() })).toBe('not_a_practitioner');
    expect(await post(doctor.token, { kind: 'doctor', price: 1.005 })).toBe('invalid_request');
    expect(await post(admin(), { kind: 'counselor', userId: counselor.id })).toBeUndefined();
  });

  test('the review goes from submitted to approved or rejected, by somebody else, about what was looked at', async () => {
    const doctor = await person('doctor');
    const { id } = dataOf(await server().call('POST', base, doctor.token, { kind: 'doctor', name: 'R' }));
    const act = async (verb: string, token: string, body?: object) => server().call('POST', `${base}/${id}/${verb}`, token, body);
    const code = async (...args: Parameters<typeof act>) => (await act(...args)).body.error?.code;
    expect(await code('approve', admin(), { version: 1 })).toBe('wrong_state');
    expect(await code('submit', (await person('doctor')).token)).toBe('forbidden');
    const submitted = dataOf(await act('submit', doctor.token));
    expect(submitted).toMatchObject({ reviewState: 'submitted', version: 2 });
    expect(await code('submit', doctor.token)).toBe('wrong_state');
    expect(await code('approve', doctor.token, { version: 2 })).toBe('forbidden');
    expect(await code('approve', admin(), { version: 1 })).toBe('conflict');
    expect(await code('reject', admin(), { version: 2 })).toBe('invalid_request');
    expect(dataOf(await act('reject', admin(), { version: 2, reason: '照片不清晰' })).reviewState).toBe('rejected');
    const { version } = dataOf(await act('submit', doctor.token));
    const decisions = await Promise.all([act('approve', admin(), { version }), act('reject', admin(), { version, reason: 'x' })]);
    expect(decisions.filter(({ status }) => status === 200)).toHaveLength(1);
    const history = dataOf(await server().call('GET', `${base}/${id}/qualification-reviews`, doctor.token)).items;
    expect(history.slice(0, 3).map(({ from, to, reason }: Record<string, unknown>) => [from, to, reason])).toEqual([
      ['draft', 'submitted', null],
      ['submitted', 'rejected', '照片不清晰'],
      ['rejected', 'submitted', null],
    ]);
    expect(history[1].actor).toEqual({ id: server().people.administrator.id, name: 'Name of administrator' });
    const told = await server().database.models.outbox.count({ where: { topic: 'notification.send' } });
    expect(told).toBeGreaterThanOrEqual(2);
    expect(await server().modules.practitioners.byId(id)).toMatchObject({ userId: doctor.id });
    const { token } = server().people.patient;
    expect((await server().call('GET', `${base}/${id}/qualification-reviews`, token)).body.error.code).toBe('not_found');
    expect(await code('approve', token, { version })).toBe('forbidden');
  });

  test('an approved profile is public; what was vouched for needs a new review when its owner changes it', async () => {
    const doctor = await person('doctor');
    const { id } = await approve(server(), doctor, {
      ...{ name: '周公开', title: '主治医师', specialities: ['湿疹'] },
      qualifications: [{ name: '执业医师', number: 'secret' }],
    });
    const open = dataOf(await server().call('GET', `${base}/${id}`));
    expect(open).toMatchObject({ name: '周公开', bookable: true, qualifications: [{ name: '执业医师', issuer: null, issuedOn: null }] });
    expect(JSON.stringify(open)).not.toContain('secret');
    expect(dataOf(await server().call('GET', `/api/v1/users/${doctor.id}/practitioner`)).id).toBe(id);
    const change = async (body: object, token = doctor.token) => server().call('PATCH', `${base}/${id}`, token, body);
    expect(dataOf(await change({ introduction: '新介绍', specialities: ['湿疹', '荨麻疹'] })).reviewState).toBe('approved');
    expect(dataOf(await change({ name: '周改名' }, admin())).reviewState).toBe('approved');
    expect(await listed('keyword=荨麻')).toEqual(['周改名']);
    expect((await change({ title: 'x', version: 1 })).body.error.code).toBe('conflict');
    expect((await change({ name: 'x' }, (await person('doctor')).token)).body.error.code).toBe('forbidden');
    expect((await change({ kind: 'counselor' })).body.error.code).toBe('not_a_practitioner');
    expect((await change({ departmentId: randomUUID() })).body.error.code).toBe('unknown_department');
    expect(dataOf(await change({ title: '主任医师' }))).toMatchObject({ reviewState: 'draft', bookable: false });
    expect((await server().call('GET', `${base}/${id}`)).body.error.code).toBe('not_found');
    expect(dataOf(await server().call('GET', `${base}/${id}/full`, doctor.token)).qualifications[0].number).toBe('secret');
    expect((await server().call('GET', `${base}/${id}/full`, server().people.patient.token)).body.error.code).toBe('not_found');
  });

  test('list() finds by keyword, department, kind, speciality and price, and sorts', async () => {
    const department = dataOf(await server().call('POST', '/api/v1/departments', admin(), { code: 'FIND', name: '查找科' }));
    const cheap = { name: '赵便宜', price: 50, specialities: ['咳嗽'], departmentId: department.id };
    const dear = { name: '钱昂贵', price: 500.05, specialities: ['咳嗽', '哮喘'], departmentId: department.id };
    await approve(server(), await person('doctor'), cheap);
    await approve(server(), await person('doctor'), dear);
    const free = await person('counselor');
    await approve(server(), free, { kind: 'counselor', name: '孙未定价', departmentId: department.id });
    const inHere = `departmentId=${department.id}`;
    expect((await listed(inHere)).toSorted()).toEqual(['孙未定价', '赵便宜', '钱昂贵'].toSorted());
    expect(await listed(`${inHere}&kind=counselor`)).toEqual(['孙未定价']);
    expect(await listed(`${inHere}&sort=price`)).toEqual(['赵便宜', '钱昂贵', '孙未定价']);
    expect(await listed(`${inHere}&sort=-price`)).toEqual(['钱昂贵', '赵便宜', '孙未定价']);
    expect(await listed(`${inHere}&minPrice=50.01&maxPrice=500.05`)).toEqual(['钱昂贵']);
    expect(await listed(`${inHere}&maxPrice=50`)).toEqual(['赵便宜']);
    expect(await listed('speciality=哮喘')).toEqual(['钱昂贵']);
    expect(await listed('keyword=便宜')).toEqual(['赵便宜']);
    expect(await listed('keyword=昂')).toEqual(['钱昂贵']);
    const tags = dataOf(await server().call('GET', `${base}/specialities`)).items;
    expect(tags).toEqual(
      expect.arrayContaining([
        { speciality: '咳嗽', practitioners: 2 },
        { speciality: '哮喘', practitioners: 1 },
      ]),
    );
    for (const bad of ['minPrice=0.001', 'sort=enabled', 'availableFrom=2030-01-01T00:00:00Z', 'kind=x'])
      expect((await server().call('GET', `${base}?${bad}`)).body.error.code).toBe('invalid_request');

    dataOf(await server().call('POST', `/api/v1/departments/${department.id}/disable`, admin()));
    expect(await listed(inHere)).toEqual([]);
    const [own] = await server().modules.practitioners.byIds([dataOf(await server().call('GET', `${base}/me`, free.token)).id]);
    expect(own?.bookable).toBe(false);
  });

  test('list() with a period gives those who have a free time in it', async () => {
    const [there, away] = [await person('doctor'), await person('doctor')];
    const { id } = await approve(server(), there, { name: '有空甲', specialities: ['有空'] });
    await approve(server(), away, { name: '没空乙', specialities: ['有空'] });
    const rules = [{ weekdays: [1, 2, 3, 4, 5, 6, 7], start: '09:00', end: '12:00', slotMinutes: 30, gapMinutes: 0, capacity: 1 }];
    dataOf(await server().call('POST', `${base}/${id}/work-rules`, there.token, { rules }));
    const from = Date.now() + 2 * 86_400_000;
    const within = (days: number) =>
      `speciality=有空&availableFrom=${new Date(from).toISOString()}&availableTo=${new Date(from + days * 86_400_000).toISOString()}`;
    expect(await listed('speciality=有空&sort=name')).toHaveLength(2);
    expect(await listed(within(2))).toEqual(['有空甲']);
    expect((await server().call('GET', `${base}?${within(40)}`)).body.error.code).toBe('invalid_request');
    expect((await server().call('GET', `${base}?${within(-1)}`)).body.error.code).toBe('invalid_request');
  });

  test('disable() hides a practitioner, enable() shows them again; remove() is for administrators', async () => {
    const doctor = await person('doctor');
    const { id } = await approve(server(), doctor, { name: '吴隐藏' });
    const act = async (verb: string, token: string) => server().call('POST', `${base}/${id}/${verb}`, token);
    expect(codesOf([await act('disable', doctor.token), await act('enable', doctor.token)])).toEqual(['forbidden', 'forbidden']);
    expect(dataOf(await act('disable', admin()))).toMatchObject({ enabled: false, bookable: false });
    expect(await listed('keyword=吴隐藏')).toEqual([]);
    const all = dataOf(await server().call('GET', `${base}/all?enabled=false&reviewState=approved&keyword=吴隐藏`, admin()));
    expect(all.items).toHaveLength(1);
    expect((await server().call('GET', `${base}/all`, doctor.token)).body.error.code).toBe('forbidden');
    dataOf(await act('enable', admin()));
    expect(await listed('keyword=吴隐藏')).toEqual(['吴隐藏']);
    expect((await server().call('DELETE', `${base}/${id}`, doctor.token)).body.error.code).toBe('forbidden');
    dataOf(await server().call('DELETE', `${base}/${id}`, admin()));
    expect(codesOf([await act('enable', admin()), await server().call('DELETE', `${base}/${id}`, admin())])).toEqual([
      'not_found',
      'not_found',
    ]);
    expect((await server().call('GET', `${base}/me`, doctor.token)).body.error.code).toBe('not_found');
  });

  test('photos: licence and ID card are for owner and reviewers, and need a new review', async () => {
    const doctor = await person('doctor');
    const { id } = await approve(server(), doctor, { name: '郑照片' });
    const add = async (kind: string, fileId: string, token = doctor.token) =>
      server().call('POST', `${base}/${id}/photos`, token, { kind, fileId });
    const upload = () => uploadImage(server(), doctor.id);
    const [old, avatar, licence] = [await upload(), await upload(), await upload()];
    dataOf(await add('avatar', old));
    dataOf(await add('avatar', avatar));
    const { avatarUrl } = dataOf(await server().call('GET', `${base}/${id}`));
    expect((await server().app.inject(avatarUrl)).statusCode).toBe(200);
    expect(avatarUrl).toContain(avatar);
    const { id: photoId } = dataOf(await add('licence', licence));
    expect((await add('other', licence)).body.error.code).toBe('already_exists');
    expect((await add('other', randomUUID())).body.error.code).toBe('unknown_file');
    expect((await add('other', await uploadImage(server(), server().people.patient.id))).body.error.code).toBe('unknown_file');
    expect((await add('other', await upload(), (await person('doctor')).token)).body.error.code).toBe('forbidden');
    expect((await server().call('GET', `${base}/${id}`)).body.error.code).toBe('not_found');
    const kinds = async (token: string) =>
      (await server().call('GET', `${base}/${id}/photos`, token)).body.data?.items.map(({ kind }: { kind: string }) => kind);
    expect(await kinds(doctor.token)).toEqual(['avatar', 'licence']);
    const patient = server().people.patient.token;
    expect(await kinds(patient)).toBeUndefined();
    const { version } = dataOf(await server().call('POST', `${base}/${id}/submit`, doctor.token));
    dataOf(await server().call('POST', `${base}/${id}/approve`, admin(), { version }));
    expect(await kinds(patient)).toEqual(['avatar']);

    const { practitionerPhotos: photos } = server().modules;
    const caller = (userId: string, rights: string[] = []) => ({
      ...{ userId, name: '', sessionId: '', roles: [], requestId: '', ip: '' },
      can: (permission: string) => rights.includes(permission),
    });
    expect(await photos.mayRead(null, avatar)).toBe(true);
    expect(await photos.mayRead(null, licence)).toBe(false);
    expect(await photos.mayRead(caller(doctor.id), licence)).toBe(true);
    expect(await photos.mayRead(caller(randomUUID(), ['practitioners:manage']), licence)).toBe(false);
    expect(await photos.mayRead(caller(randomUUID(), ['practitioners:review']), licence)).toBe(true);
    expect(await photos.mayRead(null, randomUUID())).toBeUndefined();

    const remove = async (token: string) => server().call('DELETE', `${base}/${id}/photos/${photoId}`, token);
    expect((await remove(patient)).body.error.code).toBe('forbidden');
    dataOf(await remove(doctor.token));
    expect((await remove(doctor.token)).body.error.code).toBe('not_found');
  });

  test('recommend() orders by complaint, tags and history, and says why', async () => {
    const department = dataOf(await server().call('POST', '/api/v1/departments', admin(), { code: 'REC', name: '睡眠医学科' }));
    const [sleep, skin] = [await person('doctor'), await person('doctor')];
    const one = await approve(server(), sleep, { name: '冯安眠', departmentId: department.id, specialities: ['焦虑调理'] });
    const two = await approve(server(), skin, { name: '陈皮肤', specialities: ['银屑病'] });
    const patient = await person('patient');
    const ask = async (query: string) => dataOf(await server().call('GET', `${base}/recommendations?${query}`, patient.token)).items;
    const found = await ask(`complaint=${encodeURIComponent('最近总是失眠，有点焦虑')}`);
    expect(found[0].practitioner.id).toBe(one.id);
    expect(found[0].reasons).toEqual([
      { kind: 'complaint', matched: '失眠', by: '睡眠医学科' },
      { kind: 'complaint', matched: '焦虑', by: '焦虑调理' },
    ]);
    dataOf(await server().call('PUT', `/api/v1/users/${patient.id}/health-tags`, patient.token, { tags: ['银屑病'] }));
    await begunVisit(server(), skin, patient);
    const known = await ask('limit=1');
    expect(known).toEqual([
      {
        practitioner: expect.objectContaining({ id: two.id }),
        score: 3,
        reasons: [
          { kind: 'tag', matched: '银屑病', by: '银屑病' },
          { kind: 'history', matched: '1', by: null },
        ],
      },
    ]);
    expect(await ask(`complaint=${encodeURIComponent('！？')}&kind=counselor`)).toEqual([]);
  });

  test('a role that may only manage everybody needs no right to an own profile', async () => {
    const { models, transaction } = server().database;
    await transaction(async () => {
      await models.roles.create({ key: 'hr', nameZh: '人事', nameEn: 'HR', builtin: false });
      await models.rolePermissions.create({ roleKey: 'hr', permission: 'practitioners:manage' });
    });
    const [manager, doctor] = [await person('hr'), await person('doctor')];
    const made = dataOf(await server().call('POST', base, manager.token, { kind: 'doctor', name: '新来', userId: doctor.id }));
    expect(dataOf(await server().call('PATCH', `${base}/${made.id}`, manager.token, { name: '改名' })).name).toBe('改名');
    const { version } = dataOf(await server().call('POST', `${base}/${made.id}/submit`, manager.token));
    expect((await server().call('POST', `${base}/${made.id}/approve`, manager.token, { version })).body.error.code).toBe('forbidden');
    expect((await server().call('GET', `${base}/me`, manager.token)).body.error.code).toBe('not_found');
  });

  test('unknown profiles do not exist, on every route', async () => {
    const id = randomUUID();
    const call = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) =>
      server().call(method, `${base}/${id}${path}`, admin(), body);
    const answers = [
      ...[await call('GET', ''), await call('GET', '/full'), await call('GET', '/photos'), await call('GET', '/qualification-reviews')],
      ...[await call('PATCH', '', { name: 'x' }), await call('DELETE', ''), await call('POST', '/submit'), await call('POST', '/disable')],
      ...[await call('POST', '/approve', { version: 1 }), await call('POST', '/reject', { version: 1, reason: 'x' })],
      ...[await call('POST', '/photos', { kind: 'other', fileId: id }), await call('DELETE', `/photos/${id}`)],
      await server().call('GET', `/api/v1/users/${id}/practitioner`),
    ];
    expect(new Set(codesOf(answers))).toEqual(new Set(['not_found']));
  });
});
