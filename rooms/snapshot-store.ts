/** Where a room keeps what must outlive its node and can be lost without harm to the record: admissions, seats, lock, hands. */

export interface Snapshot {
  /** Epoch of the owner that wrote it. */
  epoch: number;
  /** Plain JSON; the room checks its shape when it loads it. */
  data: unknown;
}

export interface SnapshotStore {
  /** Replaces the snapshot. @throws {RoomError} `stale_epoch` when one of a newer epoch is stored */
  save(roomId: string, snapshot: Snapshot): Promise<void>;
  load(roomId: string): Promise<Snapshot | null>;
  /** Forgets it. @throws {RoomError} `stale_epoch` when one of a newer epoch is stored */
  remove(roomId: string, epoch: number): Promise<void>;
}
