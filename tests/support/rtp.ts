/** RTP parameters as a browser would send them, for tests that need producers but no packets. */
import type { MediaServer, RtpCapabilities, RtpParameters } from '#sfu/types.ts';

/** A device that can receive everything that the server can route. */
export function receives(media: MediaServer): RtpCapabilities {
  return media.routerRtpCapabilities;
}

let ssrc = 1_000;

interface Track {
  kind: 'audio' | 'video';
  source: 'microphone' | 'camera';
  rtpParameters: RtpParameters;
}

/** Opus, one stream. */
export function microphone(): Track {
  const codecs = [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2, parameters: { useinbandfec: 1 } }];
  return {
    kind: 'audio',
    source: 'microphone',
    rtpParameters: { mid: String(ssrc), codecs, encodings: [{ ssrc: ssrc++ }], rtcp: { cname: `c${ssrc}` } },
  };
}

/** VP8, one stream. */
export function camera(): Track {
  const codecs = [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000, parameters: {} }];
  return {
    kind: 'video',
    source: 'camera',
    rtpParameters: { mid: String(ssrc), codecs, encodings: [{ ssrc: ssrc++ }], rtcp: { cname: `c${ssrc}` } },
  };
}
