/** Roles, their hierarchy, who holds them, and the menu. */
import { randomUUID } from 'node:crypto';
import { permissionNames } from '#src/permissions/catalogue.ts';
import { syncBuiltinMenus } from '#src/menus/service.ts';
import { PASSWORD, startApp, type TestApp } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';

describe.each(['sqlite', 'mysql'] as const)('on %s', (engine) => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp(engine === 'mysql' ? { DATABASE_URL: await newMariaDb() } : {});
  }, 60_000);
  afterAll(() => server.close());

  type Method = Parameters<TestApp['call']>[0];
  const admin = (method: Method, path: string, body?: unknown) =>
    server.call(method, `/api/v1${path}`, server.people.administrator.token, body);
  const patient = (method: Method, path: string, body?: unknown) =>
    server.call(method, `/api/v1${path}`, server.people.patient.token, body);
  const code = (answer: { body: { error?: { code: string } } }) => answer.body.error?.code;
  const role = (key: string, more: object = {}) => admin('POST', '/roles', { key, nameZh: key, nameEn: key, ...more });

  describe('roles', () => {
    test('are listed with what they may do and how many hold them', async () => {
      const { items } = (await admin('GET', '/roles')).body.data;
      const byKey = new Map(items.map((item: { key: string }) => [item.key, item]));
      expect([...byKey.keys()]).toEqual(
        expect.arrayContaining(['administrator', 'doctor', 'counselor', 'pharmacist', 'patient', 'streamer', 'service_staff']),
      );
      expect(byKey.get('administrator')).toMatchObject({ builtin: true, users: 1, permissions: [...permissionNames].sort() });
      expect((await admin('GET', '/permissions')).body.data.items).toHaveLength(permissionNames.length);
      expect(code(await patient('GET', '/roles'))).toBe('forbidden');
      expect(code(await patient('GET', '/permissions'))).toBe('forbidden');
    });

    test('are made, changed and deleted; bad ones are refused', async () => {
      const made = await role('nurse', { nameZh: '护士', permissions: ['appointments:manage', 'appointments:manage'] });
      expect(made.body.data).toMatchObject({
        key: 'nurse',
        nameZh: '护士',
        builtin: false,
        permissions: ['appointments:manage'],
        users: 0,
      });
      expect(code(await role('nurse'))).toBe('already_exists');
      expect(code(await role('Nurse 2'))).toBe('invalid_request');
      expect(code(await role('nurse-2', { permissions: ['everything'] }))).toBe('invalid_request');
      expect(code(await role('nurse-2', { parentKey: 'nobody' }))).toBe('unknown_role');
      expect((await admin('PATCH', '/roles/nurse', { nameEn: 'Nurse', permissions: ['queues:own'] })).body.data).toMatchObject({
        nameZh: '护士',
        nameEn: 'Nurse',
        permissions: ['queues:own'],
      });
      expect((await admin('GET', '/roles/nurse')).body.data.permissions).toEqual(['queues:own']);
      expect((await admin('DELETE', '/roles/nurse')).status).toBe(200);
      for (const [method, path] of [
        ['GET', '/roles/nurse'],
        ['PATCH', '/roles/nurse'],
        ['DELETE', '/roles/nurse'],
        ['GET', '/roles/nurse/users'],
      ] as const)
        expect([method, path, code(await admin(method, path, method === 'PATCH' ? {} : undefined))]).toEqual([method, path, 'not_found']);
      expect(code(await patient('POST', '/roles', { key: 'x', nameZh: 'x', nameEn: 'x' }))).toBe('forbidden');
    });

    test('that came with the program stay; the administrator keeps every permission', async () => {
      expect(code(await admin('DELETE', '/roles/doctor'))).toBe('builtin');
      expect(code(await admin('PATCH', '/roles/administrator', { permissions: [] }))).toBe('builtin');
      expect((await admin('PATCH', '/roles/streamer', { nameEn: 'Broadcaster' })).body.data.nameEn).toBe('Broadcaster');
    });

    test('a parent inherits what its children may; no role stands above itself', async () => {
      await role('top');
      await role('middle', { parentKey: 'top', permissions: ['refunds:review'] });
      await role('bottom', { parentKey: 'middle', permissions: ['prices:manage'] });
      expect((await admin('GET', '/roles/top')).body.data).toMatchObject({
        permissions: [],
        inherited: ['prices:manage', 'refunds:review'],
      });
      const { id } = await server.users.create({ account: 'chief', name: 'C', password: PASSWORD, roles: ['top'] });
      const may = async () => (await server.foundation.access.of(id)).can('prices:manage');
      expect(await may()).toBe(true);
      expect(code(await admin('PATCH', '/roles/top', { parentKey: 'bottom' }))).toBe('circular');
      expect(code(await admin('PATCH', '/roles/top', { parentKey: 'top' }))).toBe('circular');
      await admin('PATCH', '/roles/bottom', { parentKey: null });
      expect(await may()).toBe(false);
      await Promise.all([role('one'), role('two')]);
      const both = await Promise.all([
        admin('PATCH', '/roles/one', { parentKey: 'two' }),
        admin('PATCH', '/roles/two', { parentKey: 'one' }),
      ]);
      expect(new Set(both.map(({ status, body }) => body.error?.code ?? status))).toEqual(new Set([200, 'circular']));
    });

    test('are given and taken from both sides; one that is held stays', async () => {
      await role('porter');
      const { id } = await server.users.create({ account: 'porter', name: 'P', password: PASSWORD, roles: ['patient'] });
      expect((await admin('PUT', `/roles/porter/users/${id}`)).body.data.roles).toEqual(['patient', 'porter']);
      expect((await admin('GET', '/roles/porter/users')).body.data).toMatchObject({ items: [{ id, name: 'P' }], pagination: { total: 1 } });
      expect((await admin('GET', `/users/${id}/roles`)).body.data.roles).toEqual(['patient', 'porter']);
      expect(code(await admin('DELETE', '/roles/porter'))).toBe('in_use');
      expect((await admin('DELETE', `/roles/porter/users/${id}`)).body.data.roles).toEqual(['patient']);
      expect((await admin('PUT', `/users/${id}/roles`, { roles: ['porter', 'doctor', 'porter'] })).body.data.roles).toEqual([
        'doctor',
        'porter',
      ]);
      expect(code(await admin('PUT', `/users/${id}/roles`, { roles: ['wizard'] }))).toBe('unknown_role');
      expect(code(await admin('PUT', `/roles/wizard/users/${id}`))).toBe('unknown_role');
      expect(code(await admin('PUT', `/roles/porter/users/${randomUUID()}`))).toBe('not_found');
      expect(code(await admin('PUT', `/users/${id}/roles`, { roles: [] }))).toBe('invalid_request');
      expect((await admin('GET', `/users/${id}/roles`)).body.data.roles).toEqual(['doctor', 'porter']);
      const { administrator } = server.people;
      expect(code(await admin('DELETE', `/roles/administrator/users/${administrator.id}`))).toBe('last_administrator');
      expect(code(await patient('PUT', `/roles/administrator/users/${server.people.patient.id}`))).toBe('forbidden');
    });
  });

  describe('menu', () => {
    interface Entry {
      key: string;
      children: Entry[];
    }
    const keysOf = (items: Entry[]): string[] => items.flatMap(({ key, children }) => [key, ...keysOf(children)]);
    const mine = async (token: string): Promise<string[]> =>
      keysOf((await server.call('GET', '/api/v1/menus/mine', token)).body.data.items);

    test('of somebody holds what they may open, in order, without empty headings', async () => {
      const own = await mine(server.people.patient.token);
      expect(own.slice(0, 2)).toEqual(['visits', 'book']);
      expect(own).toEqual(expect.arrayContaining(['health', 'records', 'orders', 'account']));
      for (const hidden of ['users', 'system', 'clinic', 'work', 'schedule']) expect(own).not.toContain(hidden);
      const theirs = await mine(server.people.administrator.token);
      expect(theirs[0]).toBe('clinic');
      expect(theirs).toEqual(expect.arrayContaining(['system', 'users', 'roles', 'menus', 'logs']));
      const { items } = (await patient('GET', '/menus/mine')).body.data;
      expect(items[0]).toEqual({ key: 'visits', titleZh: '问诊', titleEn: 'Visits', path: '/visits', icon: 'video', children: [] });
      expect(code(await server.call('GET', '/api/v1/menus/mine'))).toBe('unauthenticated');
    });

    test('is changed by administrators: added, moved, ordered, hidden; everybody sees it at once', async () => {
      const entry = { key: 'handbook', titleZh: '手册', titleEn: 'Handbook', path: '/handbook', sortOrder: -1 };
      expect((await admin('POST', '/menus', entry)).body.data).toMatchObject({ ...entry, parentKey: null, visible: true, builtin: false });
      expect((await mine(server.people.patient.token))[0]).toBe('handbook');
      expect(code(await admin('POST', '/menus', entry))).toBe('already_exists');
      expect(code(await admin('POST', '/menus', { ...entry, key: 'other', parentKey: 'nowhere' }))).toBe('unknown_menu');
      expect(code(await admin('POST', '/menus', { ...entry, key: 'other', path: 'javascript:alert(1)' }))).toBe('invalid_request');
      await admin('PATCH', '/menus/handbook', { parentKey: 'health', sortOrder: 0 });
      const { items } = (await admin('GET', '/menus')).body.data;
      expect(items.find(({ key }: Entry) => key === 'health').children[0]).toMatchObject({ key: 'handbook', parentKey: 'health' });
      expect(code(await admin('PATCH', '/menus/health', { parentKey: 'handbook' }))).toBe('circular');
      expect(code(await admin('PATCH', '/menus/health', { parentKey: 'health' }))).toBe('circular');
      await admin('PATCH', '/menus/handbook', { permission: 'logs:read' });
      expect(await mine(server.people.patient.token)).not.toContain('handbook');
      await admin('PATCH', '/menus/health', { visible: false });
      const own = await mine(server.people.patient.token);
      for (const hidden of ['health', 'records']) expect(own).not.toContain(hidden);
      expect(code(await admin('PATCH', '/menus/nowhere', {}))).toBe('not_found');
    });

    test('keeps what came with the program, and what others are below', async () => {
      expect(code(await admin('DELETE', '/menus/users'))).toBe('builtin');
      await admin('POST', '/menus', { key: 'group', titleZh: 'G', titleEn: 'G' });
      await admin('POST', '/menus', { key: 'leaf', titleZh: 'L', titleEn: 'L', path: '/leaf', parentKey: 'group' });
      expect(code(await admin('DELETE', '/menus/group'))).toBe('in_use');
      expect((await admin('DELETE', '/menus/leaf')).status).toBe(200);
      expect((await admin('DELETE', '/menus/group')).status).toBe(200);
      expect(code(await admin('DELETE', '/menus/group'))).toBe('not_found');
      await admin('PATCH', '/menus/visits', { titleEn: 'Consultations', sortOrder: 7 });
      // As an earlier version of the program had them.
      const { menus } = server.database.models;
      await menus.update({ sortOrder: 9_999, icon: 'bell' }, { where: { key: ['orders', 'visits'] }, silent: true });
      await syncBuiltinMenus(server.database);
      const rows = await menus.findAll({ where: { key: ['orders', 'visits'] }, order: ['key'] });
      expect(rows.map(({ key, titleEn, icon, sortOrder }) => [key, titleEn, icon, sortOrder])).toEqual([
        ['orders', 'My orders', 'wallet', 900],
        ['visits', 'Consultations', 'bell', 9_999],
      ]);
      for (const [method, path] of [
        ['GET', '/menus'],
        ['POST', '/menus'],
        ['PATCH', '/menus/users'],
        ['DELETE', '/menus/users'],
      ] as const)
        expect([method, path, code(await patient(method, path, method === 'POST' ? {} : undefined))]).toEqual([method, path, 'forbidden']);
    });
  });
});
