import { gridColumns, initials } from '../../web/src/components/grid.ts';

describe('gridColumns()', () => {
  test.each([
    [1, 1_280, 720, 1],
    [2, 1_280, 720, 2],
    [2, 390, 700, 1],
    [4, 1_280, 720, 2],
    [6, 1_280, 720, 3],
    [5, 390, 700, 2],
  ])('puts %s tiles on %s × %s into %s columns', (count, width, height, columns) => {
    expect(gridColumns(count, width, height)).toBe(columns);
  });
});

describe('initials()', () => {
  test.each([
    ['Wang Mei', 'WM'],
    ['林医生 Dr. Lin', '林'],
    ['𠮷田', '𠮷'],
    ['anna', 'A'],
    ['  ', '?'],
  ])('shortens "%s" to %s', (name, short) => {
    expect(initials(name)).toBe(short);
  });
});
