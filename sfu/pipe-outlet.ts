/** The home end of the pipes to one edge of a room. */
import type { types } from 'mediasoup';
import { MediaError } from './errors.ts';
import { answer } from './faults.ts';
import { connectPipe, openPipeTransport, pipeAddress } from './pipe.ts';
import type { HomeTracks, PipeAddress, PipedData, PipedTrack, PipeSettings, Upstream } from './pipe.ts';
import type { ProducerMedia } from './producer-media.ts';

/** Pipes remembered that are not wanted any more although they were not there yet. Opening one takes seconds at most. */
const MAX_GIVEN_UP = 100;

/** What flows, with what it is of. */
interface Flow {
  consumer: types.Consumer | types.DataConsumer;
  pipeId: string;
  /** Of a track. */
  media?: ProducerMedia;
}

export class PipeOutlet implements Upstream {
  readonly #home: HomeTracks;
  readonly #settings: PipeSettings;
  readonly #pipes = new Map<string, types.PipeTransport>();
  readonly #flows = new Map<string, Flow>();
  /** Pipes that their edge gave up while they were being made. */
  readonly #givenUp = new Set<string>();
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
    const mayOpen = (): void => {
      if (this.#closed || this.#givenUp.has(pipeId)) throw new MediaError('closed');
    };
    mayOpen();
    const transport = await answer(openPipeTransport(router, this.#settings), () => router.closed);
    try {
      mayOpen();
      await answer(connectPipe(transport, edge), () => transport.closed);
      mayOpen();
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
    this.#flow({ consumer, pipeId, media });
    consumer.on('producerclose', () => this.stop(consumer.id));
    // Until the edge says more of it: there is somebody who wants it.
    this.want(consumer.id, media.layers.length - 1);
    return { consumerId: consumer.id, rtpParameters: consumer.rtpParameters, paused: media.producer.paused };
  }

  async pullData(pipeId: string, dataProducerId: string): Promise<PipedData> {
    const consumer = await answer(this.#pipe(pipeId).consumeData({ dataProducerId }), () => this.#closed);
    this.#flow({ consumer, pipeId });
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
    // It may be on its way: the edge did not wait for it.
    if (!this.#pipes.delete(pipeId)) remember(this.#givenUp, pipeId);
    for (const [id, { consumer }] of this.#flows) if (consumer.closed) this.stop(id);
  }

  /** The edge is gone. */
  close(): void {
    this.#closed = true;
    for (const pipeId of this.#pipes.keys()) this.disconnect(pipeId);
  }

  /** Keeps what flows. Whoever asks for the same again did not wait for what flows already. */
  #flow(flow: Flow): void {
    const same = ({ consumer, pipeId }: Flow): boolean => pipeId === flow.pipeId && producerOf(consumer) === producerOf(flow.consumer);
    for (const [id, known] of this.#flows) if (same(known)) this.stop(id);
    this.#flows.set(flow.consumer.id, flow);
  }

  #pipe(pipeId: string): types.PipeTransport {
    const transport = this.#pipes.get(pipeId);
    if (!transport) throw new MediaError('not_found');
    return transport;
  }
}

const producerOf = (consumer: Flow['consumer']): string => ('producerId' in consumer ? consumer.producerId : consumer.dataProducerId);

function remember(givenUp: Set<string>, pipeId: string): void {
  givenUp.add(pipeId);
  const [oldest] = givenUp;
  if (givenUp.size > MAX_GIVEN_UP && oldest !== undefined) givenUp.delete(oldest);
}
