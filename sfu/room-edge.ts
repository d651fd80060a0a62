/** A router of a room as the room sees it: its own one (home), one of another worker, or one of another node. */
import type { ReceiveOptions } from './router-peers.ts';
import type { Receiving } from './receiving.ts';
import type { DataTrackOffer, TrackOffer } from './track.ts';

/** What somebody or something more is expected to cost a worker. */
export interface Cost {
  /** Share of a core. */
  cores: number;
  consumers: number;
}

export interface RoomEdge {
  /** True once its worker or node is gone, or nobody was left on it. */
  readonly closed: boolean;
  /**
   * Opens the receiving half of a peer here, if its worker can bear it.
   * @param share of the limits of its worker that may be used, 0 to 1
   * @throws {MediaError} `media_full`, `media_unavailable`, `closed`
   */
  receive(options: ReceiveOptions, cost: Cost, share: number): Promise<Receiving>;
  /** Counts a track that is about to come for everybody here. @param cores what each costs @returns false when that is too much */
  grow(from: string, cores: number): boolean | Promise<boolean>;
  addTrack(track: TrackOffer): void;
  addDataTrack(track: DataTrackOffer): void;
  trackPaused(id: string, paused: boolean): void;
  removeTrack(id: string): void;
  /** The room closed. */
  close(): void;
}
