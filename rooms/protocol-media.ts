/**
 * Schemas of the WebRTC parameters that cross the socket. They bound size and shape before anything reaches mediasoup,
 * which checks the meaning (`ortc`); names and fields follow mediasoup's RtpParameters documentation.
 */
import type { RtpCapabilities, RtpParameters } from '#sfu/types.ts';
import { z } from 'zod';

/** Gives a schema the type that mediasoup has for the same thing; the form is checked here, the meaning there. */
function typed<T>(schema: z.ZodType): z.ZodType<T, T> {
  return schema as z.ZodType<T, T>;
}

const short = z.string().max(256);
const codecParameters = z.record(short, z.union([z.string().max(1_024), z.number(), z.boolean(), z.null()]));
const rtcpFeedback = z.array(z.object({ type: short, parameter: short.exactOptional() })).max(32);
const uri = short;

export const mediaKind = z.enum(['audio', 'video']);

export const rtpCapabilities = typed<RtpCapabilities>(
  z
    .object({
      codecs: z
        .array(
          z.object({
            kind: mediaKind,
            mimeType: short,
            preferredPayloadType: z.int().min(0).max(127).exactOptional(),
            clockRate: z.int().min(1).max(1_000_000),
            channels: z.int().min(1).max(16).exactOptional(),
            parameters: codecParameters.exactOptional(),
            rtcpFeedback: rtcpFeedback.exactOptional(),
          }),
        )
        .max(64),
      headerExtensions: z
        .array(
          z.object({
            kind: mediaKind,
            uri,
            preferredId: z.int().min(1).max(255),
            preferredEncrypt: z.boolean().exactOptional(),
            direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).exactOptional(),
          }),
        )
        .max(64)
        .exactOptional(),
    })
    .describe('What the device can receive (mediasoup-client `device.rtpCapabilities`)'),
);

export const rtpParameters = typed<RtpParameters>(
  z
    .object({
      mid: short.exactOptional(),
      msid: short.exactOptional(),
      codecs: z
        .array(
          z.object({
            mimeType: short,
            payloadType: z.int().min(0).max(127),
            clockRate: z.int().min(1).max(1_000_000),
            channels: z.int().min(1).max(16).exactOptional(),
            parameters: codecParameters.exactOptional(),
            rtcpFeedback: rtcpFeedback.exactOptional(),
          }),
        )
        .min(1)
        .max(16),
      headerExtensions: z
        .array(
          z.object({ uri, id: z.int().min(1).max(255), encrypt: z.boolean().exactOptional(), parameters: codecParameters.exactOptional() }),
        )
        .max(32)
        .exactOptional(),
      encodings: z
        .array(
          z.object({
            ssrc: z.int().min(0).max(0xffffffff).exactOptional(),
            rid: z.string().max(16).exactOptional(),
            codecPayloadType: z.int().min(0).max(127).exactOptional(),
            rtx: z.object({ ssrc: z.int().min(0).max(0xffffffff) }).exactOptional(),
            dtx: z.boolean().exactOptional(),
            scalabilityMode: z.string().max(16).exactOptional(),
            scaleResolutionDownBy: z.number().min(1).max(64).exactOptional(),
            maxBitrate: z.number().min(0).max(100_000_000).exactOptional(),
            active: z.boolean().exactOptional(),
            maxFramerate: z.number().min(0).max(240).exactOptional(),
            adaptivePtime: z.boolean().exactOptional(),
            priority: short.exactOptional(),
            networkPriority: short.exactOptional(),
          }),
        )
        .max(8)
        .exactOptional(),
      rtcp: z
        .object({ cname: short.exactOptional(), reducedSize: z.boolean().exactOptional(), mux: z.boolean().exactOptional() })
        .exactOptional(),
    })
    .describe('How a track is sent (mediasoup `RtpParameters`)'),
);

export const dtlsParameters = z
  .object({
    role: z.enum(['auto', 'client', 'server']).exactOptional(),
    fingerprints: z
      .array(z.object({ algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']), value: z.string().min(8).max(256) }))
      .min(1, 'at least one fingerprint')
      .max(8),
  })
  .describe('DTLS role and certificate fingerprints of the client');

export const sctpStreamParameters = z
  .object({
    streamId: z.int().min(0).max(65_535),
    ordered: z.boolean().exactOptional(),
    maxPacketLifeTime: z.int().min(0).max(60_000).exactOptional(),
    maxRetransmits: z.int().min(0).max(64).exactOptional(),
  })
  .describe('Stream of a data channel');

export const iceParameters = z.object({ usernameFragment: z.string(), password: z.string(), iceLite: z.boolean().exactOptional() });

const iceCandidate = z.object({
  foundation: z.string(),
  priority: z.number(),
  ip: z.string(),
  address: z.string(),
  protocol: z.enum(['udp', 'tcp']),
  port: z.number(),
  type: z.literal('host'),
  tcpType: z.literal('passive').exactOptional(),
});

const sctpParameters = z.object({
  port: z.number(),
  OS: z.number(),
  MIS: z.number(),
  maxMessageSize: z.number(),
  maxSendMessageSize: z.number(),
  maxReceiveMessageSize: z.number(),
});

export const transportOptions = z
  .object({
    id: z.string(),
    iceParameters,
    iceCandidates: z.array(iceCandidate),
    dtlsParameters,
    sctpParameters: sctpParameters.exactOptional(),
  })
  .describe("What the client's transport needs (mediasoup-client `TransportOptions`)");

export const iceServer = z.object({
  urls: z.array(z.string()),
  username: z.string().exactOptional(),
  credential: z.string().exactOptional(),
});
