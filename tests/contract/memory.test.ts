import { createMemoryDirectory } from '#rooms/memory-directory.ts';
import { createMemoryBusHub } from '#rooms/memory-node-bus.ts';
import { createMemorySnapshotStore } from '#rooms/memory-snapshot-store.ts';
import { describeDirectory } from './directory.contract.ts';
import { describeNodeBus } from './node-bus.contract.ts';
import { describeSnapshotStore } from './snapshot-store.contract.ts';

describeDirectory('memory', async () => {
  let time = 0;
  const directory = createMemoryDirectory(() => time);
  return {
    directory,
    pass: async (ms) => {
      time += ms;
    },
    close: async () => undefined,
  };
});

describeNodeBus('memory', async () => {
  const hub = createMemoryBusHub();
  const a = hub.join('a');
  const b = hub.join('b');
  return {
    a,
    b,
    close: async () => {
      await a.close();
      await b.close();
    },
  };
});

describeSnapshotStore('memory', async () => ({
  store: createMemorySnapshotStore(),
  roomIds: ['room-1', 'room-2'],
  close: async () => undefined,
}));
