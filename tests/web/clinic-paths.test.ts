import { findByPath, matchPath, parentsOf } from '../../web/src/clinic/paths.ts';

describe('matchPath()', () => {
  test.each([
    ['/visits', '/visits', {}],
    ['/visits', '/visits/', {}],
    ['/visits/:id', '/visits/a%20b', { id: 'a b' }],
    ['/a/:x/b/:y', '/a/1/b/2', { x: '1', y: '2' }],
    ['/visits/:id', '/visits', null],
    ['/visits', '/visits/1', null],
    ['/visits/:id', '/visits/%', null],
    ['/visits', '/orders', null],
  ])('%s against %s', (pattern, path, params) => {
    expect(matchPath(pattern, path)).toEqual(params);
  });
});

test('findByPath() prefers an address without parameters', () => {
  const entries = [{ path: '/visits/:id' }, { path: '/visits/new' }];
  expect(findByPath(entries, '/visits/new')).toEqual({ entry: entries[1], params: {} });
  expect(findByPath(entries, '/visits/1')).toEqual({ entry: entries[0], params: { id: '1' } });
  expect(findByPath(entries, '/none')).toBeNull();
});

test('parentsOf() names the addresses above, from the top', () => {
  expect(parentsOf('/a/b/c')).toEqual(['/a', '/a/b']);
  expect(parentsOf('/a')).toEqual([]);
});
