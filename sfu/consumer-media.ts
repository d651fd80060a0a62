/** One track that a peer receives: when it flows and in which layer. */
import type { types } from 'mediasoup';
import { answer } from './faults.ts';
import { layerFor } from './layers.ts';
import type { Size } from './layers.ts';
import type { ProducerMedia } from './producer-media.ts';
import { availableLayer, downScore, GOOD_SCORE } from './quality.ts';
import type { ConsumerInfo } from './types.ts';

/** Lower layers than wanted count against the network when they last this long, in ms: switching up takes a moment. */
const SHORTAGE_MS = 3_000;
/** Loss that only reports tell of counts when it lasts this long, in ms: by then the sender's uplink was looked at, too. */
const LOSS_MS = 2_000;

/**
 * Video flows when the client asked for it, shows it and does not want sound only; sound when the client asked.
 * The methods that change something settle when the worker has taken it over; a consumer closed meanwhile is no fault.
 */
export class ConsumerMedia {
  readonly producer: ProducerMedia;
  readonly #consumer: types.Consumer;
  /** Fresh: the client has not said anything. It is counted as wanting the video, so that it is there when asked for. */
  #client: 'fresh' | 'resumed' | 'paused' = 'fresh';
  /** Undefined: the client does not report sizes and gets the best layer. */
  #display: Size | undefined;
  #audioOnly: boolean;
  #flowing = false;
  #preferred: number;
  /** Since when there have been less layers than there could be, and since when packets have been missing; `performance.now()`. */
  #shortSince: number | undefined;
  #lossySince: number | undefined;

  /** @param consumer created paused */
  constructor(consumer: types.Consumer, producer: ProducerMedia, audioOnly: boolean, scoreChanged: () => void) {
    this.producer = producer;
    this.#consumer = consumer;
    this.#audioOnly = audioOnly;
    this.#preferred = producer.layers.length - 1;
    producer.want(consumer.id, this.#wantedLayer());
    consumer.on('score', scoreChanged);
    consumer.on('layerschange', scoreChanged);
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

  /** Whether it flows as far as the server is concerned. */
  get flows(): boolean {
    return this.#flowing && !this.#consumer.producerPaused;
  }

  /** Whether packets of it leave the server that the peer acknowledges one by one (transport-cc): those of video. */
  get isMeasured(): boolean {
    const { kind, type, currentLayers, score } = this.#consumer;
    return this.flows && kind === 'video' && score.producerScore > 0 && (type === 'simple' || currentLayers !== undefined);
  }

  /** Looks whether it comes as it should, and notes since when it does not: to be asked again as long as that is so. */
  looksBad(): boolean {
    const now = performance.now();
    this.#lossySince = this.#rawScore < GOOD_SCORE ? (this.#lossySince ?? now) : undefined;
    this.#shortSince = this.#isShort() ? (this.#shortSince ?? now) : undefined;
    return this.#lossySince !== undefined || this.#shortSince !== undefined;
  }

  /**
   * 0 to 10, with only what happens between the server and this peer counted in; undefined when nothing can be told.
   * @param loss share of packets lost on that way, if it is measured
   */
  async score(loss: number | undefined): Promise<number | undefined> {
    if (!this.looksBad()) return this.#rawScore;
    const counts = loss !== undefined || lasted(this.#lossySince, LOSS_MS);
    const lacking = lasted(this.#shortSince, SHORTAGE_MS) ? await this.#lacking() : 0;
    return downScore({ score: counts ? this.#rawScore : 10, loss, lossyUplink: this.producer.lossyUplink(), lacking });
  }

  /** Forgets what it wanted of its producer. */
  released(): void {
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
      this.#shortSince = undefined;
      this.#lossySince = undefined;
      requests.push(flow ? consumer.resume() : consumer.pause());
    }
    try {
      await answer(Promise.all(requests), () => consumer.closed);
    } catch (error) {
      if (!consumer.closed) throw error;
    }
  }

  /** mediasoup's, 0 to 10: the sender may be to blame for it. */
  get #rawScore(): number {
    return this.#consumer.score.score;
  }

  /** Highest layer that could come; -1 none, or there are no layers. */
  get #available(): number {
    return this.#consumer.type === 'simulcast' ? availableLayer(this.#consumer.score.producerScores, this.#preferred) : -1;
  }

  #isShort(): boolean {
    return (this.#consumer.currentLayers?.spatialLayer ?? -1) < this.#available;
  }

  /** Layers that the worker does not even aim at: for the others it waits for its sender's next key frame. */
  async #lacking(): Promise<number | 'all'> {
    const dump = await this.#consumer.dump().catch(() => undefined);
    const available = this.#available;
    if (!dump || !('targetSpatialLayer' in dump) || available < 0) return 0;
    return dump.targetSpatialLayer < 0 ? 'all' : Math.max(0, available - dump.targetSpatialLayer);
  }
}

/** @param since `performance.now()` of a moment */
function lasted(since: number | undefined, ms: number): boolean {
  return since !== undefined && performance.now() - since >= ms;
}
