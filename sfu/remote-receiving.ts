/** The receiving half of a peer on another node: knows what there is there, and passes on what is asked of it. */
import { MediaError } from './errors.ts';
import type { Size } from './layers.ts';
import type { HomeNews, Received, ReceivingCall } from './node-messages.ts';
import type { Receiving, ReceivingListener } from './receiving.ts';
import type { Emit } from './room-context.ts';
import type { ConsumerInfo, DataConsumerInfo, DtlsParameters, IceParameters, TransportOptions } from './types.ts';

/** What an edge tells of one receiving half. */
export type ReceivingNews = Extract<HomeNews, { receivingId: string }>;

export interface RemoteReceivingOptions {
  peerId: string;
  emit: Emit;
  /** @throws {MediaError} */
  call(call: ReceivingCall): Promise<unknown>;
  /** It was closed by its peer. */
  closed(): void;
}

export class RemoteReceiving implements Receiving {
  readonly peerId: string;
  /** Its consumers are counted by the other node. */
  readonly count = 0;
  readonly #options: RemoteReceivingOptions;
  readonly #consumers = new Map<string, ConsumerInfo>();
  readonly #dataConsumers = new Map<string, DataConsumerInfo>();
  /** News that came before the answer that they follow. */
  #early: ReceivingNews[] | undefined = [];
  #transport: TransportOptions | undefined;
  #listener: ReceivingListener | undefined;
  #score: number | undefined;
  #closed = false;

  constructor(options: RemoteReceivingOptions) {
    this.peerId = options.peerId;
    this.#options = options;
  }

  /** It is open. */
  opened({ transport, consumers, dataConsumers }: Received): void {
    this.#transport = transport;
    for (const consumer of consumers) this.#consumers.set(consumer.id, consumer);
    for (const consumer of dataConsumers) this.#dataConsumers.set(consumer.id, consumer);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const news of early) this.hear(news);
  }

  hear(news: ReceivingNews): void {
    if (this.#closed) return;
    if (this.#early) {
      this.#early.push(news);
      return;
    }
    const { emit } = this.#options;
    switch (news.news) {
      case 'consumerCreated':
        this.#consumers.set(news.payload.consumer.id, news.payload.consumer);
        return emit(news.news, news.payload);
      case 'consumerClosed':
        this.#consumers.delete(news.payload.consumerId);
        return emit(news.news, news.payload);
      case 'consumerChanged':
        this.#changed(news.payload);
        return emit(news.news, news.payload);
      case 'dataConsumerCreated':
        this.#dataConsumers.set(news.payload.dataConsumer.id, news.payload.dataConsumer);
        return emit(news.news, news.payload);
      case 'dataConsumerClosed':
        this.#dataConsumers.delete(news.payload.dataConsumerId);
        return emit(news.news, news.payload);
      case 'score':
        this.#score = news.score ?? undefined;
        this.#listener?.scoreChanged();
        return;
      case 'over':
        return this.over(news.how);
      default:
        throw new TypeError(`no such news: ${JSON.stringify(news satisfies never)}`);
    }
  }

  #changed({ consumerId, producerPaused }: { consumerId: string; producerPaused: boolean }): void {
    const consumer = this.#consumers.get(consumerId);
    if (consumer) this.#consumers.set(consumerId, { ...consumer, producerPaused });
  }

  /** It ended there. */
  over(how: 'ended' | 'lost'): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener?.[how]();
  }

  get closed(): boolean {
    return this.#closed;
  }

  get transport(): TransportOptions {
    if (!this.#transport) throw new TypeError('a receiving half is used before it is open');
    return this.#transport;
  }

  get transportId(): string {
    return this.transport.id;
  }

  bind(listener: ReceivingListener): void {
    this.#listener = listener;
  }

  infos(): ConsumerInfo[] {
    return [...this.#consumers.values()];
  }

  dataInfos(): DataConsumerInfo[] {
    return [...this.#dataConsumers.values()];
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  async connect(dtlsParameters: DtlsParameters): Promise<void> {
    await this.#call({ name: 'connect', dtlsParameters });
  }

  async restartIce(): Promise<IceParameters> {
    const iceParameters = (await this.#call({ name: 'restartIce' })) as IceParameters;
    this.#transport = { ...this.transport, iceParameters };
    return iceParameters;
  }

  async pause(consumerIds: readonly string[]): Promise<void> {
    await this.#call({ name: 'pause', consumerIds });
  }

  async resume(consumerIds: readonly string[]): Promise<void> {
    await this.#call({ name: 'resume', consumerIds });
  }

  async display(displays: readonly ({ consumerId: string } & Size)[]): Promise<void> {
    await this.#call({ name: 'display', displays });
  }

  async setAudioOnly(audioOnly: boolean): Promise<void> {
    await this.#call({ name: 'setAudioOnly', audioOnly });
  }

  /** The other node watches it, and tells. */
  looksBad(): boolean {
    return false;
  }

  score(): Promise<number | undefined> {
    return Promise.resolve(this.#score);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.closed();
  }

  routerClosed(lost: boolean): void {
    if (lost) this.over('lost');
    else this.#closed = true;
  }

  #call(call: ReceivingCall): Promise<unknown> {
    if (this.#closed) return Promise.reject(new MediaError('closed'));
    return this.#options.call(call);
  }
}
