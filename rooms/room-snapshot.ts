/** What a consultation room keeps beyond its node, and when it is written. */
import { z } from 'zod';
import { durable } from './durable.ts';
import { RoomError } from './errors.ts';
import type { Logger } from './ports.ts';
import { role } from './protocol-views.ts';
import type { SnapshotStore } from './snapshot-store.ts';

const seat = z.object({
  peerId: z.string(),
  memberId: z.string(),
  deviceId: z.string(),
  name: z.string(),
  role,
  stage: z.enum(['lobby', 'room']),
  audioOnly: z.boolean(),
  cameraHeld: z.boolean().default(false),
  handRaisedAt: z.number().nullable(),
  waitingSince: z.number(),
  joinedAt: z.number(),
  sentBack: z.boolean(),
});

const snapshot = z.object({
  version: z.literal(1),
  locked: z.boolean(),
  /** Members who were let in once: they come straight back in. */
  admitted: z.array(z.string()),
  /** Members sent back to the lobby: they wait even where no lobby is asked for. */
  held: z.array(z.string()),
  seen: z.array(z.enum(['practitioner', 'patient'])),
  seats: z.array(seat),
  /**
   * What was said to the recording that is open; those who refused count as having refused whatever the database says. `closed`: by the room
   * as it stopped, with nothing left to be stored; consents hold for the next owner only then.
   */
  recording: z
    .object({ id: z.string(), consented: z.array(z.string()), refused: z.array(z.string()), closed: z.boolean().default(false) })
    .nullable()
    .default(null),
});

export type RoomSnapshot = z.infer<typeof snapshot>;
export type SeatSnapshot = z.infer<typeof seat>;

/** What of a seat is kept: not what is bound to its connection. */
export const keptOf = (whole: SeatSnapshot): SeatSnapshot => seat.parse(whole);

/** Debounce of a save, in ms: a burst of changes is one write. */
const DEBOUNCE_MS = 40;

/**
 * Loads the snapshot of a room; one that cannot be read counts as none, because all of it can be done without.
 * @param log that of the room
 */
export async function loadSnapshot(store: SnapshotStore, roomId: string, log: Logger, requestId?: string): Promise<RoomSnapshot | null> {
  try {
    const stored = await durable(log, 'snapshots.load', store.load(roomId), { requestId });
    if (!stored) return null;
    const parsed = snapshot.safeParse(stored.data);
    if (parsed.success) return parsed.data;
    log.warn({ requestId, issues: parsed.error.issues.length }, 'snapshot has another shape; starting without');
  } catch (error) {
    log.warn({ err: error, requestId }, 'snapshot not readable; starting without');
  }
  return null;
}

export interface SnapshotWriter {
  /** Something changed: a save follows soon. */
  schedule(): void;
  /** Saves what is not saved yet. */
  flush(): Promise<void>;
  /** Drops what is not saved yet, and what changes from now on, and waits for a save that runs. */
  cancel(): Promise<void>;
}

export interface SnapshotWriterOptions {
  store: SnapshotStore;
  roomId: string;
  epoch: number;
  log: Logger;
  take: () => RoomSnapshot;
  /** A newer owner has written. */
  onStale: () => void;
}

/** Writes snapshots one after the other; a failed save is tried again with the next change or flush. */
export function createSnapshotWriter({ store, roomId, epoch, log, take, onStale }: SnapshotWriterOptions): SnapshotWriter {
  let dirty = false;
  let cancelled = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> = Promise.resolve();
  /** The save behind the one that runs. */
  let next: Promise<void> | null = null;

  const write = async (): Promise<void> => {
    next = null;
    if (!dirty || cancelled) return;
    dirty = false;
    try {
      await durable(log, 'snapshots.save', store.save(roomId, { epoch, data: take() }));
    } catch (error) {
      if (error instanceof RoomError && error.code === 'stale_epoch') return onStale();
      dirty = true;
      log.warn({ err: error }, 'snapshot not saved');
    }
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    // One takes along all that changes before it begins: more of them, behind a database that stands still, would hold up the end of the room.
    running = next ??= running.then(write);
    return running;
  };

  return {
    schedule() {
      dirty = true;
      timer ??= setTimeout(() => void flush(), DEBOUNCE_MS);
    },
    flush,
    cancel() {
      clearTimeout(timer);
      cancelled = true;
      return running;
    },
  };
}
