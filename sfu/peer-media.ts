/** Media of one seat: a transport each way, what it sends, and (in `receiving.ts`) what it receives, on this router or another. */
import type { types } from 'mediasoup';
import { MediaError } from './errors.ts';
import { answer } from './faults.ts';
import { floodWatch } from './flood.ts';
import type { FloodWatch } from './flood.ts';
import { peerQuality } from './peer-quality.ts';
import { producerMedia } from './producer-media.ts';
import type { ProducerMedia } from './producer-media.ts';
import type { Receiving } from './receiving.ts';
import type { RoomContext } from './room-context.ts';
import { connectTransport, openTransport, transportOptions } from './transports.ts';
import type { DtlsParameters, IceParameters, MediaKind, MediaSource, PeerMedia, ProducerInfo, RtpCapabilities } from './types.ts';
import { lookPace, uplinkWatch } from './uplink.ts';

export interface AddPeerOptions {
  peerId: string;
  rtpCapabilities: RtpCapabilities;
  canSend: boolean;
  audioOnly: boolean;
}

const KIND_OF: Record<MediaSource, MediaKind> = { microphone: 'audio', camera: 'video', screen: 'video', 'screen-audio': 'audio' };

/**
 * Opens the transports of a seat, both at once.
 * @param receive opens the receiving half
 * @throws {MediaError} `limit_reached`, `closed`, `media_unavailable`, and what `receive` throws
 */
export async function createPeerMedia(
  room: RoomContext,
  options: AddPeerOptions,
  receive: () => Promise<Receiving>,
): Promise<PeerMediaImpl> {
  if ((options.canSend ? 2 : 1) > room.config.MEDIA_MAX_TRANSPORTS) throw new MediaError('limit_reached');
  const opening = [options.canSend ? openLimited(room) : Promise.resolve(null), receive()] as const;
  try {
    const [send, receiving] = await answer(Promise.all(opening), () => room.router.closed);
    // Lost before anybody could be told.
    if (receiving.closed) throw new MediaError('media_unavailable');
    return new PeerMediaImpl(room, options, send, receiving);
  } catch (error) {
    // One of them may have come into being: nobody else would close it before the room does.
    for (const each of await Promise.allSettled(opening)) if (each.status === 'fulfilled') each.value?.close();
    throw error;
  }
}

async function openLimited({ router, webRtcServer, config }: RoomContext): Promise<types.WebRtcTransport> {
  const transport = await openTransport(router, webRtcServer);
  try {
    await transport.setMaxIncomingBitrate(config.MEDIA_MAX_INCOMING_BITRATE);
  } catch (error) {
    transport.close();
    throw error;
  }
  return transport;
}

export class PeerMediaImpl implements PeerMedia {
  readonly id: string;
  readonly receiving: Receiving;
  readonly dataProducers = new Map<string, types.DataProducer>();
  readonly #room: RoomContext;
  readonly #send: types.WebRtcTransport | null;
  readonly #producers = new Map<string, ProducerMedia>();
  /** Sources that are taken, those on their way to the worker included. */
  readonly #sources = new Set<MediaSource>();
  readonly #quality = peerQuality(
    { up: () => this.#upScore(), down: () => this.receiving.score(), looksBad: () => this.receiving.looksBad() },
    (levels) => this.#room.emit('quality', { peerId: this.id, ...levels }),
  );
  readonly #uplink = uplinkWatch();
  readonly #pace = lookPace();
  readonly #flood: FloodWatch;
  #dataProducersOpening = 0;
  #closed = false;

  constructor(room: RoomContext, options: AddPeerOptions, send: types.WebRtcTransport | null, receiving: Receiving) {
    this.id = options.peerId;
    this.#room = room;
    this.#send = send;
    this.receiving = receiving;
    this.#flood = floodWatch(room.config.MEDIA_MAX_INCOMING_BITRATE);
    const scoreChanged = () => this.#quality.changed();
    receiving.bind({ scoreChanged, ended: () => this.#ended('peerEnded'), lost: () => this.#ended('peerLost') });
    send?.on('icestatechange', scoreChanged);
    send?.on('dtlsstatechange', (state) => {
      if (state === 'failed' || state === 'closed') this.#ended('peerEnded');
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  get send() {
    return this.#send && transportOptions(this.#send);
  }

  get recv() {
    return this.receiving.transport;
  }

  /** What it sends, for the figures of a worker. */
  get counts() {
    return { transports: this.#send ? 1 : 0, producers: this.#producers.size };
  }

  get sent(): ProducerMedia[] {
    return [...this.#producers.values()];
  }

  consumers() {
    return this.receiving.infos();
  }

  dataConsumers() {
    return this.receiving.dataInfos();
  }

  producers(): ProducerInfo[] {
    return this.sent.map((producer) => producer.info());
  }

  producerLayers(): ReturnType<PeerMedia['producerLayers']> {
    return this.sent.flatMap(({ id, told }) => (told === undefined ? [] : [{ producerId: id, maxSpatialLayer: told }]));
  }

  async connectTransport(transportId: string, dtlsParameters: DtlsParameters): Promise<void> {
    const transport = this.#transport(transportId);
    if (transport === 'recv') await this.receiving.connect(dtlsParameters);
    else await connectTransport(transport, dtlsParameters);
  }

  async restartIce(transportId: string): Promise<IceParameters> {
    const transport = this.#transport(transportId);
    if (transport === 'recv') return await this.receiving.restartIce();
    return await answer(transport.restartIce(), () => this.#closed);
  }

  async produce(options: Parameters<PeerMedia['produce']>[0]): Promise<ProducerInfo> {
    const transport = this.#sendTransport(options.transportId);
    const { kind, source, rtpParameters, paused } = options;
    if (KIND_OF[source] !== kind) throw new MediaError('invalid_media', `A ${source} is not ${kind}`);
    if (this.#sources.has(source) || this.#sources.size >= this.#room.config.MEDIA_MAX_PRODUCERS) throw new MediaError('limit_reached');
    this.#sources.add(source);
    try {
      await this.#room.admitProducer(this, kind);
      if (this.#closed) throw new MediaError('closed');
      const producer = await answer(transport.produce({ kind, rtpParameters, paused }), () => this.#closed, true);
      if (this.#closed) throw new MediaError('closed');
      return this.#produced(producer, source);
    } catch (error) {
      this.#sources.delete(source);
      throw error;
    }
  }

  #produced(producer: types.Producer, source: MediaSource): ProducerInfo {
    const media = producerMedia(
      producer,
      { peerId: this.id, source, uplink: this.#uplink },
      {
        layers: (maxSpatialLayer) => this.#room.emit('producerLayers', { peerId: this.id, producerId: producer.id, maxSpatialLayer }),
        score: () => this.#quality.changed(),
      },
    );
    this.#producers.set(media.id, media);
    this.#room.producerAdded(this, media);
    return media.info();
  }

  closeProducer(producerId: string): void {
    const media = this.#producers.get(producerId);
    if (!media) return;
    this.#producers.delete(producerId);
    this.#sources.delete(media.source);
    media.close();
    this.#room.producerRemoved(media);
  }

  async pauseProducer(producerId: string): Promise<void> {
    const media = this.#producer(producerId);
    await answer(media.producer.pause(), () => media.producer.closed);
    this.#room.producerChanged(media);
  }

  async resumeProducer(producerId: string): Promise<void> {
    const media = this.#producer(producerId);
    await answer(media.producer.resume(), () => media.producer.closed);
    this.#room.producerChanged(media);
  }

  async pauseConsumers(consumerIds: readonly string[]): Promise<void> {
    this.#assertOpen();
    await this.receiving.pause(consumerIds);
  }

  async resumeConsumers(consumerIds: readonly string[]): Promise<void> {
    this.#assertOpen();
    await this.receiving.resume(consumerIds);
  }

  async display(displays: Parameters<PeerMedia['display']>[0]): Promise<void> {
    this.#assertOpen();
    await this.receiving.display(displays);
  }

  async setAudioOnly(audioOnly: boolean): Promise<void> {
    this.#assertOpen();
    await this.receiving.setAudioOnly(audioOnly);
  }

  async produceData(options: Parameters<PeerMedia['produceData']>[0]): Promise<{ id: string }> {
    const { transportId, ...data } = options;
    const transport = this.#sendTransport(transportId);
    const opened = this.dataProducers.size + this.#dataProducersOpening;
    if (opened >= this.#room.config.MEDIA_MAX_PRODUCERS) throw new MediaError('limit_reached');
    this.#dataProducersOpening += 1;
    try {
      const dataProducer = await answer(transport.produceData(data), () => this.#closed, true);
      if (this.#closed) throw new MediaError('closed');
      this.dataProducers.set(dataProducer.id, dataProducer);
      this.#room.dataProducerAdded(this, dataProducer);
      return { id: dataProducer.id };
    } finally {
      this.#dataProducersOpening -= 1;
    }
  }

  /** Closes the transports and with them all that the seat sends and receives. */
  close(): void {
    if (this.#closed) return;
    this.#room.peerClosed(this);
    this.#end();
    this.receiving.close();
    this.#send?.close();
  }

  /** The router closed and took the transports with it. */
  roomClosed(): void {
    if (this.#closed) return;
    this.#end();
    this.receiving.routerClosed(false);
  }

  #end(): void {
    this.#closed = true;
    this.#quality.close();
    for (const media of this.#producers.values()) media.released();
    this.#producers.clear();
    this.dataProducers.clear();
  }

  /** Looks once at what comes in, whether it is whole; closes the media of a peer that goes on sending more than it may. */
  async checkUplink(): Promise<void> {
    const send = this.#send;
    if (this.#closed || !send || this.#producers.size + this.dataProducers.size === 0) return;
    if (!this.#pace.due(this.#upScore())) return;
    const [stats] = await send.getStats();
    this.#uplink.saw(stats?.rtpPacketLossReceived);
    const bitrate = stats?.recvBitrate ?? 0;
    this.#pace.looked(bitrate < this.#room.config.MEDIA_MAX_INCOMING_BITRATE / 2 && !this.#uplink.lossy);
    if (this.#closed || !this.#flood.exceeds(bitrate)) return;
    this.close();
    this.#room.emit('peerFlooded', { peerId: this.id, bitrate });
  }

  /** Nothing brings a transport back that the client closed, whose DTLS failed or whose worker is gone. */
  #ended(event: 'peerEnded' | 'peerLost'): void {
    if (this.#closed) return;
    this.close();
    this.#room.emit(event, { peerId: this.id });
  }

  /** The worst of what it sends. */
  #upScore(): number | undefined {
    if (this.#send?.iceState === 'disconnected') return 0;
    const scores = this.sent.flatMap((producer) => producer.score() ?? []);
    return scores.length > 0 ? Math.min(...scores) : undefined;
  }

  #assertOpen(): void {
    if (this.#closed) throw new MediaError('closed');
  }

  #transport(transportId: string): types.WebRtcTransport | 'recv' {
    this.#assertOpen();
    if (transportId === this.#send?.id) return this.#send;
    if (transportId === this.receiving.transportId) return 'recv';
    throw new MediaError('not_found');
  }

  #sendTransport(transportId: string): types.WebRtcTransport {
    const transport = this.#transport(transportId);
    if (transport === 'recv') throw new MediaError('not_found');
    return transport;
  }

  #producer(producerId: string): ProducerMedia {
    this.#assertOpen();
    const media = this.#producers.get(producerId);
    if (!media) throw new MediaError('not_found');
    return media;
  }
}
