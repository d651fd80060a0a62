/**
 * A WebRTC client for Node. On werift (pure TypeScript) it publishes made-up Opus and VP8 and counts what it receives; it
 * does not decode and does not estimate bandwidth; one process holds about 120 receivers on a core. On wrtc (libwebrtc)
 * it only receives, as a browser does: with bandwidth estimation, ICE-TCP and a goodbye over DTLS.
 * How requests reach the server is up to the caller: `Signals` fits a `PeerMedia` as it is, and a socket with three lines.
 */
import { createRequire } from 'node:module';
import { Device } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import * as werift from 'werift';
import type {
  ConsumerInfo,
  DataConsumerInfo,
  DtlsParameters,
  MediaKind,
  MediaSource,
  RtpCapabilities,
  RtpParameters,
  SctpStreamParameters,
  TransportOptions,
} from '#sfu/types.ts';
import { until } from './wait.ts';

/** The requests of the protocol that a client cannot do without. */
export interface Signals {
  connectTransport(transportId: string, dtlsParameters: DtlsParameters): Promise<unknown>;
  produce(options: {
    transportId: string;
    kind: MediaKind;
    source: MediaSource;
    rtpParameters: RtpParameters;
    paused: boolean;
  }): Promise<{ id: string }>;
  produceData(options: {
    transportId: string;
    sctpStreamParameters: SctpStreamParameters;
    label: string;
    protocol: string;
  }): Promise<{ id: string }>;
}

/** A track being sent. */
export interface Published {
  producerId: string;
  /** RTP packets handed to the transport. */
  packets(): number;
  /** Ends the packets; the producer stays. */
  stop(): void;
}

/** A track being received. */
export interface Received {
  consumerId: string;
  packets(): number;
  bytes(): number;
}

/** A data channel being received. */
export interface ReceivedData {
  messages(): string[];
}

export interface RtcClientOptions {
  /** Level in the audio packets, dBov: -127 (silence) to 0. */
  audioLevel?: number;
  /** Sends sound as somebody does who listens: Opus DTX, a packet each 400 ms. */
  quiet?: boolean;
  /** Default: werift. Over ICE-TCP werift sometimes misses the end of the handshake: take wrtc there. */
  engine?: 'werift' | 'wrtc';
  /** Addresses beside those of the interfaces; loopback has to be named. */
  hostAddresses?: string[];
}

/** werift's connection in the shape that mediasoup-client's Chrome111 handler expects. */
function peerConnectionClass(options: RtcClientOptions) {
  return class extends werift.RTCPeerConnection {
    constructor(config: ConstructorParameters<typeof werift.RTCPeerConnection>[0] = {}) {
      super({
        ...config,
        iceServers: [],
        bundlePolicy: 'max-bundle',
        iceAdditionalHostAddresses: options.hostAddresses ?? ['127.0.0.1'],
        iceUseIpv6: false,
        codecs: { audio: [werift.useOPUS()], video: [werift.useVP8()] },
        headerExtensions: { audio: [werift.useSdesMid(), werift.useAudioLevelIndication()], video: [werift.useSdesMid()] },
      });
    }

    /** werift repeats a handshake that is cut for half a minute, and the process does not end until then: this one is told that it is through. */
    override async close(): Promise<void> {
      const transports = this.dtlsTransports;
      await super.close();
      const through = { get: () => Infinity, set: () => undefined };
      for (const { dtls } of transports) if (dtls) Object.defineProperty(dtls.dtls, 'flight', through);
    }
  };
}

/** mediasoup-client reads these from the page; connections are made one after the other, so each client can set its own. */
function installGlobals(options: RtcClientOptions): void {
  if (options.engine === 'wrtc') {
    const { RTCPeerConnection, RTCSessionDescription, MediaStream } = createRequire(import.meta.url)('@roamhq/wrtc') as Record<
      string,
      unknown
    >;
    Object.assign(globalThis, { RTCPeerConnection, RTCSessionDescription, MediaStream });
    return;
  }
  Object.assign(globalThis, {
    RTCPeerConnection: peerConnectionClass(options),
    RTCSessionDescription: werift.RTCSessionDescription,
    MediaStream: werift.MediaStream,
  });
}

const OPUS_BYTES = 80;
const VIDEO_BYTES = 1_000;
const VIDEO_PACKETS_PER_FRAME = 2;
const KEY_FRAME_EVERY = 10;
const TICK_MS = 20;
/** Opus DTX refreshes its comfort noise every 400 ms. */
const QUIET_TICKS = 20;
const AUDIO_LEVEL_URI = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';

/** Payload descriptor (RFC 7741 section 4.2, with a 15-bit picture id) and the first byte of a frame, whose lowest bit says "not a key frame". */
function vp8Payload(frame: number, first: boolean): Buffer {
  const payload = Buffer.alloc(VIDEO_BYTES);
  payload[0] = first ? 0x90 : 0x80;
  payload[1] = 0x80;
  payload.writeUInt16BE(0x8000 | (frame & 0x7fff), 2);
  payload[4] = frame % KEY_FRAME_EVERY === 0 ? 0 : 1;
  return payload;
}

/** Feeds a track: 50 packets a second of sound, or 25 frames of two packets (400 kbit/s). */
function feed(
  track: werift.MediaStreamTrack,
  audioLevel: { id: number; dBov: number } | null,
  quiet: boolean,
): { packets(): number; stop(): void } {
  let sequence = Math.floor(Math.random() * 10_000);
  let timestamp = 0;
  let tick = 0;
  let packets = 0;
  const write = (payload: Buffer, marker: boolean) => {
    sequence = (sequence + 1) & 0xffff;
    packets += 1;
    const header = new werift.RtpHeader({ payloadType: 96, sequenceNumber: sequence, timestamp: timestamp >>> 0, marker, ssrc: 1 });
    if (audioLevel) header.extensions = [{ id: audioLevel.id, payload: Buffer.from([0x80 | -audioLevel.dBov]) }];
    track.writeRtp(new werift.RtpPacket(header, payload));
  };
  const timer = setInterval(() => {
    tick += 1;
    if (track.kind === 'audio') {
      timestamp += 960;
      if (!quiet || tick % QUIET_TICKS === 0) write(Buffer.alloc(OPUS_BYTES, 1), false);
    } else if (tick % 2 === 0) {
      timestamp += 3_600;
      for (let part = 0; part < VIDEO_PACKETS_PER_FRAME; part += 1) {
        write(vp8Payload(tick / 2, part === 0), part === VIDEO_PACKETS_PER_FRAME - 1);
      }
    }
  }, TICK_MS);
  return { packets: () => packets, stop: () => clearInterval(timer) };
}

/** wrtc shows packets only in the statistics of the transport. */
function countByStats(transport: types.Transport, ssrc: number | undefined, counted: { packets: number; bytes: number }): { stop(): void } {
  const read = async () => {
    const report = (await transport.getStats()) as unknown as Map<string, Record<string, unknown>>;
    for (const stat of report.values()) {
      if (stat['type'] === 'inbound-rtp' && stat['ssrc'] === ssrc) {
        counted.packets = Number(stat['packetsReceived']);
        counted.bytes = Number(stat['bytesReceived']);
      }
    }
  };
  // Fails when the transport closed a moment ago.
  const timer = setInterval(() => void read().catch(() => undefined), 200);
  return { stop: () => clearInterval(timer) };
}

export class RtcClient {
  readonly #options: RtcClientOptions;
  readonly #device: Device;
  readonly #feeds: { stop(): void }[] = [];
  #send: types.Transport | undefined;
  #recv: types.Transport | undefined;
  #source: MediaSource = 'microphone';

  constructor(device: Device, options: RtcClientOptions) {
    this.#device = device;
    this.#options = options;
  }

  /** What to join with. */
  get rtpCapabilities(): RtpCapabilities {
    return this.#device.recvRtpCapabilities as RtpCapabilities;
  }

  /** `new`, `connecting`, `connected`, … of a direction. */
  state(direction: 'send' | 'recv'): string {
    return (direction === 'send' ? this.#send : this.#recv)?.connectionState ?? 'none';
  }

  /** Takes the transports of a media session; those of an earlier one are closed. */
  open(session: { send: TransportOptions | null; recv: TransportOptions }, signals: Signals): void {
    this.close();
    installGlobals(this.#options);
    if (session.send) {
      this.#send = this.#device.createSendTransport(session.send as types.TransportOptions);
      this.#connect(this.#send, signals);
      this.#send.on('produce', ({ kind, rtpParameters }, done, failed) => {
        const options = {
          transportId: session.send!.id,
          kind,
          source: this.#source,
          paused: false,
          rtpParameters: rtpParameters as RtpParameters,
        };
        signals.produce(options).then(({ id }) => done({ id }), failed);
      });
      this.#send.on('producedata', ({ sctpStreamParameters, label = '', protocol = '' }, done, failed) => {
        const options = {
          transportId: session.send!.id,
          label,
          protocol,
          sctpStreamParameters: sctpStreamParameters as SctpStreamParameters,
        };
        signals.produceData(options).then(({ id }) => done({ id }), failed);
      });
    }
    this.#recv = this.#device.createRecvTransport(session.recv as types.TransportOptions);
    this.#connect(this.#recv, signals);
  }

  #connect(transport: types.Transport, signals: Signals): void {
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      signals.connectTransport(transport.id, dtlsParameters as DtlsParameters).then(() => done(), failed);
    });
  }

  /** Sends a made-up track until `stop()` or `close()`. */
  async publish(source: MediaSource): Promise<Published> {
    const kind = source === 'microphone' || source === 'screen-audio' ? 'audio' : 'video';
    const track = new werift.MediaStreamTrack({ kind });
    this.#source = source;
    const producer = await this.#send!.produce({
      track: track as unknown as NonNullable<types.ProducerOptions['track']>,
      stopTracks: false,
    });
    const levelId = producer.rtpParameters.headerExtensions?.find(({ uri }) => uri === AUDIO_LEVEL_URI)?.id;
    const fed = feed(
      track,
      kind === 'audio' && levelId ? { id: levelId, dBov: this.#options.audioLevel ?? -30 } : null,
      this.#options.quiet ?? false,
    );
    this.#feeds.push(fed);
    return { producerId: producer.id, ...fed };
  }

  /** Starts to receive; the server sends once the consumer is resumed there. */
  async receive(consumer: Pick<ConsumerInfo, 'id' | 'producerId' | 'kind' | 'rtpParameters'>): Promise<Received> {
    const { id, producerId, kind, rtpParameters } = consumer;
    const local = await this.#recv!.consume({ id, producerId, kind, rtpParameters: rtpParameters as types.RtpParameters });
    const counted = { packets: 0, bytes: 0 };
    if (this.#options.engine === 'wrtc') this.#feeds.push(countByStats(this.#recv!, local.rtpParameters.encodings?.[0]?.ssrc, counted));
    else {
      (local.track as unknown as werift.MediaStreamTrack).onReceiveRtp.subscribe((packet) => {
        counted.packets += 1;
        counted.bytes += packet.payload.length;
      });
    }
    return { consumerId: id, packets: () => counted.packets, bytes: () => counted.bytes };
  }

  /** Opens a data channel; answers once it is open. */
  async publishData(label: string): Promise<{ dataProducerId: string; send(text: string): void }> {
    const producer = await this.#send!.produceData({ label, ordered: true });
    await until('the data channel to open', () => producer.readyState === 'open');
    return { dataProducerId: producer.id, send: (text) => producer.send(text) };
  }

  async receiveData({ id, dataProducerId, sctpStreamParameters, label, protocol }: DataConsumerInfo): Promise<ReceivedData> {
    const consumer = await this.#recv!.consumeData({ id, dataProducerId, sctpStreamParameters, label, protocol });
    const messages: string[] = [];
    consumer.on('message', (message: unknown) => messages.push(String(message)));
    return { messages: () => messages };
  }

  /** Takes the parameters of `restartIce` over. */
  async restartIce(direction: 'send' | 'recv', iceParameters: TransportOptions['iceParameters']): Promise<void> {
    await (direction === 'send' ? this.#send : this.#recv)!.restartIce({ iceParameters });
  }

  /** Ends packets and transports. */
  close(): void {
    for (const fed of this.#feeds.splice(0)) fed.stop();
    this.#send?.close();
    this.#recv?.close();
    this.#send = undefined;
    this.#recv = undefined;
  }
}

/** @param routerRtpCapabilities as the server tells them */
export async function createRtcClient(routerRtpCapabilities: RtpCapabilities, options: RtcClientOptions = {}): Promise<RtcClient> {
  installGlobals(options);
  const device = new Device({ handlerName: 'Chrome111' });
  await device.load({ routerRtpCapabilities: routerRtpCapabilities as types.RtpCapabilities });
  return new RtcClient(device, options);
}
