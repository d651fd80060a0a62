import type { Directory } from '#rooms/directory.ts';
import { RoomError } from '#rooms/errors.ts';
import { createFigures, type Figures } from '#rooms/figures.ts';
import { createMemoryDirectory } from '#rooms/memory-directory.ts';
import { createOwnership, type Ownership } from '#rooms/ownership.ts';
import { createMemoryLog } from '#tests/support/memory-ports.ts';
import { until } from '#tests/support/wait.ts';

const TTL_MS = 150;

/** Of the directory. */
let time: number;
let directory: Directory;
let lost: string[];
let figures: Figures;
let ownership: Ownership;
beforeEach(() => {
  time = 0;
  lost = [];
  figures = createFigures();
  directory = createMemoryDirectory(() => time);
});
afterEach(() => ownership.close());

function own(more: Partial<Directory>): void {
  const onLost = (roomId: string): void => void lost.push(roomId);
  const shared = { directory: { ...directory, ...more }, log: createMemoryLog(), figures, onLost };
  ownership = createOwnership({ ...shared, nodeId: 'a', ttlMs: TTL_MS });
}

test('rooms whose leases are gone are taken again side by side, not one after the other', async () => {
  const { promise: all, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  own({
    async reclaim(...asked) {
      if (++waiting === 100) resolve();
      await all;
      return directory.reclaim(...asked);
    },
  });
  for (let room = 0; room < 100; room++) await ownership.take(`r${room}`);
  time += TTL_MS * 2;
  await until('all of them', async () => waiting === 100 && (await directory.lookup('r99')) !== null);
  expect(lost).toEqual([]);
});

test('says whether a lease was gone before its time: not when the renewal was late', async () => {
  let away = false;
  const early: boolean[] = [];
  own({
    async renew(...asked) {
      if (away) throw new RoomError('storage_unavailable');
      return directory.renew(...asked);
    },
    reclaim(lease, ttlMs, before) {
      early.push(before);
      return directory.reclaim(lease, ttlMs, before);
    },
  });
  await ownership.take('r');
  // A clock that jumps again and again: a round of renewals that this machine was late for does not count.
  await until('a lease that is gone before its time', () => {
    time += TTL_MS * 2;
    return early.includes(true);
  });
  away = true;
  const from = performance.now();
  await until('the leases to run out', () => performance.now() - from > TTL_MS * 2);
  time += TTL_MS * 2;
  early.length = 0;
  away = false;
  await until('the lease to be taken again', () => early.length > 0);
  expect(early[0]).toBe(false);
  expect(lost).toEqual([]);
});

test('a room that was taken again although the answer was lost is kept', async () => {
  let failures = 0;
  own({
    async reclaim(...asked) {
      const claim = await directory.reclaim(...asked);
      if (failures++ === 0) throw new RoomError('storage_unavailable');
      return claim;
    },
  });
  await ownership.take('r');
  time += TTL_MS * 2;
  await until('the room to be taken again', () => figures.renewals.get('retaken'));
  expect(lost).toEqual([]);
});

test('a room that another node holds meanwhile is given up at once, without a claim', async () => {
  let asked = 0;
  own({
    reclaim(...claim) {
      asked++;
      return directory.reclaim(...claim);
    },
  });
  expect(ownership.has('r')).toBe(false);
  await ownership.take('r');
  expect(ownership.has('r')).toBe(true);
  time += TTL_MS * 2;
  expect(await directory.claim('r', 'b', TTL_MS)).toMatchObject({ claimed: true });
  await until('the room to be given up', () => lost.length > 0);
  expect(ownership.has('r')).toBe(false);
  expect(lost).toEqual(['r']);
  expect(asked).toBe(0);
  expect(figures.renewals.get('lost')).toBe(1);
});
