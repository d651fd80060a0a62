import { Op } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { Database } from '#src/database/database.ts';
import { createSearch } from '#src/search/search.ts';
import { indexTerms, queryTerms } from '#src/search/terms.ts';
import { describeDatabases } from '#tests/support/databases.ts';

test('indexTerms() gives characters and pairs of Chinese, and words of the rest', () => {
  expect(indexTerms(['林小满']).toSorted()).toEqual(['小', '小满', '林', '林小', '满'].toSorted());
  expect(indexTerms(['Dr. ＬＩＮ Ｘiao-man', 'Ａ型 O’Neill']).toSorted()).toEqual(['a', 'dr', 'lin', 'man', 'neill', 'o', 'xiao', '型']);
});

test('queryTerms() asks for pairs, for a single character, and for beginnings of words', () => {
  expect(queryTerms('小满')).toEqual({ whole: ['小满'], beginnings: [] });
  expect(queryTerms('满 Xia')).toEqual({ whole: ['满'], beginnings: ['xia'] });
  expect(queryTerms('%_ !')).toEqual({ whole: [], beginnings: [] });
  expect(queryTerms('很'.repeat(100)).whole).toEqual(['很很']);
});

describeDatabases('search', (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });

  test('matching() finds every subject that holds all parts of the keyword, of its kind only', async () => {
    const search = createSearch(database);
    const { departments } = database.models;
    const add = async (name: string, kind: 'practitioner' | 'hospital' = 'practitioner') => {
      const id = uuid();
      await database.transaction(async () => {
        await departments.create({ id, code: id, name, description: null, enabled: true, sortOrder: 0 });
        await search.put(kind, id, [name]);
      });
      return id;
    };
    const [lin, wang] = [await add('林小满 Lin Xiaoman 主任医师'), await add("王小林 O'Neill")];
    await add('林小满医院', 'hospital');
    const find = async (keyword: string) => {
      const rows = await departments.findAll({ where: { [Op.and]: search.matching('practitioner', keyword) } });
      return rows.map(({ id }) => id).toSorted();
    };
    expect(await find('小满')).toEqual([lin]);
    expect(await find('林')).toEqual([lin, wang].toSorted());
    expect(await find('满小')).toEqual([]);
    expect(await find('xiao 主任')).toEqual([lin]);
    expect(await find('XIAOMAN')).toEqual([lin]);
    expect(await find('iaoman')).toEqual([]);
    expect(await find("o'ne")).toEqual([wang]);
    expect(await find('%')).toEqual([]);

    await search.put('practitioner', lin, ['林大满']);
    expect(await find('小满')).toEqual([]);
    expect(await find('大满')).toEqual([lin]);
    await search.remove('practitioner', lin);
    expect(await find('林')).toEqual([wang]);
  });
});
