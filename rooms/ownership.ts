/** Keeps the leases of the rooms that live on this node. */
import type { Claim, Directory, Lease, Lost } from './directory.ts';
import { RoomError } from './errors.ts';
import { createFigures, type Figures, raise } from './figures.ts';
import type { Logger } from './ports.ts';
import { sideBySide } from './side-by-side.ts';

/** Another node holds the room. */
export class OwnedElsewhere extends RoomError {
  readonly nodeId: string;

  constructor(nodeId: string) {
    super('room_moved');
    this.nodeId = nodeId;
  }
}

export interface OwnershipOptions {
  directory: Directory;
  nodeId: string;
  /** Life of a lease without renewal; renewed every third of it, and four times as often while that fails. */
  ttlMs: number;
  log: Logger;
  figures?: Pick<Figures, 'renewals' | 'renewedAt' | 'leases'>;
  /** The lease is gone: somebody else may own the room by now. */
  onLost: (roomId: string) => void;
  /** Whether a node was found silent: its leases bind nobody any more. What it still writes, the epoch refuses. */
  isGone?: (nodeId: string) => boolean;
  /** Whether the directory was away a moment ago: leases may have run out that their owners are about to take back. */
  isSettling?: () => boolean;
}

export interface Ownership {
  /** @throws {OwnedElsewhere} */
  take(roomId: string): Promise<void>;
  give(roomId: string): Promise<void>;
  /** Whether its lease was taken and has not been lost since, as far as this node knows. */
  has(roomId: string): boolean;
  close(): void;
}

/** Takes, renews and gives back leases for one node. */
export function createOwnership(options: OwnershipOptions): Ownership {
  const { directory, ttlMs, log, figures = createFigures() } = options;
  const leases = new Map<string, Lease>();
  const keeping = { options, leases, figures };
  let failing = false;
  /** When the last round of renewals that succeeded was sent: no lease is older. `performance.now()` */
  let sentAt = Number.NEGATIVE_INFINITY;

  const renew = async (): Promise<void> => {
    figures.leases = leases.size;
    if (leases.size === 0) figures.renewedAt = null;
    if (leases.size === 0) return;
    try {
      const held = [...leases.values()];
      const from = performance.now();
      const lost = await directory.renew(held, ttlMs);
      // Time was left on them: the directory has lost them, or its clock has jumped, and with them those of others.
      const early = performance.now() - sentAt < ttlMs;
      sentAt = from;
      noteRound(figures, held.length - lost.length);
      // Others wait for half the life of a lease only.
      await sideBySide(lost, (one) => regain(keeping, one, early));
      failing = false;
    } catch (error) {
      // A directory that is away takes no room from anybody: nobody else can claim, and the database fences late writes.
      raise(figures.renewals, 'failed');
      if (!failing) log.warn({ err: error, rooms: leases.size }, 'leases not renewed');
      failing = true;
    }
  };
  const stop = again(renew, () => ttlMs / (failing ? 12 : 3));

  return {
    async take(roomId) {
      const answer = await claim(options, roomId);
      if (!answer.claimed) throw new OwnedElsewhere(answer.owner.nodeId);
      leases.set(roomId, answer.lease);
      figures.renewedAt ??= performance.now();
    },
    async give(roomId) {
      const lease = leases.get(roomId);
      leases.delete(roomId);
      if (lease) await directory.release(lease);
    },
    has: (roomId) => leases.has(roomId),
    close: stop,
  };
}

/** Does something again and again, with so long from one beginning to the next, or to its end. @returns ends it */
function again(work: () => Promise<void>, pauseMs: () => number): () => void {
  let ended = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const schedule = (pause: number): void => {
    if (!ended) timer = setTimeout(run, pause).unref();
  };
  // A process that stood still meanwhile is late already.
  const run = (): void => {
    const from = performance.now();
    void work().then(() => schedule(Math.max(0, from + pauseMs() - performance.now())));
  };
  schedule(pauseMs());
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

interface Keeping {
  options: OwnershipOptions;
  leases: Map<string, Lease>;
  figures: NonNullable<OwnershipOptions['figures']>;
}

/** Nobody else holds a room whose lease is only gone, with the whole directory for example: its owner takes it again. */
async function regain(keeping: Keeping, { lease, owner }: Lost, early: boolean): Promise<void> {
  const { leases, options } = keeping;
  const { directory, ttlMs } = options;
  const isWanted = (): boolean => leases.get(lease.roomId) === lease;
  if (!isWanted()) return;
  if (owner) return settle(keeping, owner);
  const claimed = await directory.reclaim(lease, ttlMs, early);
  if (isWanted()) settle(keeping, claimed.claimed ? claimed.lease : claimed.owner);
  else if (claimed.claimed) await directory.release(claimed.lease);
}

/** @param held who has the room in place of a lease that is gone */
function settle({ options, leases, figures }: Keeping, held: Lease): void {
  const { nodeId, log, onLost } = options;
  const { roomId } = held;
  // A try of before may have taken it, and its answer was lost.
  if (held.nodeId === nodeId) {
    // Whoever had it in between has raised the epoch: the next durable write tells, and stops the room.
    leases.set(roomId, held);
    raise(figures.renewals, 'retaken');
    log.warn({ roomId, term: held.term }, 'lease was gone and is taken again');
    return;
  }
  leases.delete(roomId);
  raise(figures.renewals, 'lost');
  onLost(roomId);
}

async function claim({ directory, nodeId, ttlMs, isGone, isSettling }: OwnershipOptions, roomId: string): Promise<Claim> {
  if (isSettling?.() && !(await directory.lookup(roomId))) throw new RoomError('storage_unavailable');
  const answer = await directory.claim(roomId, nodeId, ttlMs);
  if (answer.claimed || !isGone?.(answer.owner.nodeId)) return answer;
  await directory.release(answer.owner);
  return directory.claim(roomId, nodeId, ttlMs);
}

function noteRound(figures: NonNullable<OwnershipOptions['figures']>, kept: number): void {
  figures.renewedAt = performance.now();
  figures.renewals.set('kept', (figures.renewals.get('kept') ?? 0) + kept);
}
