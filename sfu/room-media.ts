/** Media of one room: its home router, on which everybody sends, and the routers on which they receive. */
import { EventEmitter } from 'node:events';
import { ortc } from 'mediasoup';
import type { types } from 'mediasoup';
import type { Config } from '#config/index.ts';
import { MediaError } from './errors.ts';
import type { HomeTracks } from './pipe.ts';
import { ROOM_PEERS, TRACK_COST } from './placement.ts';
import { createPeerMedia } from './peer-media.ts';
import type { AddPeerOptions, PeerMediaImpl } from './peer-media.ts';
import type { ProducerMedia } from './producer-media.ts';
import type { Receiving } from './receiving.ts';
import { openTap } from './recording-tap.ts';
import type { Emit, RoomContext } from './room-context.ts';
import type { Cost, RoomEdge } from './room-edge.ts';
import { RoomEdges } from './room-edges.ts';
import { RouterPeers } from './router-peers.ts';
import { watchSpeakers } from './speakers.ts';
import type { Speakers } from './speakers.ts';
import { ownDataTrack, ownTrack } from './track.ts';
import type { Offers } from './track.ts';
import type { MediaLog, MediaTap, RoomMedia, RoomMediaEvents, RtpCapabilities, TrackInfo } from './types.ts';
import type { Hosted } from './worker-slot.ts';

/** What a room is made of. */
export interface RoomParts {
  roomId: string;
  config: Config;
  log: MediaLog;
  workerPid: number;
  router: types.Router;
  webRtcServer: types.WebRtcServer;
  /** Counts what is about to be added on the worker of the room. @returns false when that is too much for this share of it */
  admit(who: string, cost: Cost, share: number): boolean;
  /** Somebody left. */
  forget(who: string): void;
  /** Opens one more router that can bear this much, where the room has none; undefined when there is none. */
  openEdge(room: EdgeOwner, offers: Offers, cost: Cost, share: number): Promise<RoomEdge | undefined>;
  /** The room closed by itself or was lost. */
  closed(room: RoomMediaImpl): void;
}

/** What an edge of a room needs of it. */
export interface EdgeOwner {
  roomId: string;
  home: HomeTracks;
  emit: Emit;
  gone(edge: RoomEdge): void;
}

/** Makes the media of a room on a fresh router, which it owns from here on. */
export function createRoomMedia(parts: RoomParts): RoomMediaImpl {
  const events = new EventEmitter<RoomMediaEvents>();
  const emit = emitter(events, parts.log);
  const speakers = watchSpeakers(parts.router, {
    speaker: (peerId) => emit('activeSpeaker', { peerId }),
    levels: (levels) => emit('levels', { levels }),
  });
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

export class RoomMediaImpl implements RoomMedia, Hosted {
  readonly #parts: RoomParts;
  readonly #events: EventEmitter<RoomMediaEvents>;
  readonly #emit: Emit;
  readonly #speakers: Speakers;
  readonly #peers = new Map<string, PeerMediaImpl>();
  readonly #context: RoomContext;
  /** Who receives on the home router. */
  readonly #home: RouterPeers;
  /** All routers. */
  readonly #edges: RoomEdges;
  /** People whose transports are being made. */
  #coming = 0;
  #closed = false;

  constructor(parts: RoomParts, events: EventEmitter<RoomMediaEvents>, emit: Emit, speakers: Speakers) {
    this.#parts = parts;
    this.#events = events;
    this.#emit = (event, ...args) => {
      if (!this.#closed) emit(event, ...args);
    };
    this.#speakers = speakers;
    this.#context = this.#contextOfPeers();
    const { config, log, router, webRtcServer } = parts;
    this.#home = new RouterPeers({ ...{ config, log, router, webRtcServer }, emit: this.#emit });
    this.#edges = new RoomEdges({ home: this.#homeEdge(), open: (...request) => parts.openEdge(this.#owner(), ...request) });
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

  /** Transports, producers and consumers on the worker of the room. */
  get counts() {
    const counts = { transports: this.#home.size, producers: 0, consumers: this.#home.consumers };
    for (const peer of this.#peers.values()) {
      counts.transports += peer.counts.transports;
      counts.producers += peer.counts.producers;
    }
    return counts;
  }

  get expectedConsumers(): number {
    return this.#home.expectedConsumers + this.#home.tracks * this.#edges.size;
  }

  get idlePeers(): number {
    return this.#home.tracks === 0 ? this.#home.size : 0;
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
    const { peerId } = options;
    // A usual room stays on its router, whatever the load.
    const small = this.#peers.has(peerId) || this.#peers.size + this.#coming < ROOM_PEERS;
    const receive = (): Promise<Receiving> => (small ? this.#home.receive(options) : this.#edges.receive(options, this.#costOfJoining()));
    this.#coming += 1;
    const peer = await createPeerMedia(this.#context, options, receive).finally(() => (this.#coming -= 1));
    if (this.#closed) {
      peer.roomClosed();
      throw new MediaError('closed');
    }
    this.#peers.get(peer.id)?.close();
    this.#peers.set(peer.id, peer);
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
    this.#home.routerClosed();
    this.#edges.close();
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
      admitProducer: async (peer, kind) => {
        if (this.#peers.size > ROOM_PEERS) await this.#edges.grow(peer.id, TRACK_COST[kind]);
      },
      producerAdded: (peer, producer) => this.#producerAdded(peer, producer),
      producerChanged: (media) => {
        if (media.source === 'microphone') this.#speakers.changed(media.producer);
        this.#edges.trackPaused(media);
        this.#emit('tracksChanged');
      },
      producerRemoved: ({ id }) => {
        this.#removeTrack(id);
        this.#emit('tracksChanged');
      },
      dataProducerAdded: (peer, dataProducer) => {
        this.#home.addDataTrack(ownDataTrack(dataProducer, peer.id));
        this.#edges.addDataTrack(dataProducer, peer.id);
      },
      peerClosed: (peer) => this.#peerClosed(peer),
    };
  }

  /** The home router as one of the edges. */
  #homeEdge(): Pick<RoomEdge, 'receive' | 'grow'> {
    const { admit } = this.#parts;
    return {
      receive: async (options, cost, share) => {
        if (!admit(options.peerId, cost, share)) throw new MediaError('media_full');
        return await this.#home.receive(options);
      },
      grow: (from, cores) => {
        const pipes = this.#edges.size;
        const copies = Math.max(0, this.#home.size - 1) + pipes;
        return admit(from, { cores: cores * copies, consumers: Math.max(0, this.#home.growth - 1) + pipes }, 1);
      },
    };
  }

  #owner(): EdgeOwner {
    const { roomId, router } = this.#parts;
    const edges = this.#edges;
    return { roomId, home: { router, track: (id) => edges.track(id) }, emit: this.#emit, gone: (edge) => edges.gone(edge) };
  }

  #producerAdded(peer: PeerMediaImpl, producer: ProducerMedia): void {
    if (producer.source === 'microphone') {
      this.#speakers.add(producer.producer, peer.id).catch((error: unknown) => {
        if (!producer.producer.closed) this.#parts.log.warn({ err: error, producerId: producer.id }, 'could not watch a microphone');
      });
    }
    this.#home.addTrack(ownTrack(producer));
    this.#edges.addTrack(producer);
    this.#emit('tracksChanged');
  }

  #removeTrack(id: string): void {
    this.#speakers.removed(id);
    this.#home.removeTrack(id);
    this.#edges.removeTrack(id);
  }

  #peerClosed(peer: PeerMediaImpl): void {
    for (const { id } of peer.sent) this.#removeTrack(id);
    for (const id of peer.dataProducers.keys()) this.#removeTrack(id);
    this.#parts.forget(peer.id);
    // A newer seat of the same id stays.
    if (this.#peers.get(peer.id) === peer) this.#peers.delete(peer.id);
    this.#emit('tracksChanged');
  }

  get peers(): Iterable<PeerMediaImpl> {
    return this.#peers.values();
  }

  /** What the tracks will cost that somebody who comes in receives: sound first, as far as the limit allows. */
  #costOfJoining(): Cost {
    const kinds = [...this.#peers.values()].flatMap(({ sent }) => sent.map(({ producer }) => producer.kind));
    const most = this.#parts.config.MEDIA_MAX_CONSUMERS;
    const sounds = Math.min(kinds.filter((kind) => kind === 'audio').length, most);
    const videos = Math.min(kinds.length - sounds, most - sounds);
    // One at least: a speaker may be about to come.
    return { cores: sounds * TRACK_COST.audio + videos * TRACK_COST.video, consumers: Math.max(1, sounds + videos) };
  }

  #assertOpen(): void {
    if (this.#closed) throw new MediaError('closed');
  }
}
