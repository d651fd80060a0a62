/** The home end of the pipes to one edge of a room. */
import type { types } from 'mediasoup';
import { MediaError } from './errors.ts';
import { answer } from './faults.ts';
import { connectPipe, openPipeTransport, pipeAddress } from './pipe.ts';
import type { HomeTracks, PipeAddress, PipedData, PipedTrack, PipeSettings, Upstream } from './pipe.ts';

export class PipeOutlet implements Upstream {
  readonly #home: HomeTracks;
  readonly #settings: PipeSettings;
  /** Stands for the edge among those who want layers. */
  readonly #name: string;
  readonly #pipes = new Map<string, types.PipeTransport>();
  readonly #consumers = new Map<string, types.Consumer | types.DataConsumer>();
  readonly #wanted = new Set<string>();
  #closed = false;

  constructor(home: HomeTracks, settings: PipeSettings, name: string) {
    this.#home = home;
    this.#settings = settings;
    this.#name = name;
  }

  /** What flows into the pipes. */
  get count(): number {
    return this.#consumers.size;
  }

  async connect(pipeId: string, edge: PipeAddress): Promise<PipeAddress> {
    const { router } = this.#home;
    this.#assertOpen();
    const transport = await answer(openPipeTransport(router, this.#settings), () => router.closed);
    try {
      this.#assertOpen();
      await answer(connectPipe(transport, edge), () => transport.closed);
      this.#assertOpen();
    } catch (error) {
      transport.close();
      throw error;
    }
    this.#pipes.set(pipeId, transport);
    return pipeAddress(transport);
  }

  async pull(pipeId: string, producerId: string): Promise<PipedTrack> {
    const media = this.#home.track(producerId);
    if (!media) throw new MediaError('not_found');
    const consumer = await answer(this.#pipe(pipeId).consume({ producerId }), () => media.producer.closed);
    this.#keep(consumer, 'producerclose');
    // Until the edge says more of it: there is somebody who wants it.
    this.want(producerId, media.layers.length - 1);
    return { consumerId: consumer.id, rtpParameters: consumer.rtpParameters, paused: media.producer.paused };
  }

  async pullData(pipeId: string, dataProducerId: string): Promise<PipedData> {
    const consumer = await answer(this.#pipe(pipeId).consumeData({ dataProducerId }), () => this.#closed);
    this.#keep(consumer, 'dataproducerclose');
    const { id: consumerId, sctpStreamParameters = { streamId: 0 }, label, protocol } = consumer;
    return { consumerId, sctpStreamParameters, label, protocol };
  }

  #keep(consumer: types.Consumer | types.DataConsumer, closing: 'producerclose' | 'dataproducerclose'): void {
    this.#consumers.set(consumer.id, consumer);
    (consumer as types.Consumer).on(closing as 'producerclose', () => this.#consumers.delete(consumer.id));
  }

  stop(_pipeId: string, consumerId: string): void {
    this.#consumers.get(consumerId)?.close();
    this.#consumers.delete(consumerId);
  }

  want(producerId: string, layer: number | null): void {
    if (this.#closed) return;
    if (layer === null) this.#wanted.delete(producerId);
    else this.#wanted.add(producerId);
    this.#home.track(producerId)?.want(this.#name, layer);
  }

  disconnect(pipeId: string): void {
    const transport = this.#pipes.get(pipeId);
    this.#pipes.delete(pipeId);
    transport?.close();
    for (const [id, consumer] of this.#consumers) if (consumer.closed) this.#consumers.delete(id);
  }

  /** The edge is gone. */
  close(): void {
    for (const producerId of this.#wanted) this.want(producerId, null);
    this.#closed = true;
    for (const pipeId of this.#pipes.keys()) this.disconnect(pipeId);
  }

  #pipe(pipeId: string): types.PipeTransport {
    const transport = this.#pipes.get(pipeId);
    if (!transport) throw new MediaError('not_found');
    return transport;
  }

  #assertOpen(): void {
    if (this.#closed) throw new MediaError('closed');
  }
}
