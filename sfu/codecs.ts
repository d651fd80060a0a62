/** What every router speaks. One list for all, so that capabilities can be cached by clients and rooms can move between workers. */
import { ortc } from 'mediasoup';
import type { types } from 'mediasoup';

const h264 = (profileLevelId: string): types.RouterRtpCodecCapability => ({
  kind: 'video',
  mimeType: 'video/H264',
  clockRate: 90_000,
  parameters: { 'packetization-mode': 1, 'profile-level-id': profileLevelId, 'level-asymmetry-allowed': 1 },
});

/**
 * In order of preference: a client that names no codec sends the first video codec it knows.
 * Opus asks senders for in-band FEC and for silence suppression (RFC 7587 section 6.1). H.264 comes as constrained
 * baseline (42e01f, everywhere), main (4d001f, Chromium) and constrained high (640c1f, Safari and phones).
 * RTX, transport-cc and header extensions are added by mediasoup.
 */
export const mediaCodecs: types.RouterRtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2, parameters: { useinbandfec: 1, usedtx: 1, minptime: 10 } },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  { kind: 'video', mimeType: 'video/VP9', clockRate: 90_000, parameters: { 'profile-id': 0 } },
  h264('42e01f'),
  h264('4d001f'),
  h264('640c1f'),
];

/** Capabilities of every router (mediasoup derives them from `mediaCodecs` alone). */
export const routerRtpCapabilities: types.RtpCapabilities = ortc.generateRouterRtpCapabilities(mediaCodecs);
