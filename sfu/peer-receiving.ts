/** The receiving half of a peer: a transport, and one consumer for each track and data channel of the others. */
import { ortc } from 'mediasoup';
import type { types } from 'mediasoup';
import type { Config } from '#config/index.ts';
import { ConsumerMedia } from './consumer-media.ts';
import { MediaError } from './errors.ts';
import { answer } from './faults.ts';
import type { Size } from './layers.ts';
import type { ProducerMedia } from './producer-media.ts';
import type { Receiving, ReceivingListener } from './receiving.ts';
import type { Emit } from './room-context.ts';
import type { DataTrack, Track } from './track.ts';
import { connectTransport, transportOptions } from './transports.ts';
import type {
  ConsumerInfo,
  DataConsumerInfo,
  DtlsParameters,
  IceParameters,
  MediaLog,
  RtpCapabilities,
  TransportOptions,
} from './types.ts';

/** Wait before a track is asked for again whose pipe could not be made, in ms. */
const PIPE_RETRY_MS = 2_000;

interface ReceivingOptions {
  config: Config;
  log: MediaLog;
  emit: Emit;
  peerId: string;
  transport: types.WebRtcTransport;
  rtpCapabilities: RtpCapabilities;
  audioOnly: boolean;
  /** The limit of consumers was reached and now there is room for one. */
  consumerRemoved: () => void;
  /** It was closed by its peer. */
  closed: () => void;
}

export class PeerReceiving implements Receiving {
  readonly peerId: string;
  readonly #options: ReceivingOptions;
  /** A copy: mediasoup normalises what it is given. */
  readonly #rtpCapabilities: RtpCapabilities;
  readonly #consumers = new Map<string, ConsumerMedia>();
  readonly #dataConsumers = new Map<string, DataConsumerInfo>();
  /** Ids of what is being consumed already, or is about to be: nothing is consumed twice. */
  readonly #taken = new Set<string>();
  /** The same for data channels, which do not count against the limit of tracks. */
  readonly #takenData = new Set<string>();
  readonly #pending = new Set<Promise<void>>();
  /** What gives the track of each consumer back, by the consumer's id. */
  readonly #releases = new Map<string, () => void>();
  /** Until the peer is handed over, its consumers are part of the answer and not told as events. */
  #announcing = false;
  #audioOnly: boolean;
  #closed = false;
  #listener: ReceivingListener | undefined;

  constructor(options: ReceivingOptions) {
    this.peerId = options.peerId;
    this.#options = options;
    this.#rtpCapabilities = structuredClone(options.rtpCapabilities);
    this.#audioOnly = options.audioOnly;
    const { transport } = options;
    transport.on('icestatechange', () => this.#scoreChanged());
    transport.on('dtlsstatechange', (state) => {
      // Before that nothing can be told, and scores that stay as good as they begin make no event.
      if (state === 'connected') this.#scoreChanged();
      if ((state === 'failed' || state === 'closed') && !this.#closed) this.#listener?.ended();
    });
  }

  bind(listener: ReceivingListener): void {
    this.#listener = listener;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get transportId(): string {
    return this.#options.transport.id;
  }

  get transport(): TransportOptions {
    return transportOptions(this.#options.transport);
  }

  async connect(dtlsParameters: DtlsParameters): Promise<void> {
    await connectTransport(this.#options.transport, dtlsParameters);
  }

  async restartIce(): Promise<IceParameters> {
    return await answer(this.#options.transport.restartIce(), () => this.#closed);
  }

  infos(): ConsumerInfo[] {
    return [...this.#consumers.values()].map((consumer) => consumer.info);
  }

  dataInfos(): DataConsumerInfo[] {
    return [...this.#dataConsumers.values()];
  }

  get count(): number {
    return this.#consumers.size;
  }

  /** Waits for what is on its way; from then on new consumers are told as events. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
    this.#announcing = true;
  }

  /** Starts to consume a track, paused, unless it is consumed already, cannot be received or the limit is reached. */
  consume(track: Track): void {
    const { transport } = this.#options;
    const rtpCapabilities = this.#rtpCapabilities;
    if (transport.closed || track.closed || this.#taken.has(track.id)) return;
    if (this.#full() || !ortc.canConsume(track.consumable, rtpCapabilities)) return;
    this.#start(this.#taken, track, async () => {
      const producer = await this.#take(track, () => this.consume(track));
      const consumer = await transport.consume({ producerId: track.id, rtpCapabilities, paused: true });
      this.#consumerCreated(consumer, producer, track);
    });
  }

  #full(): boolean {
    return this.#taken.size >= this.#options.config.MEDIA_MAX_CONSUMERS;
  }

  #consumerCreated(consumer: types.Consumer, producer: ProducerMedia, track: Track): void {
    const { emit, peerId } = this.#options;
    const scoreChanged = () => this.#scoreChanged();
    // Closed meanwhile: nobody would give the track back.
    if (this.#closed) throw new MediaError('closed');
    const media = new ConsumerMedia(consumer, producer, this.#audioOnly, scoreChanged);
    this.#releases.set(consumer.id, () => track.release());
    this.#consumers.set(consumer.id, media);
    consumer.on('producerclose', () => {
      const full = this.#full();
      this.#taken.delete(producer.id);
      this.#consumers.delete(consumer.id);
      media.released();
      this.#release(consumer.id);
      if (this.#announcing) emit('consumerClosed', { peerId, consumerId: consumer.id });
      if (full) this.#options.consumerRemoved();
    });
    const changed = () => {
      if (this.#announcing) emit('consumerChanged', { peerId, consumerId: consumer.id, producerPaused: consumer.producerPaused });
      scoreChanged();
    };
    consumer.on('producerpause', changed);
    consumer.on('producerresume', changed);
    if (this.#announcing) emit('consumerCreated', { peerId, consumer: media.info });
  }

  /** Starts to consume somebody's data channel. */
  consumeData(track: DataTrack): void {
    const { emit, transport, peerId } = this.#options;
    if (transport.closed || track.closed || this.#takenData.has(track.id)) return;
    this.#start(this.#takenData, track, async () => {
      await this.#take(track, () => this.consumeData(track));
      const dataConsumer = await transport.consumeData({ dataProducerId: track.id });
      if (this.#closed) throw new MediaError('closed');
      const info: DataConsumerInfo = {
        id: dataConsumer.id,
        dataProducerId: track.id,
        peerId: track.peerId,
        sctpStreamParameters: dataConsumer.sctpStreamParameters ?? { streamId: 0 },
        label: dataConsumer.label,
        protocol: dataConsumer.protocol,
      };
      this.#dataConsumers.set(info.id, info);
      this.#releases.set(info.id, () => track.release());
      dataConsumer.on('dataproducerclose', () => {
        this.#takenData.delete(track.id);
        this.#dataConsumers.delete(info.id);
        this.#release(info.id);
        if (this.#announcing) emit('dataConsumerClosed', { peerId, dataConsumerId: info.id });
      });
      if (this.#announcing) emit('dataConsumerCreated', { peerId, dataConsumer: info });
    });
  }

  /** Has the track on this router. A pipe that could not be made is tried again: the peer may stay for long. */
  async #take<T>(track: { take(): Promise<T> }, again: () => void): Promise<T> {
    try {
      return await track.take();
    } catch (error) {
      setTimeout(again, PIPE_RETRY_MS).unref();
      throw error;
    }
  }

  /** A failure counts only while the track, this peer and the worker are still there. */
  #start(taken: Set<string>, track: Track | DataTrack, create: () => Promise<void>): void {
    const { log, peerId, transport } = this.#options;
    taken.add(track.id);
    const task = create()
      .catch((error: unknown) => {
        taken.delete(track.id);
        track.release();
        if (!transport.closed && !track.closed) log.warn({ err: error, peerId, producerId: track.id }, 'could not consume');
      })
      .finally(() => this.#pending.delete(task));
    this.#pending.add(task);
  }

  /** Gives back what a consumer took. */
  #release(consumerId: string): void {
    const release = this.#releases.get(consumerId);
    this.#releases.delete(consumerId);
    release?.();
  }

  #scoreChanged(): void {
    this.#listener?.scoreChanged();
  }

  /** @throws {MediaError} `not_found` when none of them exists (some may just have closed) */
  #known(consumerIds: readonly string[]): ConsumerMedia[] {
    const known = consumerIds.flatMap((id) => this.#consumers.get(id) ?? []);
    if (known.length === 0) throw new MediaError('not_found');
    return known;
  }

  async pause(consumerIds: readonly string[]): Promise<void> {
    await Promise.all(this.#known(consumerIds).map((consumer) => consumer.pause()));
    this.#scoreChanged();
  }

  async resume(consumerIds: readonly string[]): Promise<void> {
    await Promise.all(this.#known(consumerIds).map((consumer) => consumer.resume()));
    this.#scoreChanged();
  }

  async display(displays: readonly ({ consumerId: string } & Size)[]): Promise<void> {
    const known = displays.flatMap(({ consumerId, ...size }) => this.#consumers.get(consumerId)?.display(size) ?? []);
    await Promise.all(known);
  }

  async setAudioOnly(audioOnly: boolean): Promise<void> {
    this.#audioOnly = audioOnly;
    await Promise.all([...this.#consumers.values()].map((consumer) => consumer.setAudioOnly(audioOnly)));
  }

  /** Whether something does not come as it should, whoever is to blame: then `score` has to be asked again from time to time. */
  looksBad(): boolean {
    return this.#flowing().filter((consumer) => consumer.looksBad()).length > 0;
  }

  /**
   * The worst of what flows, 0 to 10: where the way down is too narrow, sound stays whole to the last while video
   * starves, and that is what the person sees. What the others lose on their way up is not counted. Undefined while
   * nothing flows or nothing can be told.
   */
  async score(): Promise<number | undefined> {
    const { iceState, dtlsState } = this.#options.transport;
    if (iceState === 'disconnected') return 0;
    if (dtlsState !== 'connected') return undefined;
    const loss = this.looksBad() ? await this.#loss() : undefined;
    const scores = await Promise.all(this.#flowing().map((consumer) => consumer.score(loss)));
    const known = scores.filter((score) => score !== undefined);
    return known.length > 0 ? Math.min(...known) : undefined;
  }

  #flowing(): ConsumerMedia[] {
    return [...this.#consumers.values()].filter((consumer) => consumer.flows);
  }

  /** Share of packets lost on the way to this peer; undefined when none are acknowledged: the figure would be an old one. */
  async #loss(): Promise<number | undefined> {
    if (!this.#flowing().some((consumer) => consumer.isMeasured)) return undefined;
    const stats = await this.#options.transport.getStats().catch(() => []);
    return stats[0]?.rtpPacketLossSent;
  }

  /** Closes the transport; the others' producers need not send for this peer any more. */
  close(): void {
    if (this.#closed) return;
    this.#end();
    this.#options.transport.close();
    this.#options.closed();
  }

  /** The router took the transport with it. @param lost whether the peer does not know of it */
  routerClosed(lost: boolean): void {
    if (this.#closed) return;
    this.#end();
    if (lost) this.#listener?.lost();
  }

  #end(): void {
    this.#closed = true;
    this.#announcing = false;
    for (const consumer of this.#consumers.values()) consumer.released();
    this.#consumers.clear();
    this.#dataConsumers.clear();
    for (const id of [...this.#releases.keys()]) this.#release(id);
  }
}
