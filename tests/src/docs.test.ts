import { outdatedPages } from '#scripts/docs.ts';

test('the reference pages and the types of the API say what the code says', async () => {
  expect(Object.keys(await outdatedPages())).toEqual([]);
});
