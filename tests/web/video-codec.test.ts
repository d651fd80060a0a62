import { videoOptions } from '../../web/src/media/video-codec.ts';

const codec = (name: string) => ({
  kind: 'video' as const,
  mimeType: `video/${name}` as const,
  clockRate: 90_000,
  preferredPayloadType: 96,
});

describe('videoOptions()', () => {
  test('takes VP8 with three sizes where there is VP8', () => {
    const { codec: chosen, encodings } = videoOptions([codec('VP9'), codec('H264'), codec('VP8')], 'camera');
    expect(chosen?.mimeType).toBe('video/VP8');
    expect(encodings).toHaveLength(3);
  });

  test('takes H.264 with three sizes where VP8 is missing', () => {
    const { codec: chosen, encodings } = videoOptions([codec('VP9'), codec('H264')], 'camera');
    expect(chosen?.mimeType).toBe('video/H264');
    expect(encodings).toHaveLength(3);
  });

  test('takes VP9 as one scalable stream where there is nothing else', () => {
    const { codec: chosen, encodings } = videoOptions([codec('VP9')], 'camera');
    expect(chosen?.mimeType).toBe('video/VP9');
    expect(encodings).toEqual([{ scalabilityMode: 'L3T3_KEY', maxBitrate: 1_200_000 }]);
  });

  test('sends a screen in one size', () => {
    expect(videoOptions([codec('VP9')], 'screen').encodings).toEqual([{ maxBitrate: 1_600_000 }]);
  });

  test('leaves the choice open when it knows none of the codecs', () => {
    expect(videoOptions([codec('AV1')], 'camera')).not.toHaveProperty('codec');
  });
});
