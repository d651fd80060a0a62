/** What a peer may ask of its room. The room makes one for its peers. */
import type { types } from 'mediasoup';
import type { Config } from '#config/index.ts';
import type { PeerMediaImpl } from './peer-media.ts';
import type { ProducerMedia } from './producer-media.ts';
import type { MediaLog, RoomMediaEvents } from './types.ts';

/** Delivers to the room's listeners, one of which throwing harms nobody. */
export type Emit = <K extends keyof RoomMediaEvents>(event: K, ...args: RoomMediaEvents[K]) => void;

export interface RoomContext {
  readonly config: Config;
  readonly log: MediaLog;
  readonly router: types.Router;
  readonly webRtcServer: types.WebRtcServer;
  readonly emit: Emit;
  /** Counts what one more track of this peer costs. @throws {MediaError} `media_full` */
  admitProducer(peer: PeerMediaImpl, kind: types.MediaKind): Promise<void>;
  producerAdded(peer: PeerMediaImpl, producer: ProducerMedia): void;
  producerChanged(producer: ProducerMedia): void;
  producerRemoved(producer: ProducerMedia): void;
  dataProducerAdded(peer: PeerMediaImpl, dataProducer: types.DataProducer): void;
  peerClosed(peer: PeerMediaImpl): void;
}
