/** The home end of the pipes to one edge of a room. */
import type { types } from 'mediasoup';
import { MediaError } from './errors.ts';
import { answer } from './faults.ts';
import { connectPipe, openPipeTransport, pipeAddress } from './pipe.ts';
import type { HomeTracks, PipeAddress, PipedData, PipedTrack, PipeSettings, Upstream } from './pipe.ts';
import type { ProducerMedia } from './producer-media.ts';

export class PipeOutlet implements Upstream {
  readonly #home: HomeTracks;
  readonly #settings: PipeSettings;
  readonly #pipes = new Map<string, types.PipeTransport>();
  /** What flows, with the track that it is of. */
  readonly #flows = new Map<string, { consumer: types.Consumer | types.DataConsumer; media?: ProducerMedia }>();
  #closed = false;

  constructor(home: HomeTracks, settings: PipeSettings) {
    this.#home = home;
    this.#settings = settings;
  }

  /** What flows into the pipes. */
  get count(): number {
    return this.#flows.size;
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
    this.#flows.set(consumer.id, { consumer, media });
    consumer.on('producerclose', () => this.stop(consumer.id));
    // Until the edge says more of it: there is somebody who wants it.
    this.want(consumer.id, media.layers.length - 1);
    return { consumerId: consumer.id, rtpParameters: consumer.rtpParameters, paused: media.producer.paused };
  }

  async pullData(pipeId: string, dataProducerId: string): Promise<PipedData> {
    const consumer = await answer(this.#pipe(pipeId).consumeData({ dataProducerId }), () => this.#closed);
    this.#flows.set(consumer.id, { consumer });
    consumer.on('dataproducerclose', () => this.stop(consumer.id));
    const { id: consumerId, sctpStreamParameters = { streamId: 0 }, label, protocol } = consumer;
    return { consumerId, sctpStreamParameters, label, protocol };
  }

  stop(consumerId: string): void {
    const flow = this.#flows.get(consumerId);
    this.#flows.delete(consumerId);
    flow?.media?.want(consumerId, null);
    flow?.consumer.close();
  }

  want(consumerId: string, layer: number): void {
    this.#flows.get(consumerId)?.media?.want(consumerId, layer);
  }

  disconnect(pipeId: string): void {
    this.#pipes.get(pipeId)?.close();
    this.#pipes.delete(pipeId);
    for (const [id, { consumer }] of this.#flows) if (consumer.closed) this.stop(id);
  }

  /** The edge is gone. */
  close(): void {
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
