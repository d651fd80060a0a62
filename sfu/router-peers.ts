/** Who receives on one router of a room, and what there is to receive on it. */
import type { types } from 'mediasoup';
import type { Config } from '#config/index.ts';
import { MediaError } from './errors.ts';
import { answer } from './faults.ts';
import { PeerReceiving } from './peer-receiving.ts';
import type { Emit } from './room-context.ts';
import type { DataTrack, Track } from './track.ts';
import { openTransport } from './transports.ts';
import type { MediaLog, RtpCapabilities } from './types.ts';

export interface RouterPeersOptions {
  config: Config;
  log: MediaLog;
  router: types.Router;
  webRtcServer: types.WebRtcServer;
  emit: Emit;
  /** Somebody does not receive here any more. */
  left?: (peerId: string) => void;
}

export interface ReceiveOptions {
  peerId: string;
  rtpCapabilities: RtpCapabilities;
  audioOnly: boolean;
}

export class RouterPeers {
  readonly #options: RouterPeersOptions;
  readonly #receiving = new Map<string, PeerReceiving>();
  readonly #tracks = new Map<string, Track>();
  readonly #dataTracks = new Map<string, DataTrack>();
  #opening = 0;
  #closed = false;

  constructor(options: RouterPeersOptions) {
    this.#options = options;
  }

  /** People who receive here, those included whose transports are just being made. */
  get size(): number {
    return this.#receiving.size + this.#opening;
  }

  /** Tracks that there are to receive. */
  get tracks(): number {
    return this.#tracks.size;
  }

  /** What one more track for everybody here adds to `expectedConsumers`: whoever has nothing yet counts as if they had one. */
  get growth(): number {
    return this.#tracks.size === 0 ? 0 : this.size;
  }

  /** Consumers as they are now. */
  get consumers(): number {
    let consumers = 0;
    for (const receiving of this.#receiving.values()) consumers += receiving.count;
    return consumers;
  }

  /** Consumers as they will be in a moment. */
  get expectedConsumers(): number {
    const most = this.#options.config.MEDIA_MAX_CONSUMERS;
    let own = 0;
    for (const { peerId } of this.#tracks.values()) if (this.#receiving.has(peerId)) own += 1;
    // Whoever waits for a speaker will have something to receive.
    return this.size * Math.min(Math.max(this.#tracks.size, 1), most) - own;
  }

  /**
   * Opens a transport to a peer, and consumers (paused) for everything that there is. The peer is not settled yet.
   * @param emit hears of its consumers
   * @throws {MediaError} `closed`, `media_unavailable`
   */
  async receive(options: ReceiveOptions, emit = this.#options.emit): Promise<PeerReceiving> {
    const { router, webRtcServer } = this.#options;
    this.#opening += 1;
    try {
      const transport = await answer(openTransport(router, webRtcServer), () => router.closed);
      if (this.#closed) throw new MediaError('closed');
      return this.#received(transport, options, emit);
    } finally {
      this.#opening -= 1;
      if (!this.#closed && !this.#receiving.has(options.peerId)) this.#options.left?.(options.peerId);
    }
  }

  #received(transport: types.WebRtcTransport, options: ReceiveOptions, emit: Emit): PeerReceiving {
    const { config, log } = this.#options;
    const { peerId } = options;
    const receiving = new PeerReceiving({
      ...options,
      ...{ config, log, emit, transport },
      consumerRemoved: () => this.#consumeAll(receiving),
      closed: () => this.#left(receiving),
    });
    this.#receiving.set(peerId, receiving);
    this.#consumeAll(receiving);
    return receiving;
  }

  #left(receiving: PeerReceiving): void {
    // A newer one of the same peer stays.
    if (this.#receiving.get(receiving.peerId) === receiving) this.#receiving.delete(receiving.peerId);
    if (!this.#closed) this.#options.left?.(receiving.peerId);
  }

  /** Sound first: when the limit does not allow all, faces are what is left out. */
  #consumeAll(receiving: PeerReceiving): void {
    const tracks = [...this.#tracks.values()].filter(({ peerId }) => peerId !== receiving.peerId);
    for (const track of tracks) if (track.kind === 'audio') receiving.consume(track);
    for (const track of tracks) if (track.kind === 'video') receiving.consume(track);
    for (const track of this.#dataTracks.values()) if (track.peerId !== receiving.peerId) receiving.consumeData(track);
  }

  addTrack(track: Track): void {
    this.#tracks.set(track.id, track);
    for (const receiving of this.#others(track)) receiving.consume(track);
  }

  addDataTrack(track: DataTrack): void {
    this.#dataTracks.set(track.id, track);
    for (const receiving of this.#others(track)) receiving.consumeData(track);
  }

  /** It ended: its consumers close with its producer. */
  removeTrack(id: string): void {
    this.#tracks.delete(id);
    this.#dataTracks.delete(id);
  }

  #others({ peerId }: { peerId: string }): PeerReceiving[] {
    return [...this.#receiving.values()].filter((receiving) => receiving.peerId !== peerId);
  }

  /** The router closed, or its worker is gone. @param lost whether the peers are to be told that theirs is lost */
  routerClosed(lost = false): void {
    if (this.#closed) return;
    this.#closed = true;
    const all = [...this.#receiving.values()];
    this.#receiving.clear();
    this.#tracks.clear();
    this.#dataTracks.clear();
    for (const receiving of all) receiving.routerClosed(lost);
  }
}
