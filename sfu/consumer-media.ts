/** One track that a peer receives: when it flows and in which layer. */
import type { types } from 'mediasoup';
import { answer } from './faults.ts';
import { layerFor } from './layers.ts';
import type { Size } from './layers.ts';
import type { ProducerMedia } from './producer-media.ts';
import { downScore } from './quality.ts';
import type { ConsumerInfo } from './types.ts';

/** Lower layers than wanted count against the network when they last this long, in ms: switching up takes a moment. */
const SHORTAGE_MS = 3_000;

/**
 * Video flows when the client asked for it, shows it and does not want sound only; sound when the client asked.
 * The methods that change something settle when the worker has taken it over; a consumer closed meanwhile is no fault.
 */
export class ConsumerMedia {
  readonly producer: ProducerMedia;
  readonly #consumer: types.Consumer;
  readonly #scoreChanged: () => void;
  /** Fresh: the client has not said anything. It is counted as wanting the video, so that it is there when asked for. */
  #client: 'fresh' | 'resumed' | 'paused' = 'fresh';
  /** Undefined: the client does not report sizes and gets the best layer. */
  #display: Size | undefined;
  #audioOnly: boolean;
  #flowing = false;
  #preferred: number;
  /** Whether a layer was forwarded since it flows. */
  #forwarded = false;
  #shortage: 'none' | 'lasting' | NodeJS.Timeout = 'none';

  /** @param consumer created paused */
  constructor(consumer: types.Consumer, producer: ProducerMedia, audioOnly: boolean, scoreChanged: () => void) {
    this.producer = producer;
    this.#consumer = consumer;
    this.#audioOnly = audioOnly;
    this.#scoreChanged = scoreChanged;
    this.#preferred = producer.layers.length - 1;
    producer.want(consumer.id, this.#wantedLayer());
    consumer.on('score', scoreChanged);
    consumer.on('layerschange', (layers) => {
      this.#forwarded ||= layers !== undefined;
      scoreChanged();
    });
  }

  get info(): ConsumerInfo {
    const { id, producerId, kind, rtpParameters, producerPaused } = this.#consumer;
    const { peerId, source } = this.producer;
    return { id, producerId, peerId, source, kind, rtpParameters, producerPaused };
  }

  resume(): Promise<void> {
    this.#client = 'resumed';
    return this.#apply();
  }

  pause(): Promise<void> {
    this.#client = 'paused';
    return this.#apply();
  }

  display(size: Size): Promise<void> {
    this.#display = size;
    return this.#apply();
  }

  setAudioOnly(audioOnly: boolean): Promise<void> {
    this.#audioOnly = audioOnly;
    return this.#apply();
  }

  /** 0 to 10; undefined while nothing flows. */
  get score(): number | undefined {
    const consumer = this.#consumer;
    if (!this.#flowing || consumer.producerPaused) return undefined;
    return consumer.type === 'simulcast' && this.#forwarded ? this.#layeredScore() : consumer.score.score;
  }

  /** Forgets what it wanted of its producer. */
  released(): void {
    this.#noShortage();
    this.producer.want(this.#consumer.id, null);
  }

  /** -1: nothing. Sound has one layer, whatever is displayed. */
  #wantedLayer(): number {
    if (this.#client === 'paused') return -1;
    if (this.#consumer.kind === 'audio') return 0;
    if (this.#audioOnly) return -1;
    const { layers } = this.producer;
    return this.#display ? layerFor(this.#display, layers) : layers.length - 1;
  }

  async #apply(): Promise<void> {
    const consumer = this.#consumer;
    const layered = consumer.type === 'simulcast' || consumer.type === 'svc';
    const requests: Promise<void>[] = [];
    const layer = this.#wantedLayer();
    this.producer.want(consumer.id, layer);
    if (layered && layer >= 0 && layer !== this.#preferred) {
      this.#preferred = layer;
      requests.push(consumer.setPreferredLayers({ spatialLayer: layer }));
    }
    const flow = this.#client === 'resumed' && layer >= 0;
    if (flow !== this.#flowing) {
      this.#flowing = flow;
      this.#forwarded = false;
      this.#noShortage();
      requests.push(flow ? consumer.resume() : consumer.pause());
    }
    try {
      await answer(Promise.all(requests), () => consumer.closed);
    } catch (error) {
      if (!consumer.closed) throw error;
    }
  }

  /** The score with a lasting shortage of layers counted in. */
  #layeredScore(): number {
    const { score, producerScores } = this.#consumer.score;
    const current = this.#consumer.currentLayers?.spatialLayer;
    const short = downScore(score, { producerScores, preferred: this.#preferred, current });
    if (short === score) this.#noShortage();
    else if (this.#shortage === 'none') {
      this.#shortage = setTimeout(() => {
        this.#shortage = 'lasting';
        this.#scoreChanged();
      }, SHORTAGE_MS).unref();
    }
    return this.#shortage === 'lasting' ? short : score;
  }

  #noShortage(): void {
    if (typeof this.#shortage === 'object') clearTimeout(this.#shortage);
    this.#shortage = 'none';
  }
}
