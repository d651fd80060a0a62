/** PlainTransports between the RTP generator, a router and the sink; the same for bare mediasoup and for our media server. */
import { randomBytes } from 'node:crypto';
import type { types } from 'mediasoup';
import { GENERATOR_ADDRESS, generatorPort, SINK_ADDRESS, sinkPort, SRTP_KEY_BYTES, SRTP_SUITE, type Stream } from '../rtp/load.ts';

/** Rooms of one kind. Senders receive each other; viewers receive all senders and send nothing. */
export interface Shape {
  name: string;
  rooms: number;
  senders: number;
  viewers: number;
}

export const oneToOne: Shape = { name: '400 × 1 calls', rooms: 200, senders: 2, viewers: 0 };
export const smallRooms: Shape = { name: '100 × 4 rooms', rooms: 20, senders: 5, viewers: 0 };
export const oneToMany: Shape = { name: '1 × 400', rooms: 1, senders: 1, viewers: 400 };
export const consumersOf = ({ rooms, senders, viewers }: Shape): number => rooms * senders * (senders - 1 + viewers);

/** What a running side offers. */
export interface Forwarder {
  workerPid: number;
  streams: Stream[];
  /** Lets the first `count` consumers receive and pauses the others. */
  receive(count: number): Promise<void>;
}

export const transportOptions: types.PlainTransportOptions = {
  listenInfo: {
    protocol: 'udp',
    ip: '127.0.0.1',
    portRange: { min: 30_000, max: 39_999 },
    sendBufferSize: 4 << 20,
    recvBufferSize: 4 << 20,
  },
  rtcpMux: true,
  comedia: false,
  enableSrtp: true,
  srtpCryptoSuite: SRTP_SUITE,
};

/** What a receiver says it can do. No header extensions: the generator writes none. */
export const receiverCapabilities: types.RtpCapabilities = {
  codecs: [
    {
      kind: 'video',
      mimeType: 'video/VP8',
      clockRate: 90_000,
      preferredPayloadType: 101,
      parameters: {},
      rtcpFeedback: [
        { type: 'nack', parameter: '' },
        { type: 'nack', parameter: 'pli' },
        { type: 'ccm', parameter: 'fir' },
      ],
    },
    { kind: 'video', mimeType: 'video/rtx', clockRate: 90_000, preferredPayloadType: 102, parameters: { apt: 101 }, rtcpFeedback: [] },
  ],
  headerExtensions: [],
};

export const PAYLOAD_TYPE = 101;
export const ssrcOf = (stream: number): number => 1000 + stream;

export function senderParameters(stream: number): types.RtpParameters {
  return {
    codecs: [{ mimeType: 'video/VP8', clockRate: 90_000, payloadType: PAYLOAD_TYPE, parameters: {}, rtcpFeedback: [] }],
    headerExtensions: [],
    encodings: [{ ssrc: ssrcOf(stream) }],
    rtcp: { cname: `stream-${stream}`, reducedSize: true },
  };
}

const newKey = (): string => randomBytes(SRTP_KEY_BYTES).toString('base64');

/** Connects a transport to the generator's port of a stream. Returns the stream to add to the generator. */
export async function connectSource(transport: types.PlainTransport, index: number): Promise<Stream> {
  const key = newKey();
  await transport.connect({
    ip: GENERATOR_ADDRESS,
    port: generatorPort(index),
    srtpParameters: { cryptoSuite: SRTP_SUITE, keyBase64: key },
  });
  return { index, port: transport.tuple.localPort, ssrc: ssrcOf(index), payloadType: PAYLOAD_TYPE, key };
}

/** Connects a transport to the sink, which counts without decrypting. */
export async function connectSink(transport: types.PlainTransport, index: number): Promise<void> {
  await transport.connect({ ip: SINK_ADDRESS, port: sinkPort(index), srtpParameters: { cryptoSuite: SRTP_SUITE, keyBase64: newKey() } });
}
