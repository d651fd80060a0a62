import { createLimits } from '#src/auth/limits.ts';
import { describeDatabases } from '#tests/support/databases.ts';

describeDatabases('limits', (open) => {
  test('first ones at the same moment count like any others', async () => {
    const limits = createLimits(await open());
    for (let round = 0; round < 15; round++) {
      const taken = await Promise.all(Array.from({ length: 8 }, () => limits.take(`key-${round}`, 5, 60_000)));
      expect(taken.filter(({ allowed }) => allowed).map(({ hits }) => hits)).toHaveLength(5);
      expect(await limits.spent(`key-${round}`, 5)).toMatchObject({ hits: 5 });
    }
  });
});
