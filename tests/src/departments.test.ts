import { randomUUID } from 'node:crypto';
import { codesOf, dataOf, describeApps } from '#tests/support/people.ts';

const base = '/api/v1/departments';

describeApps('departments', (server) => {
  const admin = () => server().people.administrator.token;
  const add = async (input: Record<string, unknown>) => dataOf(await server().call('POST', base, admin(), input));
  const names = async (query = '') =>
    dataOf(await server().call('GET', `${base}?${query}`)).items.map(({ name }: { name: string }) => name);

  test('create() normalises the code; every process has it in the next list, in order', async () => {
    await add({ code: 'tcm-2', name: '针灸科', sortOrder: 2 });
    const made = await add({ code: 'tcm-1', name: '中医内科', description: '脾胃与失眠', sortOrder: 1 });
    expect(made).toMatchObject({ code: 'TCM-1', name: '中医内科', enabled: true, sortOrder: 1 });
    expect(await names()).toEqual(['中医内科', '针灸科']);
    expect(await names('sort=code&pageSize=1&page=2')).toEqual(['针灸科']);
    expect(dataOf(await server().call('GET', `${base}/${made.id}`))).toEqual(made);
  });

  test('create() of one code by many at once makes one and answers 409 to the others', async () => {
    const tries = Array.from({ length: 6 }, () => server().call('POST', base, admin(), { code: 'ONE', name: 'One' }));
    const codes = codesOf(await Promise.all(tries));
    expect(codes.filter((code) => code === null)).toHaveLength(1);
    expect(codes.filter((code) => code === 'department_code_taken')).toHaveLength(5);
  });

  test('list() finds by part of name or code, without regard to case', async () => {
    await add({ code: 'CARD', name: 'Cardiology 心内科' });
    expect(await names('keyword=cardio')).toEqual(['Cardiology 心内科']);
    expect(await names('keyword=心内')).toEqual(['Cardiology 心内科']);
    expect(await names('keyword=card')).toEqual(['Cardiology 心内科']);
    expect(await names('keyword=%25')).toEqual([]);
  });

  test('update() changes what was given and refuses a code that is taken', async () => {
    const { id } = await add({ code: 'OLD', name: 'Old', description: 'text' });
    const changed = dataOf(await server().call('PATCH', `${base}/${id}`, admin(), { name: 'New', description: null }));
    expect(changed).toMatchObject({ code: 'OLD', name: 'New', description: null });
    expect((await server().call('PATCH', `${base}/${id}`, admin(), { code: 'one' })).body.error.code).toBe('department_code_taken');
    expect(await names('keyword=New')).toEqual(['New']);
  });

  test('disable() hides it from everybody but administrators, enable() shows it again', async () => {
    const { id } = await add({ code: 'HIDE', name: 'Hidden' });
    expect(dataOf(await server().call('POST', `${base}/${id}/disable`, admin())).enabled).toBe(false);
    expect(await names('keyword=Hidden')).toEqual([]);
    expect((await server().call('GET', `${base}/${id}`)).body.error.code).toBe('not_found');
    const all = dataOf(await server().call('GET', `${base}/all?enabled=false`, admin()));
    expect(all.items.map((one: { id: string }) => one.id)).toEqual([id]);
    expect(dataOf(await server().call('POST', `${base}/${id}/enable`, admin())).enabled).toBe(true);
    expect(await names('keyword=Hidden')).toEqual(['Hidden']);
  });

  test('remove() deletes it unless somebody belongs to it', async () => {
    const { id } = await add({ code: 'GONE', name: 'Gone' });
    const { doctor } = server().people;
    const own = dataOf(await server().call('POST', '/api/v1/practitioners', doctor.token, { kind: 'doctor', name: 'D', departmentId: id }));
    expect((await server().call('DELETE', `${base}/${id}`, admin())).body.error.code).toBe('in_use');
    dataOf(await server().call('DELETE', `/api/v1/practitioners/${own.id}`, admin()));
    expect((await server().call('DELETE', `${base}/${id}`, admin())).status).toBe(200);
    expect((await server().call('DELETE', `${base}/${id}`, admin())).body.error.code).toBe('not_found');
  });

  test('changes are for administrators; unknown ids and broken input are told', async () => {
    const { doctor, patient } = server().people;
    const { id } = await add({ code: 'MINE', name: 'Mine' });
    for (const { token } of [doctor, patient]) {
      const answers = [
        await server().call('POST', base, token, { code: 'X', name: 'X' }),
        await server().call('PATCH', `${base}/${id}`, token, { name: 'X' }),
        await server().call('POST', `${base}/${id}/disable`, token),
        await server().call('POST', `${base}/${id}/enable`, token),
        await server().call('DELETE', `${base}/${id}`, token),
        await server().call('GET', `${base}/all`, token),
      ];
      expect(new Set(codesOf(answers))).toEqual(new Set(['forbidden']));
    }
    for (const body of [{ code: '', name: 'x' }, { code: 'a b', name: 'x' }, { code: 'X' }, { code: 'X', name: 'x', other: 1 }])
      expect((await server().call('POST', base, admin(), body)).body.error.code).toBe('invalid_request');
    expect((await server().call('PATCH', `${base}/${randomUUID()}`, admin(), { name: 'X' })).body.error.code).toBe('not_found');
    expect((await server().call('POST', `${base}/${randomUUID()}/enable`, admin())).body.error.code).toBe('not_found');
  });
});
