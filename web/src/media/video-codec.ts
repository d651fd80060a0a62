/** Codec and layers of what is sent, by what browser and server have in common. Pure. */
import type { ProducerOptions, RtpCapabilities } from 'mediasoup-client/types';
import type { Source } from '#rooms/protocol.ts';

type Codec = NonNullable<RtpCapabilities['codecs']>[number];

/** Cheapest to encode in several sizes first; VP9 comes last because its layers are one stream that costs more. */
const PREFERENCE = ['video/vp8', 'video/h264', 'video/vp9'];

/** Together with a shared screen below the server's default of 3.5 Mbit/s a peer. */
const CAMERA_BITRATE = 1_200_000;
const CAMERA_LAYERS = [
  { scaleResolutionDownBy: 4, maxBitrate: 120_000 },
  { scaleResolutionDownBy: 2, maxBitrate: 400_000 },
  { scaleResolutionDownBy: 1, maxBitrate: CAMERA_BITRATE },
];
const SCREEN_LAYERS = [{ maxBitrate: 1_600_000 }];

/**
 * How to send a camera or a screen.
 * @param codecs what can be sent
 * @returns simulcast for VP8 and H.264, one scalable stream for VP9; no codec leaves the choice to mediasoup-client
 */
export function videoOptions(codecs: readonly Codec[], source: Source): Pick<ProducerOptions, 'codec' | 'encodings'> {
  const named = (name: string): Codec | undefined => codecs.find(({ mimeType }) => mimeType.toLowerCase() === name);
  const codec = PREFERENCE.map(named).find((found) => found !== undefined);
  const scalable = codec?.mimeType.toLowerCase() === 'video/vp9';
  const camera = scalable ? [{ scalabilityMode: 'L3T3_KEY', maxBitrate: CAMERA_BITRATE }] : CAMERA_LAYERS;
  return { encodings: source === 'camera' ? camera : SCREEN_LAYERS, ...(codec ? { codec } : {}) };
}
