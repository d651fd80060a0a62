/**
 * Public types of the media server. A room asks for a `RoomMedia` (one router on the least loaded worker) and gets a
 * `PeerMedia` for each seat; nothing outside `sfu/` touches mediasoup objects.
 */
import type { types } from 'mediasoup';

export type RtpCapabilities = types.RtpCapabilities;
export type RtpParameters = types.RtpParameters;
export type DtlsParameters = types.DtlsParameters;
export type IceParameters = types.IceParameters;
export type SctpStreamParameters = types.SctpStreamParameters;
export type MediaKind = types.MediaKind;
export type MediaSource = 'microphone' | 'camera' | 'screen' | 'screen-audio';

/** What the client's transport needs (mediasoup-client `TransportOptions`). */
export interface TransportOptions {
  id: string;
  iceParameters: types.IceParameters;
  iceCandidates: types.IceCandidate[];
  dtlsParameters: types.DtlsParameters;
  sctpParameters?: types.SctpParameters;
}

export interface ProducerInfo {
  id: string;
  kind: MediaKind;
  source: MediaSource;
  paused: boolean;
}

export interface ConsumerInfo {
  id: string;
  producerId: string;
  /** The publishing peer. */
  peerId: string;
  source: MediaSource;
  kind: MediaKind;
  rtpParameters: types.RtpParameters;
  producerPaused: boolean;
}

export interface DataConsumerInfo {
  id: string;
  dataProducerId: string;
  peerId: string;
  sctpStreamParameters: types.SctpStreamParameters;
  label: string;
  protocol: string;
}

/** 0 nothing measured yet, 1 bad or lost, 2 weak, 3 good, 4 excellent. */
export type QualityLevel = 0 | 1 | 2 | 3 | 4;

/** What a room hears from its media. Listeners must not throw and must not block. */
export interface RoomMediaEvents {
  /** The worker of the room died or froze; this object is closed. Ask for a new room. */
  lost: [];
  consumerCreated: [{ peerId: string; consumer: ConsumerInfo }];
  consumerClosed: [{ peerId: string; consumerId: string }];
  /** The producer behind it was paused or resumed. */
  consumerChanged: [{ peerId: string; consumerId: string; producerPaused: boolean }];
  dataConsumerCreated: [{ peerId: string; dataConsumer: DataConsumerInfo }];
  dataConsumerClosed: [{ peerId: string; dataConsumerId: string }];
  /** Highest spatial layer that any consumer of this producer wants; -1 none. Debounced. */
  producerLayers: [{ peerId: string; producerId: string; maxSpatialLayer: number }];
  /** This peer's media ended without a request (DTLS of a transport ended): `PeerMedia.closed` is true by now. */
  peerEnded: [{ peerId: string }];
  /** The worker or node is gone that this peer received on; the room goes on: `PeerMedia.closed` is true by now, add the peer anew. */
  peerLost: [{ peerId: string }];
  /** This peer sent far more than it may, for seconds: its media was closed. `bitrate` in bits per second. */
  peerFlooded: [{ peerId: string; bitrate: number }];
  /** Tracks came, went, were muted or unmuted: ask `tracks()`. */
  tracksChanged: [];
  quality: [{ peerId: string; up: QualityLevel; down: QualityLevel }];
  activeSpeaker: [{ peerId: string | null }];
  levels: [{ levels: { peerId: string; dBov: number }[] }];
}

/** A track as it is sent into a room. */
export interface TrackInfo extends ProducerInfo {
  peerId: string;
}

/** A copy of a track's packets to a port of this machine. */
export interface MediaTap {
  readonly codec: { mimeType: string; payloadType: number; clockRate: number; channels: number; parameters: Record<string, unknown> };
  /** Also with the track or the room. */
  readonly closed: boolean;
  /** When the first packet was passed on, in ms on the monotonic clock of this process (`performance.now()`); null: none yet. */
  readonly firstAt: number | null;
  /** Lets packets through; of video from a key frame on. */
  start(): Promise<void>;
  requestKeyFrame(): Promise<void>;
  close(): void;
}

/** Media of one seat. Faults are thrown as `MediaError`. All closing methods are idempotent. */
export interface PeerMedia {
  readonly id: string;
  /** True after `close()`, with the room, and once DTLS of a transport ended: this media is gone for good, add the peer anew. */
  readonly closed: boolean;
  readonly send: TransportOptions | null;
  readonly recv: TransportOptions;
  /** Consumers as they are now, for the answer of a join. */
  consumers(): ConsumerInfo[];
  dataConsumers(): DataConsumerInfo[];
  producers(): ProducerInfo[];
  /** What was last told as `producerLayers` of each video that this peer sends: for a page that may have missed it. */
  producerLayers(): { producerId: string; maxSpatialLayer: number }[];
  connectTransport(transportId: string, dtlsParameters: DtlsParameters): Promise<void>;
  restartIce(transportId: string): Promise<IceParameters>;
  produce(options: {
    transportId: string;
    kind: MediaKind;
    source: MediaSource;
    rtpParameters: RtpParameters;
    paused: boolean;
  }): Promise<ProducerInfo>;
  closeProducer(producerId: string): void;
  pauseProducer(producerId: string): Promise<void>;
  resumeProducer(producerId: string): Promise<void>;
  pauseConsumers(consumerIds: readonly string[]): Promise<void>;
  resumeConsumers(consumerIds: readonly string[]): Promise<void>;
  /** Sizes in device pixels; layers and pauses follow. Unknown ids are ignored (the consumer may just have closed). */
  display(displays: readonly { consumerId: string; width: number; height: number }[]): Promise<void>;
  /** Sound only: every video consumer of this peer stays paused whatever is displayed. */
  setAudioOnly(audioOnly: boolean): Promise<void>;
  produceData(options: {
    transportId: string;
    sctpStreamParameters: SctpStreamParameters;
    label: string;
    protocol: string;
  }): Promise<{ id: string }>;
  close(): void;
}

/** Media of one room: one router, and more on other workers and nodes when it has many receivers. */
export interface RoomMedia {
  readonly roomId: string;
  readonly workerPid: number;
  readonly routerRtpCapabilities: RtpCapabilities;
  readonly closed: boolean;
  /**
   * Creates transports for a seat and consumers (paused) for all that is being sent, as far as the device can receive it.
   * Tells the others' consumers apart by `peerId`.
   * In a large room the peer may receive on another worker or node than the one that the room was opened on.
   * @throws {MediaError} `media_full` when a large room has outgrown all of them
   */
  addPeer(options: { peerId: string; rtpCapabilities: RtpCapabilities; canSend: boolean; audioOnly: boolean }): Promise<PeerMedia>;
  peer(peerId: string): PeerMedia | undefined;
  /** Everything that is sent into the room now. */
  tracks(): TrackInfo[];
  /** Copies a track to a port of 127.0.0.1, its RTCP to the next one. @throws {MediaError} `not_found`, `closed`, `media_unavailable` */
  tap(producerId: string, port: number): Promise<MediaTap>;
  on<K extends keyof RoomMediaEvents>(event: K, listener: (...args: RoomMediaEvents[K]) => void): unknown;
  close(): void;
}

export interface WorkerStatus {
  pid: number;
  /** Share of one core, 0 to 1, over the last probe interval, just-placed work counted in. */
  load: number;
  rooms: number;
  /** resident memory in bytes */
  rss: number;
  transports: number;
  producers: number;
  consumers: number;
}

/** Structured log; pino's shape. */
export interface MediaLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A transport to try a network path with; closes itself after 30 s. */
export interface Probe {
  transport: TransportOptions;
  readonly closed: boolean;
  connect(dtlsParameters: DtlsParameters): Promise<void>;
  close(): void;
}

/** The way to the media of other nodes, over the node bus. Messages and answers are plain JSON. */
export interface MediaNodes {
  /** Nodes that take receivers for rooms of this one, best first. */
  others(): string[];
  /** @throws when the node does not answer in time */
  request(nodeId: string, message: unknown, deadlineMs: number): Promise<unknown>;
  /** Says who answers here; once. */
  serve(handler: (message: unknown, from: string) => Promise<unknown>): void;
}

export interface MediaServer {
  /** The same for every router; safe to cache and to serve to anybody. */
  readonly routerRtpCapabilities: RtpCapabilities;
  /** @throws {MediaError} `media_full` when every worker is at its limit, `media_unavailable` while none is up */
  openRoom(roomId: string): Promise<RoomMedia>;
  openProbe(path: 'udp' | 'tcp' | 'relay'): Promise<Probe>;
  workers(): WorkerStatus[];
  /** Workers that died since the start. */
  deaths(): number;
  /** True while at least one worker answers. */
  healthy(): boolean;
  /** Another node is gone, with what it had of rooms here, and the rooms of which this one has something. */
  nodeGone(nodeId: string): void;
  /**
   * The process is about to end: call it first. Media goes on, but a worker that ends from now on (a terminal's Ctrl-C
   * reaches the workers too) is neither replaced nor logged as an error. Idempotent.
   */
  drain(): void;
  close(): Promise<void>;
}

/** One finished piece of a track, as a file that nobody else uses. It is taken away when `onSegment` has settled. */
export interface RecordedSegment {
  peerId: string;
  producerId: string;
  kind: MediaKind;
  source: MediaSource;
  /** Its first packet, in ms on the monotonic clock of this process (`performance.now()`). */
  startedAt: number;
  durationMs: number;
  path: string;
}

/** Records the tracks of one room, each by a process of its own that may crash without harm to the room. */
export interface RoomRecorder {
  /** The media to record from now on: the room has got a new one. */
  use(media: RoomMedia): void;
  /** Records what these peers send and nothing else. Acts at once: what is not followed any more gets no further packet. */
  follow(peerIds: readonly string[]): void;
  /** Ends it; resolves when every piece was handed over. Idempotent. */
  finish(): Promise<void>;
  /** Ends it and throws away what was not handed over. Idempotent. */
  discard(): void;
}

/** What a node records. */
export interface RecorderFigures {
  /** Tracks that are recorded now. */
  tracks: number;
  /** Processes that broke off since the start. */
  breaks: number;
  /** Pieces that could not be kept since the start. */
  lost: number;
  /** Recordings of which nothing can be kept at the moment. */
  faulty: number;
}

/** Why nothing of a recording can be kept: the disk is full, or what keeps it is away. */
export type RecordingFault = 'storage';

export interface Recorder {
  /** Why nothing can be recorded on this node, or null. */
  unavailable(): Promise<'no_ffmpeg' | 'no_space' | 'busy' | null>;
  /**
   * @param options.onSegment hears of each piece in the order in which they end, and says whether it was kept; never rejects
   * @param options.onFault nothing can be kept from now on, or it can again (null); it tries by itself
   */
  open(options: {
    name: string;
    onSegment: (segment: RecordedSegment) => Promise<boolean>;
    onFault?: (fault: RecordingFault | null) => void;
  }): RoomRecorder;
  figures(): RecorderFigures;
  /** Ends every process. Idempotent. */
  close(): Promise<void>;
}
