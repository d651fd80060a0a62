/** Media of one room: a router, the peers on it, and who hears whom. */
import { EventEmitter } from 'node:events';
import { ortc } from 'mediasoup';
import type { types } from 'mediasoup';
import type { Config } from '#config/index.ts';
import { MediaError } from './errors.ts';
import { answer } from './faults.ts';
import { ROOM_PEERS, TRACK_COST } from './placement.ts';
import { createPeerMedia } from './peer-media.ts';
import type { AddPeerOptions, PeerMediaImpl } from './peer-media.ts';
import type { ProducerMedia } from './producer-media.ts';
import { openTap } from './recording-tap.ts';
import type { Emit, RoomContext } from './room-context.ts';
import { watchSpeakers } from './speakers.ts';
import type { Speakers } from './speakers.ts';
import type { MediaLog, MediaTap, RoomMedia, RoomMediaEvents, RtpCapabilities, TrackInfo } from './types.ts';

/** What a room is made of. */
export interface RoomParts {
  roomId: string;
  config: Config;
  log: MediaLog;
  workerPid: number;
  router: types.Router;
  webRtcServer: types.WebRtcServer;
  /** Told what tracks beyond those of a usual room will cost, in cores, before they are made. @throws {MediaError} `media_full` */
  grow(peerId: string, cores: number): void;
  /** Somebody left. */
  shrink(peerId: string): void;
  /** The room closed by itself or was lost. */
  closed(room: RoomMediaImpl): void;
}

/**
 * Makes the media of a room on a fresh router, which it owns from here on.
 * @throws {MediaError} `media_unavailable` when the worker dies meanwhile
 */
export async function createRoomMedia(parts: RoomParts): Promise<RoomMediaImpl> {
  const events = new EventEmitter<RoomMediaEvents>();
  const emit = emitter(events, parts.log);
  const speakers = await answer(
    watchSpeakers(parts.router, {
      speaker: (peerId) => emit('activeSpeaker', { peerId }),
      levels: (levels) => emit('levels', { levels }),
    }),
    () => parts.router.closed,
  );
  return new RoomMediaImpl(parts, events, emit, speakers);
}

/** A listener that throws is logged and keeps nobody from hearing. */
function emitter(events: EventEmitter<RoomMediaEvents>, log: MediaLog): Emit {
  return (event, ...args) => {
    try {
      (events as EventEmitter).emit(event, ...args);
    } catch (error) {
      log.error({ err: error, event }, 'a listener of room media failed');
    }
  };
}

/** Refuses capabilities that mediasoup would stumble over later, with every consumer. */
function checkCapabilities(rtpCapabilities: RtpCapabilities): void {
  try {
    ortc.validateAndNormalizeRtpCapabilities(structuredClone(rtpCapabilities));
  } catch (error) {
    throw new MediaError('invalid_media', error instanceof Error ? error.message : undefined, { cause: error });
  }
}

export class RoomMediaImpl implements RoomMedia {
  readonly #parts: RoomParts;
  readonly #events: EventEmitter<RoomMediaEvents>;
  readonly #emit: Emit;
  readonly #speakers: Speakers;
  readonly #peers = new Map<string, PeerMediaImpl>();
  readonly #context: RoomContext;
  #closed = false;

  constructor(parts: RoomParts, events: EventEmitter<RoomMediaEvents>, emit: Emit, speakers: Speakers) {
    this.#parts = parts;
    this.#events = events;
    this.#emit = (event, ...args) => {
      if (!this.#closed) emit(event, ...args);
    };
    this.#speakers = speakers;
    this.#context = this.#contextOfPeers();
  }

  get roomId(): string {
    return this.#parts.roomId;
  }

  get workerPid(): number {
    return this.#parts.workerPid;
  }

  get routerRtpCapabilities(): RtpCapabilities {
    return this.#parts.router.rtpCapabilities;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Transports, producers and consumers of the room. */
  get counts() {
    const counts = { transports: 0, producers: 0, consumers: 0 };
    for (const peer of this.#peers.values()) {
      const own = peer.counts;
      counts.transports += own.transports;
      counts.producers += own.producers;
      counts.consumers += own.consumers;
    }
    return counts;
  }

  on<K extends keyof RoomMediaEvents>(event: K, listener: (...args: RoomMediaEvents[K]) => void): unknown {
    return (this.#events as EventEmitter).on(event, listener as (...args: unknown[]) => void);
  }

  peer(peerId: string): PeerMediaImpl | undefined {
    return this.#peers.get(peerId);
  }

  tracks(): TrackInfo[] {
    return [...this.#peers.values()].flatMap((peer) => peer.producers().map((info) => ({ ...info, peerId: peer.id })));
  }

  async tap(producerId: string, port: number): Promise<MediaTap> {
    this.#assertOpen();
    for (const peer of this.#peers.values()) {
      const producer = peer.sent.find(({ id }) => id === producerId);
      if (producer) return openTap(this.#parts.router, producer, port);
    }
    throw new MediaError('not_found');
  }

  async addPeer(options: AddPeerOptions): Promise<PeerMediaImpl> {
    this.#assertOpen();
    checkCapabilities(options.rtpCapabilities);
    if (this.#peers.size >= ROOM_PEERS && !this.#peers.has(options.peerId)) this.#parts.grow(options.peerId, this.#costOfJoining());
    const peer = await createPeerMedia(this.#context, options);
    if (this.#closed) {
      peer.roomClosed();
      throw new MediaError('closed');
    }
    this.#peers.get(peer.id)?.close();
    this.#peers.set(peer.id, peer);
    this.#consumeAll(peer);
    await peer.receiving.settled();
    if (peer.closed) throw new MediaError('closed');
    return peer;
  }

  /** Closes the router and with it every transport; tells nobody. */
  close(): void {
    if (this.#closed) return;
    this.#end();
    this.#parts.router.close();
  }

  /** The worker is gone and the router with it. */
  workerLost(): void {
    if (this.#closed) return;
    this.#end();
    emitter(this.#events, this.#parts.log)('lost');
  }

  /** The worker was stopped, together with the process: there is nothing to rebuild. */
  workerStopped(): void {
    if (!this.#closed) this.#end();
  }

  #end(): void {
    this.#closed = true;
    for (const peer of this.#peers.values()) peer.roomClosed();
    this.#peers.clear();
    this.#parts.closed(this);
  }

  #contextOfPeers(): RoomContext {
    const { config, log, router, webRtcServer } = this.#parts;
    return {
      config,
      log,
      router,
      webRtcServer,
      emit: this.#emit,
      admitProducer: (peer, kind) => {
        if (this.#peers.size > ROOM_PEERS) this.#parts.grow(peer.id, this.#others(peer).length * TRACK_COST[kind]);
      },
      producerAdded: (peer, producer) => this.#producerAdded(peer, producer),
      producerChanged: ({ producer, source }) => {
        if (source === 'microphone') this.#speakers.changed(producer);
        this.#emit('tracksChanged');
      },
      producerRemoved: ({ id }) => {
        this.#speakers.removed(id);
        this.#emit('tracksChanged');
      },
      dataProducerAdded: (peer, dataProducer) => {
        for (const other of this.#others(peer)) other.receiving.consumeData(dataProducer, peer.id);
      },
      consumerRemoved: (peer) => {
        if (!peer.closed) this.#consumeAll(peer);
      },
      peerClosed: (peer) => this.#peerClosed(peer),
    };
  }

  #producerAdded(peer: PeerMediaImpl, producer: ProducerMedia): void {
    if (producer.source === 'microphone') {
      this.#speakers.add(producer.producer, peer.id).catch((error: unknown) => {
        if (!producer.producer.closed) this.#parts.log.warn({ err: error, producerId: producer.id }, 'could not watch a microphone');
      });
    }
    for (const other of this.#others(peer)) other.receiving.consume(producer);
    this.#emit('tracksChanged');
  }

  #peerClosed(peer: PeerMediaImpl): void {
    for (const { id } of peer.sent) this.#speakers.removed(id);
    this.#parts.shrink(peer.id);
    // A newer seat of the same id stays.
    if (this.#peers.get(peer.id) === peer) this.#peers.delete(peer.id);
    this.#emit('tracksChanged');
  }

  /** Sound first: when the limit does not allow all, faces are what is left out. */
  #consumeAll(peer: PeerMediaImpl): void {
    const others = this.#others(peer);
    const producers = others.flatMap((other) => other.sent);
    const isAudio = ({ producer }: ProducerMedia) => producer.kind === 'audio';
    for (const producer of producers.filter(isAudio)) peer.receiving.consume(producer);
    for (const producer of producers.filter((each) => !isAudio(each))) peer.receiving.consume(producer);
    for (const other of others) for (const data of other.dataProducers.values()) peer.receiving.consumeData(data, other.id);
  }

  get peers(): Iterable<PeerMediaImpl> {
    return this.#peers.values();
  }

  /** What the tracks will cost that somebody who comes in receives, in cores: sound first, as far as the limit allows. */
  #costOfJoining(): number {
    const kinds = [...this.#peers.values()].flatMap(({ sent }) => sent.map(({ producer }) => producer.kind));
    const most = this.#parts.config.MEDIA_MAX_CONSUMERS;
    const sounds = Math.min(kinds.filter((kind) => kind === 'audio').length, most);
    return sounds * TRACK_COST.audio + Math.min(kinds.length - sounds, most - sounds) * TRACK_COST.video;
  }

  #others(peer: PeerMediaImpl): PeerMediaImpl[] {
    return [...this.#peers.values()].filter((other) => other !== peer);
  }

  #assertOpen(): void {
    if (this.#closed) throw new MediaError('closed');
  }
}
