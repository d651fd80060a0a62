/**
 * Schemas of the WebRTC parameters that cross the socket. They bound size and shape before anything reaches mediasoup,
 * which checks the meaning (`ortc`); names and fields follow mediasoup's RtpParameters documentation.
 */
import { z } from 'zod';

const short = z.string().max(256);
const codecParameters = z.record(short, z.union([z.string().max(1_024), z.number(), z.boolean(), z.null()]));
const rtcpFeedback = z.array(z.object({ type: short, parameter: short.optional() })).max(32);
const uri = short;

export const mediaKind = z.enum(['audio', 'video']);

export const rtpCapabilities = z
  .object({
    codecs: z
      .array(
        z.object({
          kind: mediaKind,
          mimeType: short,
          preferredPayloadType: z.int().min(0).max(127).optional(),
          clockRate: z.int().min(1).max(1_000_000),
          channels: z.int().min(1).max(16).optional(),
          parameters: codecParameters.optional(),
          rtcpFeedback: rtcpFeedback.optional(),
        }),
      )
      .max(64),
    headerExtensions: z
      .array(
        z.object({
          kind: mediaKind,
          uri,
          preferredId: z.int().min(1).max(255),
          preferredEncrypt: z.boolean().optional(),
          direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).optional(),
        }),
      )
      .max(64)
      .optional(),
  })
  .describe('What the device can receive (mediasoup-client `device.rtpCapabilities`)');

export const rtpParameters = z
  .object({
    mid: short.optional(),
    msid: short.optional(),
    codecs: z
      .array(
        z.object({
          mimeType: short,
          payloadType: z.int().min(0).max(127),
          clockRate: z.int().min(1).max(1_000_000),
          channels: z.int().min(1).max(16).optional(),
          parameters: codecParameters.optional(),
          rtcpFeedback: rtcpFeedback.optional(),
        }),
      )
      .min(1)
      .max(16),
    headerExtensions: z
      .array(z.object({ uri, id: z.int().min(1).max(255), encrypt: z.boolean().optional(), parameters: codecParameters.optional() }))
      .max(32)
      .optional(),
    encodings: z
      .array(
        z.object({
          ssrc: z.int().min(0).max(0xffffffff).optional(),
          rid: z.string().max(16).optional(),
          codecPayloadType: z.int().min(0).max(127).optional(),
          rtx: z.object({ ssrc: z.int().min(0).max(0xffffffff) }).optional(),
          dtx: z.boolean().optional(),
          scalabilityMode: z.string().max(16).optional(),
          scaleResolutionDownBy: z.number().min(1).max(64).optional(),
          maxBitrate: z.number().min(0).max(100_000_000).optional(),
          active: z.boolean().optional(),
          maxFramerate: z.number().min(0).max(240).optional(),
          adaptivePtime: z.boolean().optional(),
          priority: short.optional(),
          networkPriority: short.optional(),
        }),
      )
      .max(8)
      .optional(),
    rtcp: z.object({ cname: short.optional(), reducedSize: z.boolean().optional(), mux: z.boolean().optional() }).optional(),
  })
  .describe('How a track is sent (mediasoup `RtpParameters`)');

export const dtlsParameters = z
  .object({
    role: z.enum(['auto', 'client', 'server']).optional(),
    fingerprints: z
      .array(z.object({ algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']), value: z.string().min(8).max(256) }))
      .min(1, 'at least one fingerprint')
      .max(8),
  })
  .describe('DTLS role and certificate fingerprints of the client');

export const sctpStreamParameters = z
  .object({
    streamId: z.int().min(0).max(65_535),
    ordered: z.boolean().optional(),
    maxPacketLifeTime: z.int().min(0).max(60_000).optional(),
    maxRetransmits: z.int().min(0).max(64).optional(),
  })
  .describe('Stream of a data channel');

export const iceParameters = z.object({ usernameFragment: z.string(), password: z.string(), iceLite: z.boolean().optional() });

export const iceCandidate = z.object({
  foundation: z.string(),
  priority: z.number(),
  ip: z.string(),
  address: z.string(),
  protocol: z.enum(['udp', 'tcp']),
  port: z.number(),
  type: z.literal('host'),
  tcpType: z.literal('passive').optional(),
});

export const sctpParameters = z.object({ port: z.number(), OS: z.number(), MIS: z.number(), maxMessageSize: z.number() });

export const transportOptions = z
  .object({ id: z.string(), iceParameters, iceCandidates: z.array(iceCandidate), dtlsParameters, sctpParameters: sctpParameters.optional() })
  .describe("What the client's transport needs (mediasoup-client `TransportOptions`)");

export const iceServer = z.object({
  urls: z.array(z.string()),
  username: z.string().optional(),
  credential: z.string().optional(),
});
