/** One track that a peer sends, with what its consumers want of it. */
import type { types } from 'mediasoup';
import { foldLayers, layersOf, layersReport } from './layers.ts';
import type { Layers } from './layers.ts';
import { GOOD_SCORE, upScore } from './quality.ts';
import type { MediaSource, ProducerInfo } from './types.ts';
import type { UplinkWatch } from './uplink.ts';

export interface ProducerMedia {
  readonly id: string;
  readonly peerId: string;
  readonly source: MediaSource;
  readonly producer: types.Producer;
  readonly layers: Layers;
  info(): ProducerInfo;
  /** Highest layer that was told to its sender; undefined for sound. */
  readonly told: number | undefined;
  /** Notes the highest layer that a consumer wants; -1 nothing, null when the consumer is gone. */
  want(consumerId: string, layer: number | null): void;
  /** 0 to 10; undefined while it is paused, unwanted or not heard of yet. */
  score(): number | undefined;
  /** Whether its packets are being lost on their way to the server, or were a moment ago. */
  lossyUplink(): boolean;
  /** Closes the producer. */
  close(): void;
  /** Its transport closed it. */
  released(): void;
}

/**
 * @param about who sends it as what, whether that peer's way to the server is lossy, and its layers when a pipe brings it
 * @param tell `layers` hears what has to be sent at most (video only, debounced), `score` that the score may have changed
 */
export function producerMedia(
  producer: types.Producer,
  about: { peerId: string; source: MediaSource; uplink: Pick<UplinkWatch, 'lossy'>; layers?: Layers },
  tell: { layers(maxSpatialLayer: number): void; score(): void },
): ProducerMedia {
  const layers = about.layers ?? layersOf(producer.rtpParameters, about.source);
  const wanted = new Map<string, number>();
  const layered = producer.type === 'simulcast';
  const report = layersReport(layers.length - 1, tell.layers);
  if (producer.kind === 'video') report.set(-1);
  /** Layers that came since they were last asked for: one that is just starting, or that the camera is too small for, is no loss. */
  const came = new Set<number>();
  producer.on('score', (scores) => {
    for (const { encodingIdx, score } of scores) if (score > 0) came.add(encodingIdx);
    tell.score();
  });
  producer.observer.on('pause', () => came.clear());

  return {
    peerId: about.peerId,
    source: about.source,
    id: producer.id,
    producer,
    layers,
    get told() {
      return producer.kind === 'video' ? report.told : undefined;
    },
    info: () => ({ id: producer.id, kind: producer.kind, source: about.source, paused: producer.paused }),
    want(consumerId, layer) {
      if (producer.kind === 'audio') return;
      if (layer === null) wanted.delete(consumerId);
      else wanted.set(consumerId, layer);
      const highest = foldLayers(wanted.values());
      if (highest < 0) came.clear();
      for (const index of came) if (layered && index > highest) came.delete(index);
      report.set(highest);
    },
    score() {
      if (producer.paused) return undefined;
      if (producer.kind === 'video' && foldLayers(wanted.values()) < 0) return undefined;
      return upScore(producer.score.filter(({ encodingIdx }) => came.has(encodingIdx)).map(({ score }) => score));
    },
    lossyUplink: () => about.uplink.lossy || producer.score.some(({ score }) => score > 0 && score < GOOD_SCORE),
    close() {
      report.close();
      producer.close();
    },
    released: () => report.close(),
  };
}
