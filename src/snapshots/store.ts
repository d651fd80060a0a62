/** Snapshots of rooms in the database: what a single node keeps them in. */
import { Op } from 'sequelize';
import type { SnapshotStore } from '#rooms/index.ts';
import { RoomError } from '#rooms/errors.ts';
import type { Database } from '#src/database/database.ts';

export function createSnapshotStore({ models: { snapshots, consultations }, transaction }: Database): SnapshotStore {
  /** A newer owner may have written nothing yet: the visit tells. Held until the transaction ends. */
  async function holdEpoch(roomId: string, epoch: number): Promise<void> {
    const visit = await consultations.findByPk(roomId, { attributes: ['roomEpoch'], lock: true });
    if (visit && visit.roomEpoch > epoch) throw new RoomError('stale_epoch');
  }

  return {
    save: (roomId, { epoch, data }) =>
      transaction(async () => {
        await holdEpoch(roomId, epoch);
        const json = JSON.stringify(data);
        const [changed] = await snapshots.update({ epoch, json }, { where: { roomId, epoch: { [Op.lte]: epoch } } });
        if (changed > 0) return;
        if ((await snapshots.count({ where: { roomId } })) > 0) throw new RoomError('stale_epoch');
        await snapshots.create({ roomId, epoch, json });
      }),

    async load(roomId) {
      const row = await snapshots.findByPk(roomId);
      return row && { epoch: row.epoch, data: JSON.parse(row.json) as unknown };
    },

    remove: (roomId, epoch) =>
      transaction(async () => {
        await holdEpoch(roomId, epoch);
        await snapshots.destroy({ where: { roomId, epoch: { [Op.lte]: epoch } } });
        if ((await snapshots.count({ where: { roomId } })) > 0) throw new RoomError('stale_epoch');
      }),
  };
}
