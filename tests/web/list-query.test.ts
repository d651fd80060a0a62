import fc from 'fast-check';
import { PAGE_SIZES, parseListState, searchOf } from '../../web/src/clinic/blocks/list-query.ts';

describe('parseListState()', () => {
  test('reads page, size, order and filters', () => {
    expect(parseListState('?view=leave&status=ended&keyword=%E7%8E%8B&sort=-at&page=3&pageSize=50')).toEqual({
      page: 3,
      pageSize: 50,
      sort: '-at',
      view: 'leave',
      filters: { status: 'ended', keyword: '王' },
    });
  });

  test.each(['', '?page=0', '?page=-1', '?page=1.5', '?page=x', '?page=99999', '?pageSize=7', '?pageSize=1000000'])(
    'takes nonsense for nothing: %s',
    (search) => {
      expect(parseListState(search)).toEqual({ page: 1, pageSize: 20, sort: null, view: null, filters: {} });
    },
  );
});

test('searchOf() leaves out what goes without saying', () => {
  expect(searchOf({ page: 1, pageSize: 20, sort: null, view: null, filters: { status: '' } })).toBe('');
});

test('searchOf() and parseListState() are each other’s reverse', () => {
  const name = fc
    .string({ minLength: 1 })
    .filter((text) => !['page', 'pageSize', 'sort', 'view', '__proto__'].includes(text) && text.isWellFormed());
  const value = fc.string({ minLength: 1, unit: 'grapheme' });
  const state = fc.record({
    page: fc.integer({ min: 1, max: 10_000 }),
    pageSize: fc.constantFrom(...PAGE_SIZES),
    sort: fc.option(value),
    view: fc.option(value),
    filters: fc.dictionary(name, value, { noNullPrototype: true }),
  });
  fc.assert(fc.property(state, (one) => expect(parseListState(`?${searchOf(one)}`)).toEqual(one)));
});
