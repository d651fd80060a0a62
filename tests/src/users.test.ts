/** People as administrators and as they themselves manage them, on both engines. */
import { randomUUID } from 'node:crypto';
import { PASSWORD, startApp, type TestApp } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';
import { approve } from '#tests/support/people.ts';

const base = '/api/v1/users';

describe.each(['sqlite', 'mysql'] as const)('users on %s', (engine) => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp(engine === 'mysql' ? { DATABASE_URL: await newMariaDb() } : {});
    await server.stepUp(server.people.administrator.token);
  }, 60_000);
  afterAll(() => server.close());

  type Method = Parameters<TestApp['call']>[0];
  const as = (token: string) => (method: Method, path: string, body?: unknown) => server.call(method, path, token, body);
  const admin: ReturnType<typeof as> = (...call) => as(server.people.administrator.token)(...call);
  const patient: ReturnType<typeof as> = (...call) => as(server.people.patient.token)(...call);
  const code = (answer: { body: { error?: { code: string } } }) => answer.body.error?.code;

  /** A receptionist: may see everybody, unmasked nobody, and change nothing. */
  async function clerk(account: string) {
    const { id } = await server.users.create({ account, name: 'Clerk', password: PASSWORD, roles: ['service_staff'] });
    return { id, call: as(await server.signIn(account)) };
  }
  const someone = (values: object = {}) => server.users.create({ name: 'Somebody', roles: ['patient'], ...values });

  describe('list', () => {
    const names = async (query: string) =>
      (await admin('GET', `${base}?${query}`)).body.data.items.map(({ name }: { name: string }) => name);
    beforeAll(async () => {
      await server.users.create({
        ...{ account: 'zhang-wei', name: '张伟 Zhang Wei', phone: '+8613711112222', email: 'zw@example.cn', staffNo: 'n-77' },
        roles: ['counselor', 'pharmacist'],
        membershipLevel: 'premium',
      });
      await server.users.create({ name: '张小花', roles: ['streamer'], status: 'suspended' });
    });

    test('finds by part of the name in any width and case, account, staff number, whole phone and mail', async () => {
      expect(await names('keyword=张')).toEqual(['张小花', '张伟 Zhang Wei']);
      for (const keyword of ['ＺＨＡＮＧ ｗｅｉ', '伟zhang', 'zhang-w', 'N-77', '137 1111 2222', 'ZW@example.cn'])
        expect([keyword, await names(`keyword=${encodeURIComponent(keyword)}`)]).toEqual([keyword, ['张伟 Zhang Wei']]);
      for (const keyword of ['hang-wei', '1371111222', '%', "d'or", '王小明'])
        expect([keyword, await names(`keyword=${encodeURIComponent(keyword)}`)]).toEqual([keyword, []]);
      const attack = await admin('GET', `${base}?keyword=${encodeURIComponent("'; DROP TABLE users; --")}`);
      expect([attack.status, code(attack)]).toEqual([400, 'invalid_request']);
    });

    test('combines filters and sorts', async () => {
      expect(await names('role=counselor&membership=premium&status=active')).toEqual(['张伟 Zhang Wei']);
      expect(await names('role=counselor&status=suspended')).toEqual([]);
      expect(await names('status=suspended')).toEqual(['张小花']);
      expect((await names('sort=createdAt'))[0]).toBe('Name of doctor');
      const sorted = await names('sort=name&pageSize=100');
      expect(await names('sort=-name&pageSize=100')).toEqual(sorted.toReversed());
      const { pagination } = (await admin('GET', `${base}?page=2&pageSize=3`)).body.data;
      expect(pagination).toMatchObject({ page: 2, pageSize: 3 });
      expect(await names(`createdFrom=${new Date(Date.now() + 60_000).toISOString()}`)).toEqual([]);
      for (const bad of ['sort=passwordHash', 'status=disabled', 'keyword=%20', 'createdFrom=yesterday', 'tag=x'])
        expect([bad, code(await admin('GET', `${base}?${bad}`))]).toEqual([bad, 'invalid_request']);
    });

    test('shows phones and mails in full only to those who may see them', async () => {
      const { call } = await clerk('clerk-1');
      const query = `${base}?keyword=zhang-wei`;
      expect((await admin('GET', query)).body.data.items[0]).toMatchObject({ phone: '13711112222', email: 'zw@example.cn' });
      const { items } = (await call('GET', query)).body.data;
      expect(items).toMatchObject([
        { name: '张伟 Zhang Wei', phone: '137****2222', email: 'z***@example.cn', roles: ['counselor', 'pharmacist'] },
      ]);
      expect(JSON.stringify(items)).not.toMatch(/hash|sealed|argon2/i);
    });

    test('shows a doctor names of active people only, and takes no other filters', async () => {
      const doctor = as(server.people.doctor.token);
      await approve(server, server.people.doctor);
      expect((await doctor('GET', `${base}?keyword=zhang`)).body.data.items).toEqual([{ id: expect.any(String), name: '张伟 Zhang Wei' }]);
      expect((await doctor('GET', `${base}?keyword=张小花`)).body.data.items).toEqual([]);
      expect((await doctor('GET', `${base}?keyword=zhang-w`)).body.data.items).toEqual([]);
      for (const query of ['status=active', 'membership=basic', 'sort=name', 'locked=true'])
        expect([query, code(await doctor('GET', `${base}?${query}`))]).toEqual([query, 'forbidden']);
      expect(code(await patient('GET', base))).toBe('forbidden');
    });

    test('finds nobody for a doctor whom nobody has reviewed: anybody can register as one', async () => {
      const body = { account: `self-made-${engine}`, password: 'correct horse 9', role: 'doctor' };
      const { token } = (await server.call('POST', '/api/v1/auth/register', null, body)).body.data;
      const call = as(token);
      const find = async () => [code(await call('GET', `${base}?keyword=zhang`)), code(await call('GET', base))];
      expect(await find()).toEqual(['not_approved', 'not_approved']);
      const { body: made } = await call('POST', '/api/v1/practitioners', { kind: 'doctor', name: 'Self-made' });
      expect((await call('POST', `/api/v1/practitioners/${made.data.id}/submit`)).status).toBe(200);
      expect(await find()).toEqual(['not_approved', 'not_approved']);
    });
  });

  describe('one person', () => {
    test('with figures for administrators; oneself; nobody else', async () => {
      const { id } = server.people.patient;
      const { body } = await admin('GET', `${base}/${id}`);
      expect(body.data).toMatchObject({ id, roles: ['patient'], figures: { logins: 1 }, sessions: 1, followers: 0 });
      expect((await patient('GET', `${base}/${id}`)).body.data.id).toBe(id);
      expect(code(await patient('GET', `${base}/${server.people.doctor.id}`))).toBe('not_found');
      expect(code(await admin('GET', `${base}/${randomUUID()}`))).toBe('not_found');
    });

    test('added by an administrator signs in; a taken name, phone or staff number, and an unknown role are refused', async () => {
      const body = {
        name: '陈药师',
        account: 'chen',
        phone: '13722223333',
        staffNo: 'S-9',
        password: 'correct horse 9',
        roles: ['pharmacist'],
      };
      const { status, body: answer } = await admin('POST', base, body);
      expect([status, answer.data]).toMatchObject([200, { account: 'chen', staffNo: 's-9', phone: '13722223333', roles: ['pharmacist'] }]);
      const login = { account: 's-9', password: body.password };
      expect((await server.call('POST', '/api/v1/auth/login', null, login)).body.data.user.id).toBe(answer.data.id);
      const other = { ...body, account: 'chen-2', phone: '13722224444', staffNo: 's-10' };
      expect(code(await admin('POST', base, { ...other, account: 'CHEN' }))).toBe('account_taken');
      expect(code(await admin('POST', base, { ...other, phone: body.phone }))).toBe('phone_taken');
      expect(code(await admin('POST', base, { ...other, staffNo: body.staffNo }))).toBe('staff_no_taken');
      expect(code(await admin('POST', base, { ...other, roles: ['wizard'] }))).toBe('unknown_role');
      expect(code(await admin('POST', base, { name: 'X', roles: ['patient'] }))).toBe('invalid_request');
      expect(code(await patient('POST', base, other))).toBe('forbidden');
      expect((await admin('GET', `${base}?keyword=chen-2`)).body.data.items).toEqual([]);
    });

    test('changes name, mail and language of oneself; the rest takes an administrator', async () => {
      const { id } = server.people.otherPatient;
      const own = as(server.people.otherPatient.token);
      expect((await own('PATCH', `${base}/${id}`, { name: 'New', email: 'new@example.cn', locale: 'en' })).body.data).toMatchObject({
        name: 'New',
        email: 'new@example.cn',
        locale: 'en',
      });
      for (const change of [
        { status: 'active' },
        { roles: ['administrator'] },
        { membershipLevel: 'premium' },
        { phone: null },
        { account: 'x1x' },
      ])
        expect([change, code(await own('PATCH', `${base}/${id}`, change))]).toEqual([change, 'forbidden']);
      expect(code(await own('PATCH', `${base}/${server.people.patient.id}`, { name: 'Hacked' }))).toBe('not_found');
      const { body } = await admin('PATCH', `${base}/${id}`, {
        membershipLevel: 'professional',
        phone: '13733334444',
        roles: ['patient', 'streamer'],
      });
      expect(body.data).toMatchObject({ membershipLevel: 'professional', phone: '13733334444', roles: ['patient', 'streamer'] });
      expect(code(await admin('PATCH', `${base}/${id}`, { passwordHash: 'x' }))).toBe('invalid_request');
    });

    test('membership is one of three levels, basic at first', async () => {
      const { id } = await someone();
      expect((await admin('GET', `${base}/${id}`)).body.data.membershipLevel).toBe('basic');
      expect((await admin('PUT', `${base}/${id}/membership`, { level: 'premium' })).body.data.membershipLevel).toBe('premium');
      expect(code(await admin('PUT', `${base}/${id}/membership`, { level: 'gold' }))).toBe('invalid_request');
      expect(code(await patient('PUT', `${base}/${id}/membership`, { level: 'premium' }))).toBe('forbidden');
    });
  });

  describe('profile', () => {
    test('is read and changed by its owner; privileged fields are refused', async () => {
      const { body } = await patient('GET', `${base}/me`);
      expect(body.data).toMatchObject({ id: server.people.patient.id, roles: ['patient'], membershipLevel: 'basic', hasPassword: true });
      const changed = await patient('PATCH', `${base}/me`, { name: '王 敏', healthTags: ['高血压', '高血压', '失眠'] });
      expect(changed.body.data).toMatchObject({ name: '王 敏', healthTags: ['高血压', '失眠'] });
      for (const field of [
        { membershipLevel: 'premium' },
        { roles: ['administrator'] },
        { status: 'active' },
        { phone: '13800138000' },
        { id: 'x' },
      ])
        expect([field, code(await patient('PATCH', `${base}/me`, field))]).toEqual([field, 'invalid_request']);
      expect(code(await patient('PATCH', `${base}/me`, { avatarFileId: randomUUID() }))).toBe('unknown_file');
      expect(code(await patient('PATCH', `${base}/me`, { email: 'no mail' }))).toBe('invalid_request');
    });
  });

  describe('delete', () => {
    test('takes away who has no records, with all that hangs on them', async () => {
      const { id } = await someone({ account: 'leaver', password: PASSWORD });
      await server.signIn('leaver');
      await admin('PUT', `${base}/${id}/follow`);
      expect((await admin('DELETE', `${base}/${id}`)).status).toBe(200);
      const { users, sessions, userRoles, follows, logins } = server.database.models;
      expect(await users.findByPk(id)).toBeNull();
      const left = [sessions, userRoles, logins].map((model) => (model as typeof sessions).count({ where: { userId: id } }));
      expect(await Promise.all([...left, follows.count({ where: { followedId: id } })])).toEqual([0, 0, 0, 0]);
      expect(code(await admin('DELETE', `${base}/${id}`))).toBe('not_found');
    });

    test('of many tells of each; those with records, oneself and unknown ones stay', async () => {
      const visit = { title: 'V', patientId: server.people.patient.id, lobby: false };
      const times = { scheduledStart: new Date().toISOString(), scheduledEnd: new Date(Date.now() + 60_000).toISOString() };
      await server.call('POST', '/api/v1/consultations', server.people.doctor.token, { ...visit, ...times });
      const { id } = await someone();
      const missing = randomUUID();
      const ids = [id, server.people.doctor.id, server.people.patient.id, server.people.administrator.id, missing];
      expect((await admin('POST', `${base}/delete`, { ids })).body.data.results).toEqual([
        { id, deleted: true, error: null },
        { id: server.people.doctor.id, deleted: false, error: 'in_use' },
        { id: server.people.patient.id, deleted: false, error: 'in_use' },
        { id: server.people.administrator.id, deleted: false, error: 'forbidden' },
        { id: missing, deleted: false, error: 'not_found' },
      ]);
      expect((await server.call('GET', '/api/v1/auth/session', server.people.doctor.token)).status).toBe(200);
    });
  });

  describe('whoever acts on somebody', () => {
    test('must hold all that they hold, and cannot give what they do not', async () => {
      await server.call('POST', '/api/v1/roles', server.people.administrator.token, {
        ...{ key: 'helper', nameZh: '助理', nameEn: 'Helper' },
        permissions: ['users:read-all', 'users:manage', 'roles:manage'],
      });
      await server.users.create({ account: 'helper', name: 'H', password: PASSWORD, roles: ['helper'] });
      const token = await server.signIn('helper');
      await server.stepUp(token);
      const helper = as(token);
      const { id } = server.people.administrator;
      const attempts: [Method, string, object?][] = [
        ['PATCH', `${base}/${id}`, { name: 'X' }],
        ['PUT', `${base}/${id}/status`, { status: 'suspended' }],
        ['POST', `${base}/${id}/lock`, {}],
        ['PUT', `${base}/${id}/password`, { password: 'correct horse 9' }],
        ['DELETE', `${base}/${id}`],
        ['DELETE', `${base}/${id}/sessions`],
        ['PUT', `${base}/${id}/roles`, { roles: ['patient'] }],
        ['PUT', `${base}/${(await someone()).id}/roles`, { roles: ['administrator'] }],
        ['POST', base, { name: 'Y', account: 'rise', roles: ['administrator'] }],
      ];
      for (const [method, path, body] of attempts)
        expect([method, path, code(await helper(method, path, body))]).toEqual([method, path, 'forbidden']);
    });

    test('leaves an administrator; cannot shut themselves out', async () => {
      const { id } = server.people.administrator;
      for (const [method, path, body] of [
        ['PUT', `${base}/${id}/status`, { status: 'inactive' }],
        ['POST', `${base}/${id}/lock`, {}],
        ['PATCH', `${base}/${id}`, { status: 'inactive' }],
      ] as const)
        expect([path, code(await admin(method, path, body))]).toEqual([path, 'forbidden']);
      expect(code(await admin('PUT', `${base}/${id}/roles`, { roles: ['patient'] }))).toBe('last_administrator');
      const second = await server.users.create({ account: 'second', name: 'S', password: PASSWORD, roles: ['administrator'] });
      const other = as(await server.signIn('second'));
      const both = await Promise.all([
        admin('PUT', `${base}/${second.id}/status`, { status: 'inactive' }),
        other('PUT', `${base}/${id}/status`, { status: 'inactive' }),
      ]);
      const active = await Promise.all([id, second.id].map(async (each) => (await server.users.byId(each))?.status));
      expect([both.filter(({ status }) => status === 200).length, active.filter((status) => status === 'active').length]).toEqual([1, 1]);
      const { users } = server.database.models;
      await server.database.transaction(() => users.update({ status: 'active' }, { where: { id } }));
      await server.foundation.signals.send('user', id);
      if ((await server.call('GET', '/api/v1/auth/session', server.people.administrator.token)).status !== 200) {
        server.people.administrator.token = await server.signIn('administrator');
        await server.stepUp(server.people.administrator.token);
      }
    });
  });

  test('a locked account stays out until it is unlocked; a password can be set for somebody', async () => {
    const { id } = await someone({ account: 'lockable', password: PASSWORD });
    const login = (password: string) => server.call('POST', '/api/v1/auth/login', null, { account: 'lockable', password });
    const locked = await admin('POST', `${base}/${id}/lock`, { until: new Date(Date.now() + 60_000).toISOString() });
    expect(locked.body.data).toMatchObject({ lockReason: 'administrator', lockedUntil: expect.any(String) });
    expect((await admin('GET', `${base}?locked=true&keyword=lockable`)).body.data.pagination.total).toBe(1);
    expect(code(await login(PASSWORD))).toBe('account_locked');
    expect((await admin('POST', `${base}/${id}/unlock`)).body.data.lockedUntil).toBeNull();
    expect((await login(PASSWORD)).status).toBe(200);
    expect(code(await admin('PUT', `${base}/${id}/password`, { password: 'weak' }))).toBe('invalid_request');
    expect((await admin('PUT', `${base}/${id}/password`, { password: 'another horse 9' })).status).toBe(200);
    expect([(await login(PASSWORD)).status, (await login('another horse 9')).status]).toEqual([401, 200]);
  });

  test('export streams what the filters let through as CSV, without formulas, masked', async () => {
    await someone({ name: '=HYPERLINK("http://evil")', account: 'formula', phone: '+8613744445555' });
    const file = (query: string, token = server.people.administrator.token) =>
      server.app.inject({ url: `${base}/export?${query}`, headers: { authorization: `Bearer ${token}` } });
    const response = await file('keyword=formula');
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(response.headers['content-disposition']).toBe('attachment; filename="users.csv"');
    const [head, row, ...more] = response.body.split('\n');
    expect(head).toBe('\ufeffid,name,account,staff_no,phone,email,roles,status,membership,tags,last_login_at,created_at');
    expect(row).toContain(`"'=HYPERLINK(""http://evil"")",formula,,13744445555,,patient,active,basic`);
    expect(more).toEqual(['']);
    await server.database.transaction(() =>
      server.database.models.users.bulkCreate(
        Array.from({ length: 1_100 }, (_, n) => ({ id: randomUUID(), name: `Many ${n}`, status: 'active' as const })),
      ),
    );
    expect((await file('keyword=many')).body.split('\n')).toHaveLength(1_102);
    const events = await server.database.models.securityEvents.findAll({ where: { kind: 'users_exported' } });
    expect(events[0]).toMatchObject({ userId: server.people.administrator.id, details: '{"filters":["keyword"]}' });
    const { call } = await clerk('clerk-2');
    expect(code(await call('GET', `${base}/export`))).toBe('forbidden');
    const fresh = await server.signIn('administrator');
    expect((await file('keyword=formula', fresh)).json().error.code).toBe('step_up_required');
  });

  test('tags are made, given, filtered by and taken away', async () => {
    const { id } = await someone({ account: 'tagged' });
    const made = await admin('POST', '/api/v1/user-tags', { name: 'VIP', color: '#d4380d' });
    const tag = made.body.data;
    expect(code(await admin('POST', '/api/v1/user-tags', { name: 'VIP' }))).toBe('already_exists');
    const second = (await admin('POST', '/api/v1/user-tags', { name: '复诊' })).body.data;
    expect((await admin('PUT', `${base}/${id}/tags`, { tagIds: [tag.id, second.id, tag.id] })).body.data.tags).toHaveLength(2);
    expect((await admin('GET', `${base}?tag=${tag.id}`)).body.data.items).toMatchObject([{ id, tags: expect.arrayContaining([tag]) }]);
    expect(code(await admin('PUT', `${base}/${id}/tags`, { tagIds: [randomUUID()] }))).toBe('unknown_tag');
    expect(code(await admin('PUT', `${base}/${randomUUID()}/tags`, { tagIds: [] }))).toBe('not_found');
    expect((await admin('GET', '/api/v1/user-tags')).body.data.items).toEqual(expect.arrayContaining([{ ...tag, users: 1 }]));
    expect((await admin('PATCH', `/api/v1/user-tags/${tag.id}`, { name: 'Gold', color: null })).body.data).toEqual({
      id: tag.id,
      name: 'Gold',
      color: null,
    });
    expect(code(await admin('PATCH', `/api/v1/user-tags/${tag.id}`, { name: '复诊' }))).toBe('already_exists');
    expect((await admin('DELETE', `/api/v1/user-tags/${tag.id}`)).status).toBe(200);
    expect(code(await admin('DELETE', `/api/v1/user-tags/${tag.id}`))).toBe('not_found');
    expect((await admin('GET', `${base}/${id}`)).body.data.tags).toMatchObject([{ name: '复诊' }]);
    expect(code(await patient('GET', '/api/v1/user-tags'))).toBe('forbidden');
  });

  test('people follow each other; both directions are listed', async () => {
    const { patient: one, otherPatient: two } = server.people;
    const second = as(two.token);
    expect((await patient('PUT', `${base}/${two.id}/follow`)).body.data).toEqual({ following: true, followedBy: false });
    await patient('PUT', `${base}/${two.id}/follow`);
    expect((await second('GET', `${base}/me/followers`)).body.data).toMatchObject({
      items: [{ id: one.id, mutual: false }],
      pagination: { total: 1 },
    });
    expect((await second('PUT', `${base}/${one.id}/follow`)).body.data).toEqual({ following: true, followedBy: true });
    expect((await patient('GET', `${base}/me/following`)).body.data.items).toMatchObject([
      { id: two.id, mutual: true, since: expect.any(String) },
    ]);
    expect((await admin('GET', `${base}/${one.id}/followers`)).body.data.items).toMatchObject([{ id: two.id }]);
    expect(code(await patient('GET', `${base}/${two.id}/followers`))).toBe('forbidden');
    expect((await patient('DELETE', `${base}/${two.id}/follow`)).body.data).toEqual({ following: false, followedBy: true });
    expect(code(await patient('PUT', `${base}/${one.id}/follow`))).toBe('not_found');
    expect(code(await patient('PUT', `${base}/${randomUUID()}/follow`))).toBe('not_found');
  });

  test('behavior counts what somebody did in a period and in the one before', async () => {
    const { id } = await someone({ account: 'active', password: PASSWORD });
    const token = await server.signIn('active');
    await server.signIn('active');
    // Two things, one of them twice; neither what is not there nor a list counts.
    for (const address of [id, id, `${id}/health-profile`, randomUUID(), 'me']) await server.call('GET', `${base}/${address}`, token);
    const { body } = await admin('GET', `${base}/${id}/behavior`);
    expect(body.data).toMatchObject({
      counts: { logins: 2, views: 2 },
      before: { logins: 0, views: 0 },
      clients: [{ clientType: 'other', sessions: 2 }],
    });
    const past = `from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z`;
    expect((await admin('GET', `${base}/${id}/behavior?${past}`)).body.data.counts).toMatchObject({ logins: 0 });
    for (const bad of ['from=2020-01-01T00:00:00Z&to=2019-01-01T00:00:00Z', 'from=2010-01-01T00:00:00Z'])
      expect(code(await admin('GET', `${base}/${id}/behavior?${bad}`))).toBe('invalid_request');
    expect(code(await admin('GET', `${base}/${randomUUID()}/behavior`))).toBe('not_found');
    expect(code(await patient('GET', `${base}/${id}/behavior`))).toBe('forbidden');
  });

  test('contactOf() gives senders what they need, in clear', async () => {
    const { id } = await someone({ name: '李', phone: '+8613755556666', email: 'l@example.cn', locale: 'en' });
    expect(await server.users.contactOf(id)).toEqual({ name: '李', phone: '+8613755556666', email: 'l@example.cn', locale: 'en' });
    expect(await server.users.contactOf((await someone()).id)).toEqual({ name: 'Somebody', locale: 'zh' });
    expect(await server.users.contactOf(randomUUID())).toBeNull();
  });
});
