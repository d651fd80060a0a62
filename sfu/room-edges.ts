/** Spreads the receivers of one room over routers, and tells every router what there is to receive. */
import type { types } from 'mediasoup';
import { MediaError } from './errors.ts';
import type { MediaErrorCode } from './errors.ts';
import type { ProducerMedia } from './producer-media.ts';
import type { Receiving } from './receiving.ts';
import type { Cost, RoomEdge } from './room-edge.ts';
import type { ReceiveOptions } from './router-peers.ts';
import { trackOffer } from './track.ts';
import type { Offers } from './track.ts';

/**
 * Receivers take this share of a worker's limits as long as there is another worker: what is left is for the pipes to
 * the others and for tracks that come later, and keeps the worker from ever reaching its limit. Only when every worker
 * is that full, all of each is used.
 */
const SHARES = [0.8, 1] as const;

/** Faults of an edge that say: try the next one. */
const ELSEWHERE: readonly MediaErrorCode[] = ['media_full', 'media_unavailable', 'closed'];

export interface RoomEdgesOptions {
  home: Pick<RoomEdge, 'receive' | 'grow'>;
  /**
   * Opens one more edge that can bear this much, on a worker or node where the room has none.
   * @returns undefined when there is none
   */
  open(offers: Offers, cost: Cost, share: number): Promise<RoomEdge | undefined>;
}

export class RoomEdges {
  readonly #options: RoomEdgesOptions;
  readonly #edges = new Set<RoomEdge>();
  readonly #tracks = new Map<string, ProducerMedia>();
  readonly #dataTracks = new Map<string, string>();
  #opening: { share: number; opened: Promise<boolean> } | undefined;
  #closed = false;

  constructor(options: RoomEdgesOptions) {
    this.#options = options;
  }

  /** A track by its producer's id. */
  track(id: string): ProducerMedia | undefined {
    return this.#tracks.get(id);
  }

  /** Routers of the room, home not counted. */
  get size(): number {
    return this.#edges.size;
  }

  /**
   * Opens the receiving half of a peer on the first router that can bear it: home, then the others, then a new one.
   * @throws {MediaError} `media_full` when none can, `closed`
   */
  async receive(options: ReceiveOptions, cost: Cost): Promise<Receiving> {
    for (const share of SHARES) {
      const passed = new Set<Pick<RoomEdge, 'receive'>>();
      do {
        for (const edge of [this.#options.home, ...this.#edges]) {
          if (passed.has(edge)) continue;
          passed.add(edge);
          const receiving = await unlessElsewhere(edge.receive(options, cost, share));
          this.#assertOpen();
          if (receiving) return receiving;
        }
      } while (await this.#openAnother(cost, share));
      this.#assertOpen();
    }
    throw new MediaError('media_full');
  }

  /** Opens one at a time: those who come meanwhile wait for it, and look again. @returns whether there is one more */
  async #openAnother(cost: Cost, share: number): Promise<boolean> {
    const pending = this.#opening;
    if (pending) {
      const opened = await pending.opened;
      // With more of each worker allowed there may be one all the same.
      return opened || pending.share >= share ? opened : await this.#openAnother(cost, share);
    }
    const opened = this.#open(cost, share).finally(() => {
      this.#opening = undefined;
    });
    this.#opening = { share, opened };
    return await opened;
  }

  async #open(cost: Cost, share: number): Promise<boolean> {
    const before = { tracks: new Set(this.#tracks.keys()), dataTracks: new Set(this.#dataTracks.keys()) };
    const edge = await this.#options.open(this.#offers(), cost, share);
    if (!edge) return false;
    if (this.#closed) {
      edge.close();
      return false;
    }
    this.#catchUp(edge, before);
    this.#edges.add(edge);
    return true;
  }

  #offers(): Offers {
    const tracks = [...this.#tracks.values()].map(trackOffer);
    return { tracks, dataTracks: [...this.#dataTracks].map(([id, peerId]) => ({ id, peerId })) };
  }

  /** Tells an edge what has come and gone while it was opened. */
  #catchUp(edge: RoomEdge, before: { tracks: Set<string>; dataTracks: Set<string> }): void {
    const { tracks, dataTracks } = this.#offers();
    for (const track of tracks) {
      if (before.tracks.has(track.id)) edge.trackPaused(track.id, track.paused);
      else edge.addTrack(track);
    }
    for (const track of dataTracks) if (!before.dataTracks.has(track.id)) edge.addDataTrack(track);
    const now = new Set([...tracks, ...dataTracks].map(({ id }) => id));
    for (const id of [...before.tracks, ...before.dataTracks]) if (!now.has(id)) edge.removeTrack(id);
  }

  /** Counts a track that is about to come. @throws {MediaError} `media_full` when a router cannot bear it */
  async grow(from: string, cores: number): Promise<void> {
    const borne = await Promise.all([this.#options.home, ...this.#edges].map(async (edge) => edge.grow(from, cores)));
    if (borne.includes(false)) throw new MediaError('media_full');
  }

  addTrack(media: ProducerMedia): void {
    this.#tracks.set(media.id, media);
    for (const edge of this.#edges) edge.addTrack(trackOffer(media));
  }

  addDataTrack({ id }: types.DataProducer, peerId: string): void {
    this.#dataTracks.set(id, peerId);
    for (const edge of this.#edges) edge.addDataTrack({ id, peerId });
  }

  trackPaused({ id, producer }: ProducerMedia): void {
    for (const edge of this.#edges) edge.trackPaused(id, producer.paused);
  }

  removeTrack(id: string): void {
    this.#tracks.delete(id);
    this.#dataTracks.delete(id);
    for (const edge of this.#edges) edge.removeTrack(id);
  }

  /** It closed by itself. */
  gone(edge: RoomEdge): void {
    this.#edges.delete(edge);
  }

  close(): void {
    this.#closed = true;
    for (const edge of this.#edges) edge.close();
    this.#edges.clear();
    this.#tracks.clear();
    this.#dataTracks.clear();
  }

  #assertOpen(): void {
    if (this.#closed) throw new MediaError('closed');
  }
}

/** @returns undefined when another router has to be tried */
async function unlessElsewhere(receiving: Promise<Receiving>): Promise<Receiving | undefined> {
  try {
    return await receiving;
  } catch (error) {
    if (error instanceof MediaError && ELSEWHERE.includes(error.code)) return undefined;
    throw error;
  }
}
