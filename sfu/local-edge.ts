/** A further router of a room, on another worker of this node or for a room of another one. */
import type { types } from 'mediasoup';
import type { Config } from '#config/index.ts';
import { mediaCodecs } from './codecs.ts';
import { MediaError } from './errors.ts';
import { answer } from './faults.ts';
import type { PipeSettings, Upstream } from './pipe.ts';
import { PipeInlet } from './pipe-inlet.ts';
import type { Receiving } from './receiving.ts';
import type { Emit } from './room-context.ts';
import type { Cost, RoomEdge } from './room-edge.ts';
import { RouterPeers } from './router-peers.ts';
import type { ReceiveOptions } from './router-peers.ts';
import type { DataTrackOffer, TrackOffer } from './track.ts';
import type { MediaLog } from './types.ts';
import { admit, forget, limitsOf } from './worker-slot.ts';
import type { Hosted, WorkerSlot } from './worker-slot.ts';

/** How long one is kept that nobody uses, in ms: longer than its opening and the first who comes may take. */
const UNUSED_MS = 15_000;

export interface LocalEdgeOptions {
  roomId: string;
  config: Config;
  log: MediaLog;
  slot: WorkerSlot;
  emit: Emit;
  upstream: Upstream;
  settings: PipeSettings;
  /** Nobody is left on it, or its worker is gone; it is closed by then. */
  gone?: () => void;
  /** It is closed, by whomever. */
  closed: () => void;
}

/** @throws {MediaError} `media_unavailable` when the worker dies meanwhile */
export async function openLocalEdge(options: LocalEdgeOptions): Promise<LocalEdge> {
  const { worker, hosted } = options.slot;
  const router = await answer(worker.createRouter({ mediaCodecs }), () => worker.closed);
  // Died between the answer and here: nobody would tell.
  if (worker.closed) throw new MediaError('media_unavailable');
  const edge = new LocalEdge(options, router);
  hosted.add(edge);
  return edge;
}

export class LocalEdge implements RoomEdge, Hosted {
  readonly inlet: PipeInlet;
  readonly #options: LocalEdgeOptions;
  readonly #router: types.Router;
  readonly #peers: RouterPeers;
  /** Whoever it was opened for may have gone elsewhere, or away. */
  readonly #unused: NodeJS.Timeout;
  #closed = false;

  constructor(options: LocalEdgeOptions, router: types.Router) {
    const { config, log, emit, slot, upstream, settings } = options;
    this.#options = options;
    this.#router = router;
    this.inlet = new PipeInlet({ router, upstream, settings });
    const left = (peerId: string): void => this.#left(peerId);
    this.#peers = new RouterPeers({ ...{ config, log, emit, router, left }, webRtcServer: slot.webRtcServer });
    this.#unused = setTimeout(() => this.#leave(), UNUSED_MS).unref();
  }

  get closed(): boolean {
    return this.#closed;
  }

  get workerIndex(): number {
    return this.#options.slot.index;
  }

  get counts() {
    return { transports: this.#peers.size, producers: 0, consumers: this.#peers.consumers };
  }

  get expectedConsumers(): number {
    return this.#peers.expectedConsumers;
  }

  get idlePeers(): number {
    return this.#peers.tracks === 0 ? this.#peers.size : 0;
  }

  /** @param emit hears of the consumers, in place of the edge's own listener */
  async receive(options: ReceiveOptions, cost: Cost, share: number, emit?: Emit): Promise<Receiving> {
    if (this.#closed) throw new MediaError('closed');
    const { slot, config } = this.#options;
    const who = this.#who(options.peerId);
    if (!admit(slot, who, cost, limitsOf(config, share))) throw new MediaError('media_full');
    clearTimeout(this.#unused);
    return await this.#peers.receive(options, emit);
  }

  grow(from: string, cores: number): boolean {
    const { slot, config } = this.#options;
    const cost = { cores: cores * this.#peers.size, consumers: this.#peers.growth };
    return admit(slot, this.#who(from), cost, limitsOf(config, 1));
  }

  addTrack(info: TrackOffer): void {
    this.#peers.addTrack(this.inlet.offer(info));
  }

  addDataTrack(info: DataTrackOffer): void {
    this.#peers.addDataTrack(this.inlet.offerData(info));
  }

  trackPaused(id: string, paused: boolean): void {
    this.inlet.changed(id, paused);
  }

  removeTrack(id: string): void {
    this.#peers.removeTrack(id);
    this.inlet.withdraw(id);
  }

  close(): void {
    if (this.#closed) return;
    this.#end(false);
    this.#router.close();
  }

  workerLost(): void {
    if (this.#closed) return;
    this.#end(true);
    this.#options.gone?.();
  }

  /** Closes it while people receive on it, who are told that it is lost. */
  abandon(): void {
    this.workerLost();
    this.#router.close();
  }

  workerStopped(): void {
    if (!this.#closed) this.#end(false);
  }

  #left(peerId: string): void {
    forget(this.#options.slot, this.#who(peerId));
    if (this.#peers.size === 0) this.#leave();
  }

  /** Nobody is here. */
  #leave(): void {
    this.close();
    this.#options.gone?.();
  }

  #end(lost: boolean): void {
    this.#closed = true;
    clearTimeout(this.#unused);
    this.#options.slot.hosted.delete(this);
    this.#peers.routerClosed(lost);
    this.inlet.close();
    this.#options.closed();
  }

  #who(peerId: string): string {
    return `${this.#options.roomId} ${peerId}`;
  }
}
