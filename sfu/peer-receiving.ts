/** The receiving half of a peer: one consumer for each track and data channel of the others. */
import type { types } from 'mediasoup';
import { ConsumerMedia } from './consumer-media.ts';
import { MediaError } from './errors.ts';
import type { Size } from './layers.ts';
import type { ProducerMedia } from './producer-media.ts';
import type { RoomContext } from './room-context.ts';
import type { ConsumerInfo, DataConsumerInfo, RtpCapabilities } from './types.ts';

interface ReceivingOptions {
  room: RoomContext;
  peerId: string;
  transport: types.WebRtcTransport;
  rtpCapabilities: RtpCapabilities;
  audioOnly: boolean;
  scoreChanged: () => void;
  /** The limit of consumers was reached and now there is room for one. */
  consumerRemoved: () => void;
}

export class PeerReceiving {
  readonly #options: ReceivingOptions;
  readonly #consumers = new Map<string, ConsumerMedia>();
  readonly #dataConsumers = new Map<string, DataConsumerInfo>();
  /** Ids of what is being consumed already, or is about to be: nothing is consumed twice. */
  readonly #taken = new Set<string>();
  /** The same for data channels, which do not count against the limit of tracks. */
  readonly #takenData = new Set<string>();
  readonly #pending = new Set<Promise<void>>();
  /** Until the peer is handed over, its consumers are part of the answer and not told as events. */
  #announcing = false;
  #audioOnly: boolean;

  constructor(options: ReceivingOptions) {
    this.#options = options;
    this.#audioOnly = options.audioOnly;
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

  /** Starts to consume a producer, paused, unless it is consumed already, cannot be received or the limit is reached. */
  consume(producer: ProducerMedia): void {
    const { room, transport, rtpCapabilities } = this.#options;
    if (transport.closed || producer.producer.closed || this.#taken.has(producer.id)) return;
    if (this.#full() || !room.router.canConsume({ producerId: producer.id, rtpCapabilities })) return;
    this.#start(this.#taken, producer.id, async () => {
      const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities, paused: true });
      this.#consumerCreated(consumer, producer);
    });
  }

  #full(): boolean {
    return this.#taken.size >= this.#options.room.config.MEDIA_MAX_CONSUMERS;
  }

  #consumerCreated(consumer: types.Consumer, producer: ProducerMedia): void {
    const { room, peerId, scoreChanged } = this.#options;
    const media = new ConsumerMedia(consumer, producer, this.#audioOnly, scoreChanged);
    this.#consumers.set(consumer.id, media);
    consumer.on('producerclose', () => {
      const full = this.#full();
      this.#taken.delete(producer.id);
      this.#consumers.delete(consumer.id);
      media.released();
      if (this.#announcing) room.emit('consumerClosed', { peerId, consumerId: consumer.id });
      if (full) this.#options.consumerRemoved();
    });
    const changed = () => {
      if (this.#announcing) room.emit('consumerChanged', { peerId, consumerId: consumer.id, producerPaused: consumer.producerPaused });
      scoreChanged();
    };
    consumer.on('producerpause', changed);
    consumer.on('producerresume', changed);
    if (this.#announcing) room.emit('consumerCreated', { peerId, consumer: media.info });
  }

  /** Starts to consume somebody's data channel. */
  consumeData(dataProducer: types.DataProducer, fromPeerId: string): void {
    const { room, transport, peerId } = this.#options;
    if (transport.closed || dataProducer.closed || this.#takenData.has(dataProducer.id)) return;
    this.#start(this.#takenData, dataProducer.id, async () => {
      const dataConsumer = await transport.consumeData({ dataProducerId: dataProducer.id });
      const info: DataConsumerInfo = {
        id: dataConsumer.id,
        dataProducerId: dataProducer.id,
        peerId: fromPeerId,
        sctpStreamParameters: dataConsumer.sctpStreamParameters ?? { streamId: 0 },
        label: dataConsumer.label,
        protocol: dataConsumer.protocol,
      };
      this.#dataConsumers.set(info.id, info);
      dataConsumer.on('dataproducerclose', () => {
        this.#takenData.delete(dataProducer.id);
        this.#dataConsumers.delete(info.id);
        if (this.#announcing) room.emit('dataConsumerClosed', { peerId, dataConsumerId: info.id });
      });
      if (this.#announcing) room.emit('dataConsumerCreated', { peerId, dataConsumer: info });
    });
  }

  /** A failure counts only while the track, this peer and the worker are still there. */
  #start(taken: Set<string>, producerId: string, create: () => Promise<void>): void {
    const { room, peerId, transport } = this.#options;
    taken.add(producerId);
    const task = create()
      .catch((error: unknown) => {
        taken.delete(producerId);
        if (!transport.closed) room.log.warn({ err: error, peerId, producerId }, 'could not consume');
      })
      .finally(() => this.#pending.delete(task));
    this.#pending.add(task);
  }

  /** @throws {MediaError} `not_found` when none of them exists (some may just have closed) */
  #known(consumerIds: readonly string[]): ConsumerMedia[] {
    const known = consumerIds.flatMap((id) => this.#consumers.get(id) ?? []);
    if (known.length === 0) throw new MediaError('not_found');
    return known;
  }

  async pause(consumerIds: readonly string[]): Promise<void> {
    await Promise.all(this.#known(consumerIds).map((consumer) => consumer.pause()));
    this.#options.scoreChanged();
  }

  async resume(consumerIds: readonly string[]): Promise<void> {
    await Promise.all(this.#known(consumerIds).map((consumer) => consumer.resume()));
    this.#options.scoreChanged();
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

  /** The others' producers need not send for this peer any more. */
  close(): void {
    this.#announcing = false;
    for (const consumer of this.#consumers.values()) consumer.released();
    this.#consumers.clear();
    this.#dataConsumers.clear();
  }
}
