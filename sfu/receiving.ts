/** The receiving half of a peer as its seat sees it: on whatever router, worker or node it is. */
import type { Size } from './layers.ts';
import type { ConsumerInfo, DataConsumerInfo, DtlsParameters, IceParameters, TransportOptions } from './types.ts';

export interface ReceivingListener {
  /** Something that counts for the network quality has changed. */
  scoreChanged(): void;
  /** The client closed the transport, or its DTLS failed. */
  ended(): void;
  /** The worker or node is gone that it was on. */
  lost(): void;
}

export interface Receiving {
  readonly peerId: string;
  readonly closed: boolean;
  readonly transportId: string;
  readonly transport: TransportOptions;
  /** Consumers, for the figures of a worker of this node; 0 for those on others. */
  readonly count: number;
  /** Says who hears of it; once. */
  bind(listener: ReceivingListener): void;
  infos(): ConsumerInfo[];
  dataInfos(): DataConsumerInfo[];
  /** Waits for what is on its way; from then on new consumers are told as events. */
  settled(): Promise<void>;
  connect(dtlsParameters: DtlsParameters): Promise<void>;
  restartIce(): Promise<IceParameters>;
  /** @throws {MediaError} `not_found` when none of them exists */
  pause(consumerIds: readonly string[]): Promise<void>;
  /** @throws {MediaError} `not_found` when none of them exists */
  resume(consumerIds: readonly string[]): Promise<void>;
  display(displays: readonly ({ consumerId: string } & Size)[]): Promise<void>;
  setAudioOnly(audioOnly: boolean): Promise<void>;
  /** Whether something does not come as it should: then `score` has to be asked again from time to time. */
  looksBad(): boolean;
  /** 0 to 10; undefined while nothing flows or nothing can be told. */
  score(): Promise<number | undefined>;
  close(): void;
  /** Its room closed and sees to the router itself. @param lost whether the peer is to be told */
  routerClosed(lost: boolean): void;
}
