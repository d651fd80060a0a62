/** What processes count and hold together in the database: attempts at signing in, and locks. */
import { createLimits } from '#src/auth/limits.ts';
import type { Database } from '#src/database/database.ts';
import { createLocks, type Locks } from '#src/locks/locks.ts';
import { describeDatabases } from '#tests/support/databases.ts';
import { until } from '#tests/support/wait.ts';

describeDatabases('limits and locks', (open) => {
  let database: Database;
  let locks: Locks;
  beforeAll(async () => {
    database = await open();
    locks = createLocks(database);
  });
  const end = (name: string) =>
    database.transaction(() => database.models.locks.update({ expiresAt: new Date(Date.now() - 1) }, { where: { name } }));

  test('first attempts at the same moment count like any others', async () => {
    const limits = createLimits(database);
    for (let round = 0; round < 15; round++) {
      const taken = await Promise.all(Array.from({ length: 8 }, () => limits.take(`key-${round}`, 5, 60_000)));
      expect(taken.filter(({ allowed }) => allowed).map(({ hits }) => hits)).toHaveLength(5);
      expect(await limits.spent(`key-${round}`, 5)).toMatchObject({ hits: 5 });
    }
  });

  test('locks are one’s alone, also when many want one at once', async () => {
    const taken = await Promise.all(Array.from({ length: 20 }, () => locks.take('many', 60_000)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await locks.take('another', 60_000)).not.toBeNull();
    await end('many');
    const again = await Promise.all(Array.from({ length: 20 }, () => locks.take('many', 60_000)));
    expect(again.filter(Boolean)).toHaveLength(1);
  });

  test('locks are given up and extended by their owner only', async () => {
    const first = await locks.take('owned', 60_000);
    expect(await first?.extend(60_000)).toBe(true);
    await end('owned');
    expect(await first?.extend(60_000)).toBe(false);
    const second = await locks.take('owned', 60_000);
    expect([await first?.extend(60_000), await first?.release()]).toEqual([false, false]);
    expect(await locks.take('owned', 60_000)).toBeNull();
    expect([await second?.release(), await second?.release()]).toEqual([true, false]);
    expect(await locks.take('owned', 60_000)).not.toBeNull();
  });

  test('locks last as long as the work under them, and end with it, also when it fails', async () => {
    const release = Promise.withResolvers<void>();
    const work = locks.alone('work', 2_000, () => release.promise.then(() => 'made'));
    await until('the lock to be taken', () => database.models.locks.findByPk('work'));
    expect(await locks.alone('work', 2_000, async () => 'twice')).toBeNull();
    await until('the lock to be extended', async () => {
      const { createdAt, updatedAt } = await database.models.locks.findByPk('work', { rejectOnEmpty: true });
      return updatedAt.getTime() > createdAt.getTime();
    });
    release.resolve();
    expect(await work).toEqual({ done: 'made' });
    const failing = locks.alone('work', 2_000, async () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await locks.alone('work', 2_000, async () => 'again')).toEqual({ done: 'again' });
  });
});
