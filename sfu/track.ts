/** What peers can receive on one router of a room: tracks that are produced there, and those that a pipe brings. */
import type { types } from 'mediasoup';
import type { Layers } from './layers.ts';
import type { ProducerMedia } from './producer-media.ts';
import type { MediaKind, MediaSource } from './types.ts';

/** A track of a room as its other routers are told of it, on other nodes too: plain JSON. */
export interface TrackOffer {
  id: string;
  /** Who sends it. */
  peerId: string;
  source: MediaSource;
  kind: MediaKind;
  /** Its codecs: which devices can receive it. */
  consumable: types.RtpParameters;
  layers: Layers;
  paused: boolean;
}

/** A data channel of a room as its other routers are told of it. */
export interface DataTrackOffer {
  id: string;
  peerId: string;
}

/** All that there is to receive. */
export interface Offers {
  tracks: TrackOffer[];
  dataTracks: DataTrackOffer[];
}

/** A track on one router. Each `take()` is followed by one `release()`, also when it failed. */
export interface Track extends Pick<TrackOffer, 'id' | 'peerId' | 'kind' | 'consumable'> {
  readonly closed: boolean;
  /** Has it on this router from now on, through a pipe if need be. */
  take(): Promise<ProducerMedia>;
  release(): void;
}

/** A data channel on one router; `take()` and `release()` as for a track. */
export interface DataTrack extends DataTrackOffer {
  readonly closed: boolean;
  take(): Promise<unknown>;
  release(): void;
}

/** A track on the router that it is produced on. */
export function ownTrack(media: ProducerMedia): Track {
  const { id, peerId, producer } = media;
  return {
    ...{ id, peerId, kind: producer.kind, consumable: producer.consumableRtpParameters },
    get closed() {
      return producer.closed;
    },
    take: () => Promise.resolve(media),
    release: () => undefined,
  };
}

/** A data channel on the router that it is produced on. */
export function ownDataTrack(dataProducer: types.DataProducer, peerId: string): DataTrack {
  return {
    ...{ id: dataProducer.id, peerId },
    get closed() {
      return dataProducer.closed;
    },
    take: () => Promise.resolve(),
    release: () => undefined,
  };
}

export function trackOffer({ id, peerId, source, producer, layers }: ProducerMedia): TrackOffer {
  const { kind, paused, consumableRtpParameters: consumable } = producer;
  return { id, peerId, source, kind, consumable, layers, paused };
}
