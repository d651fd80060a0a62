import { covers } from '#tests/faults/resume.ts';

const full = { rounds: 18, clients: 4, ms: 10_000 };

test.each([
  ['the same size, and more seeds than are asked for', 'abc', { ...full, seed: 3 }, full, true],
  ['as many seeds', 'abc', { ...full, seed: 3 }, { ...full, seed: 3 }, true],
  ['one seed of three', 'abc', full, { ...full, seed: 3 }, false],
  ['fewer rounds', 'abc', { ...full, rounds: 1 }, full, false],
  ['less time', 'abc', { ...full, ms: 1_000 }, full, false],
  ['another commit', 'abd', full, full, false],
  ['changes that were not committed', 'abc+', full, full, false],
])('test:faults --resume: %s', (_what, commit, size, asked, stands) => {
  const now = commit.startsWith('abc') ? commit : 'abc';
  expect(covers({ commit, size }, now, asked)).toBe(stands);
});
