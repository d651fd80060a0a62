import { randomUUID } from 'node:crypto';
import { createSnapshotStore } from '#src/snapshots/store.ts';
import { describeSnapshotStore } from '#tests/contract/snapshot-store.contract.ts';
import { describeDatabases } from '#tests/support/databases.ts';

describeDatabases('snapshots', (open) => {
  let database: ReturnType<typeof open> | undefined;

  describeSnapshotStore('SQL', async () => {
    const store = createSnapshotStore(await (database ??= open()));
    return { store, roomIds: [randomUUID(), randomUUID()], close: async () => undefined };
  });
});
