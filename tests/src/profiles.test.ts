import { randomUUID } from 'node:crypto';
import { DateTime } from 'luxon';
import { parseIdNumber } from '#src/profiles/id-number.ts';
import { codesOf, dataOf, describeApps } from '#tests/support/people.ts';

const base = '/api/v1/visit-profiles';

/** A valid number of 18 digits. @param body the first 17 */
function numberOf(body: string): string {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, i) => total + weight * Number(body[i]), 0);
  return body + '10X98765432'[sum % 11];
}

describe('parseIdNumber()', () => {
  test('reads both forms of one number alike', () => {
    const [long, short] = [parseIdNumber('11010519491231002X'), parseIdNumber('110105491231002')];
    expect(long).toEqual({ number: '11010519491231002X', body: '11010519491231002', birthDate: '1949-12-31', sex: 'female' });
    expect(short).toEqual({ ...long, number: '110105491231002' });
    expect(parseIdNumber('11010519491231002x')).toEqual(long);
    expect(parseIdNumber(numberOf('11010520000229013'))).toMatchObject({ birthDate: '2000-02-29', sex: 'male' });
  });

  test.each([
    ['11010519491231002Y', 'a letter that is none'],
    ['110105194912310021', 'wrong check character'],
    ['11010519491231002', '17 digits'],
    ['1101054912310021', '16 digits'],
    ['11010549123100X', 'X among 15'],
    ['', 'nothing'],
    ['１１０１０５１９４９１２３１００２Ｘ', 'wide digits'],
    [numberOf('11010520010229013'), '29 February of a common year'],
    [numberOf('11010520010431013'), '31 April'],
    [numberOf('11010520011301013'), 'month 13'],
    [numberOf('11010520010100013'), 'day 0'],
    ['110105990229001', '29 February 1999, 15 digits'],
    [numberOf('11010518990101013'), 'too long ago'],
    [numberOf(`110105${DateTime.utc().plus({ days: 3 }).toFormat('yyyyMMdd')}013`), 'not born yet'],
  ])('refuses %s: %s', (text) => {
    expect(parseIdNumber(text)).toBeUndefined();
  });

  test('accepts exactly one check character for each body', () => {
    for (let i = 0; i < 200; i++) {
      const body = `310104${1950 + (i % 70)}0${1 + (i % 9)}1${i % 10}${String(i * 4).padStart(3, '0')}`;
      const valid = Array.from('0123456789X').filter((character) => parseIdNumber(body + character));
      expect(valid).toEqual([numberOf(body).at(-1)]);
    }
  });
});

describeApps('visit profiles', (server) => {
  let made = 0;
  async function newcomer(): Promise<{ id: string; token: string }> {
    const account = `visitor-${++made}`;
    const { id } = await server().users.create({ account, name: account, password: 'correct horse', roles: ['patient'] });
    return { id, token: await server().signIn(account) };
  }
  const post = async (token: string, body: object) => server().call('POST', base, token, body);
  const list = async (token: string, query = '') => dataOf(await server().call('GET', `${base}?${query}`, token));
  const defaults = (items: { id: string; isDefault: boolean }[]) => items.filter(({ isDefault }) => isDefault).map(({ id }) => id);

  test('create() stores number and phone sealed, shows them masked, and to the owner in full when asked', async () => {
    const { id: userId, token } = await newcomer();
    const view = dataOf(await post(token, { name: '王敏', relationship: 'self', idNumber: '11010519491231002x', phone: '138 0013 8000' }));
    expect(view).toMatchObject({
      ...{ name: '王敏', idNumber: '110105********002X', phone: '138****8000' },
      ...{ birthDate: '1949-12-31', sex: 'female', isDefault: true },
    });
    const get = async (query: string) => dataOf(await server().call('GET', `${base}/${view.id}?${query}`, token));
    expect(await get('')).toEqual(view);
    expect(await get('full=true')).toMatchObject({ idNumber: '11010519491231002X', phone: '13800138000' });
    const row = await server().database.models.visitProfiles.findByPk(view.id);
    const stored = JSON.stringify(row?.get());
    for (const secret of ['11010519491231002', '13800138000']) expect(stored).not.toContain(secret);
    expect(row?.userId).toBe(userId);
    const log = await server().database.models.changes.findAll({ where: { tableName: 'visit_profiles' } });
    expect(JSON.stringify(log)).not.toContain('11010519491231002');
  });

  test('one account has an ID number once, in either form, whoever comes at once; another account may have it too', async () => {
    const [mine, other] = [await newcomer(), await newcomer()];
    const forms = ['110105491231002', '11010519491231002X', '11010519491231002x', '110105491231002'];
    const answers = await Promise.all(forms.map((idNumber) => post(mine.token, { name: 'N', relationship: 'family', idNumber })));
    expect(codesOf(answers).filter((code) => code === null)).toHaveLength(1);
    expect(codesOf(answers).filter((code) => code === 'id_number_taken')).toHaveLength(3);
    dataOf(await post(other.token, { name: 'N', relationship: 'self', idNumber: forms[0] }));
    const { id } = dataOf(await post(mine.token, { name: 'M', relationship: 'friend' }));
    const patch = async (body: object) => server().call('PATCH', `${base}/${id}`, mine.token, body);
    expect((await patch({ idNumber: forms[1] })).body.error.code).toBe('id_number_taken');
    const [taken] = (await list(mine.token)).items;
    dataOf(await server().call('DELETE', `${base}/${taken.id}`, mine.token));
    expect(dataOf(await patch({ idNumber: forms[1] })).idNumber).toBe('110105********002X');
    expect(dataOf(await patch({ idNumber: null })).idNumber).toBeNull();
  });

  test('the first one is the default; of many set at once exactly one stays', async () => {
    const { token } = await newcomer();
    const names = ['A', 'B', 'C', 'D', 'E'];
    const created = await Promise.all(names.map((name) => post(token, { name, relationship: 'family', isDefault: true })));
    expect(new Set(codesOf(created))).toEqual(new Set([null]));
    expect(defaults((await list(token)).items)).toHaveLength(1);
    const ids = created.map((answer) => dataOf(answer).id as string);
    for (let round = 0; round < 3; round++) {
      const set = await Promise.all(ids.map((id) => server().call('POST', `${base}/${id}/default`, token)));
      expect(new Set(codesOf(set))).toEqual(new Set([null]));
      expect(defaults((await list(token)).items)).toHaveLength(1);
    }
    const again = dataOf(await server().call('POST', `${base}/${ids[2]}/default`, token));
    expect(dataOf(await server().call('POST', `${base}/${ids[2]}/default`, token))).toEqual({ ...again, updatedAt: expect.any(String) });
    const listed = (await list(token)).items;
    expect([listed[0].id, defaults(listed)]).toEqual([ids[2], [ids[2]]]);
    expect(dataOf(await server().call('GET', `${base}/default`, token)).id).toBe(ids[2]);
    dataOf(await server().call('DELETE', `${base}/${ids[2]}`, token));
    const rest = (await list(token)).items;
    expect(rest).toHaveLength(4);
    expect(defaults(rest)).toHaveLength(1);
    for (const { id } of rest) dataOf(await server().call('DELETE', `${base}/${id}`, token));
    expect((await server().call('GET', `${base}/default`, token)).body.error.code).toBe('not_found');
  });

  test('the database itself refuses a second default', async () => {
    const { id: userId, token } = await newcomer();
    await post(token, { name: 'A', relationship: 'self' });
    const { id } = dataOf(await post(token, { name: 'B', relationship: 'family' }));
    const { models, transaction } = server().database;
    await expect(transaction(() => models.visitProfiles.update({ defaultKey: userId }, { where: { id } }))).rejects.toThrow();
    await expect(transaction(() => models.visitProfiles.update({ defaultKey: randomUUID() }, { where: { id } }))).rejects.toThrow();
  });

  test('update() takes date of birth and sex from the number and refuses others', async () => {
    const { token } = await newcomer();
    const { id } = dataOf(await post(token, { name: 'A', relationship: 'other', birthDate: '2001-02-03', sex: 'male' }));
    const patch = async (body: object) => server().call('PATCH', `${base}/${id}`, token, body);
    expect(dataOf(await patch({ name: 'B', relationship: 'friend' }))).toMatchObject({ name: 'B', birthDate: '2001-02-03', sex: 'male' });
    expect(dataOf(await patch({ idNumber: '11010519491231002X' }))).toMatchObject({ birthDate: '1949-12-31', sex: 'female' });
    const wrong = await patch({ birthDate: '2001-02-03', sex: 'male' });
    expect(wrong.body.error).toEqual({
      code: 'invalid_request',
      details: [
        { field: 'body.birthDate', message: 'is not what the ID number says' },
        { field: 'body.sex', message: 'is not what the ID number says' },
      ],
    });
    expect((await post(token, { name: 'C', relationship: 'self', idNumber: '11010519491231002X', sex: 'male' })).status).toBe(400);
    for (const body of [
      { idNumber: '123' },
      { phone: '123' },
      { birthDate: '2999-01-01' },
      { birthDate: '2001-02-30' },
      { relationship: 'boss' },
    ]) {
      const { body: answer } = await patch(body);
      expect(answer.error.code).toBe('invalid_request');
      expect(JSON.stringify(answer.error.details)).toContain(`body.${Object.keys(body)[0]}`);
    }
  });

  test('profiles of others do not exist; there are at most twenty', async () => {
    const [mine, other] = [await newcomer(), await newcomer()];
    const { id } = dataOf(await post(mine.token, { name: 'A', relationship: 'self' }));
    const { doctor } = server().people;
    const calls = async (token: string, target: string) => [
      await server().call('GET', `${base}/${target}?full=true`, token),
      await server().call('PATCH', `${base}/${target}`, token, { name: 'X' }),
      await server().call('POST', `${base}/${target}/default`, token),
      await server().call('DELETE', `${base}/${target}`, token),
    ];
    expect(new Set(codesOf(await calls(other.token, id)))).toEqual(new Set(['not_found']));
    expect(new Set(codesOf(await calls(mine.token, randomUUID())))).toEqual(new Set(['not_found']));
    expect(new Set(codesOf(await calls(doctor.token, id)))).toEqual(new Set(['forbidden']));
    await expect(server().modules.profiles.own(other.id, id)).rejects.toMatchObject({ code: 'not_found' });
    expect(await server().modules.profiles.own(mine.id, id)).toMatchObject({ id, name: 'A' });
    expect((await list(other.token)).items).toEqual([]);
    const more = await Promise.all(Array.from({ length: 22 }, () => post(mine.token, { name: 'A', relationship: 'family' })));
    expect(codesOf(more).filter((code) => code === 'limit_reached')).toHaveLength(3);
    expect((await list(mine.token, 'relationship=family&pageSize=5')).pagination.total).toBe(19);
  });
});
