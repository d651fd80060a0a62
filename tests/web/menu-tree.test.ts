import { known, leavesOf, type MenuEntry } from '../../web/src/clinic/menu-tree.ts';

const entry = (key: string, children: MenuEntry[] = []): MenuEntry => ({
  key,
  titleZh: key,
  titleEn: key,
  path: children.length > 0 ? null : `/${key}`,
  icon: null,
  children,
});
const keys = (entries: readonly MenuEntry[]): string[] => entries.map(({ key }) => key);
const tree = [entry('visits'), entry('health', [entry('records'), entry('profiles')]), entry('system', [entry('users')])];

test('known() keeps what there are screens for, and no heading above nothing', () => {
  const menu = known(tree, new Set(['/visits', '/records']));
  expect(keys(menu)).toEqual(['visits', 'health']);
  expect(keys(menu[1]!.children)).toEqual(['records']);
});

test('leavesOf() gives the entries that lead somewhere, in order', () => {
  expect(keys(leavesOf(tree))).toEqual(['visits', 'records', 'profiles', 'users']);
});
