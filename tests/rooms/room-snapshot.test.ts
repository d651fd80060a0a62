import { RoomError } from '#rooms/errors.ts';
import { createMemorySnapshotStore } from '#rooms/memory-snapshot-store.ts';
import { createSnapshotWriter, type RoomSnapshot } from '#rooms/room-snapshot.ts';
import { createMemoryLog } from '#tests/support/memory-ports.ts';

const empty: RoomSnapshot = { version: 1, locked: false, admitted: [], held: [], seen: [], seats: [], recording: null };

/** A writer before a database that stands still until the test has it fail. */
function frozen() {
  const { promise: held, reject } = Promise.withResolvers<void>();
  let saves = 0;
  const save = (): Promise<void> => {
    saves++;
    return held;
  };
  const store = { ...createMemorySnapshotStore(), save };
  const take = (): RoomSnapshot => empty;
  const writer = createSnapshotWriter({ ...{ store, take, log: createMemoryLog() }, roomId: 'r', epoch: 1, onStale: () => undefined });
  return { writer, fail: () => reject(new RoomError('storage_unavailable')), saves: () => saves };
}

test('changes while a save stands still wait for one more, and not for one each', async () => {
  const { writer, fail, saves } = frozen();
  const all: Promise<void>[] = [];
  for (let change = 0; change < 20; change++) {
    writer.schedule();
    all.push(writer.flush());
    // Each begins what it can before the next one comes.
    await Promise.resolve();
  }
  expect(saves()).toBe(1);
  fail();
  await Promise.all(all);
  expect(saves()).toBe(2);
});

test('after cancel() nothing is saved, also when the save that ran has failed', async () => {
  const { writer, fail, saves } = frozen();
  writer.schedule();
  const first = writer.flush();
  await Promise.resolve();
  writer.schedule();
  const second = writer.flush();
  const cancelled = writer.cancel();
  fail();
  await Promise.all([first, second, cancelled]);
  await writer.flush();
  writer.schedule();
  await writer.flush();
  expect(saves()).toBe(1);
});
