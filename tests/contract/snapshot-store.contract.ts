/** What every `SnapshotStore` must do. */
import type { SnapshotStore } from '#rooms/snapshot-store.ts';

export interface SnapshotStoreUnderTest {
  store: SnapshotStore;
  /** Ids that the store accepts as rooms: a database may want rows of visits first. */
  roomIds: [string, string];
  close(): Promise<void>;
}

/** @param make gives an empty store */
export function describeSnapshotStore(name: string, make: () => Promise<SnapshotStoreUnderTest>): void {
  describe(`snapshot store: ${name}`, () => {
    let under: SnapshotStoreUnderTest;
    let room: string;
    beforeEach(async () => {
      under = await make();
      room = under.roomIds[0];
    });
    afterEach(() => under.close());

    test('load() of a room without snapshot gives null', async () => {
      expect(await under.store.load(room)).toBeNull();
    });

    test('load() gives back what save() was given, as JSON', async () => {
      const data = {
        version: 1,
        admitted: ['a', '王医生'],
        seats: [{ peerId: 'p', handRaisedAt: null, joinedAt: 1_700_000_000_123 }],
        locked: false,
      };
      await under.store.save(room, { epoch: 1, data });
      expect(await under.store.load(room)).toEqual({ epoch: 1, data });
    });

    test('save() replaces, also within one epoch', async () => {
      await under.store.save(room, { epoch: 3, data: { n: 1 } });
      await under.store.save(room, { epoch: 3, data: { n: 2 } });
      await under.store.save(room, { epoch: 4, data: { n: 3 } });
      expect(await under.store.load(room)).toEqual({ epoch: 4, data: { n: 3 } });
    });

    test('save() with an older epoch is refused and changes nothing', async () => {
      await under.store.save(room, { epoch: 5, data: { n: 'new' } });
      await expect(under.store.save(room, { epoch: 4, data: { n: 'old' } })).rejects.toMatchObject({ code: 'stale_epoch' });
      expect(await under.store.load(room)).toEqual({ epoch: 5, data: { n: 'new' } });
    });

    test('save() does not keep the object it was given', async () => {
      const data = { list: [1] };
      await under.store.save(room, { epoch: 1, data });
      data.list.push(2);
      expect((await under.store.load(room))?.data).toEqual({ list: [1] });
    });

    test('save() takes 200 kB', async () => {
      const data = { text: '诊'.repeat(70_000) };
      await under.store.save(room, { epoch: 1, data });
      expect((await under.store.load(room))?.data).toEqual(data);
    });

    test('remove() forgets; with an older epoch it is refused; of nothing it does nothing', async () => {
      await under.store.save(room, { epoch: 5, data: 1 });
      await expect(under.store.remove(room, 4)).rejects.toMatchObject({ code: 'stale_epoch' });
      expect(await under.store.load(room)).not.toBeNull();
      await under.store.remove(room, 5);
      await under.store.remove(room, 5);
      expect(await under.store.load(room)).toBeNull();
    });

    test('rooms are apart from each other', async () => {
      await under.store.save(room, { epoch: 9, data: 'one' });
      await under.store.save(under.roomIds[1], { epoch: 1, data: 'two' });
      await under.store.remove(room, 9);
      expect(await under.store.load(under.roomIds[1])).toEqual({ epoch: 1, data: 'two' });
    });
  });
}
