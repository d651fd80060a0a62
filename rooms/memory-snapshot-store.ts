/** Snapshots in this process: for tests, and the reference for other implementations. */
import { RoomError } from './errors.ts';
import type { SnapshotStore } from './snapshot-store.ts';

export function createMemorySnapshotStore(): SnapshotStore {
  const stored = new Map<string, { epoch: number; text: string }>();
  const guard = (roomId: string, epoch: number): void => {
    if ((stored.get(roomId)?.epoch ?? 0) > epoch) throw new RoomError('stale_epoch');
  };
  return {
    save: async (roomId, { epoch, data }) => {
      guard(roomId, epoch);
      stored.set(roomId, { epoch, text: JSON.stringify(data) });
    },
    load: async (roomId) => {
      const found = stored.get(roomId);
      return found ? { epoch: found.epoch, data: JSON.parse(found.text) as unknown } : null;
    },
    remove: async (roomId, epoch) => {
      guard(roomId, epoch);
      stored.delete(roomId);
    },
  };
}
