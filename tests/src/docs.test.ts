import { outdatedPages } from '#scripts/docs.ts';

test('the reference pages say what the code says', async () => {
  expect(await outdatedPages()).toEqual([]);
});
