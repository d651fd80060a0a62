/** A copy of one track's packets, unencrypted, to a port of this machine: what a recording process receives. */
import type { types } from 'mediasoup';
import { answer } from './faults.ts';
import { layerFor } from './layers.ts';
import type { ProducerMedia } from './producer-media.ts';
import type { MediaTap } from './types.ts';

/** Taps leave no interface but this one. */
export const TAP_ADDRESS = '127.0.0.1';
/** How large a track is in the film, in pixels: more than that is not asked of its sender. */
const SHOWN = { camera: { width: 640, height: 360 }, screen: { width: 1_280, height: 720 } };
/** A time of the worker's clock further away than this is of another clock, in ms. */
const SAME_CLOCK_MS = 10_000;

/** What the process can take: the codec as it is sent, without what a lossy network needs. */
function capabilitiesFor(router: types.Router, { producer }: ProducerMedia): types.RtpCapabilities {
  const sent = producer.rtpParameters.codecs[0]?.mimeType.toLowerCase();
  const codecs = (router.rtpCapabilities.codecs ?? []).filter(({ mimeType }) => mimeType.toLowerCase() === sent);
  const feedback = ({ type }: types.RtcpFeedback): boolean => type === 'ccm' || type === 'nack';
  // Of `nack` only the request for a key frame: nothing is lost between two processes of one machine.
  const rtcpFeedback = (codec: types.RtpCodecCapability) =>
    (codec.rtcpFeedback ?? []).filter((each) => feedback(each) && each.parameter !== '');
  return { codecs: codecs.map((codec) => ({ ...codec, rtcpFeedback: rtcpFeedback(codec) })), headerExtensions: [] };
}

/**
 * Opens a tap that lets nothing through yet.
 * @param port of `TAP_ADDRESS` that gets the packets; the next one gets the RTCP
 * @throws {MediaError} `closed` when the router or the producer is gone, `media_unavailable`
 */
export async function openTap(router: types.Router, media: ProducerMedia, port: number): Promise<MediaTap> {
  const gone = (): boolean => router.closed || media.producer.closed;
  const listenInfo = { protocol: 'udp' as const, ip: TAP_ADDRESS };
  const transport = await answer(router.createPlainTransport({ listenInfo, rtcpMux: false, comedia: false }), gone);
  try {
    await answer(transport.connect({ ip: TAP_ADDRESS, port, rtcpPort: port + 1 }), gone);
    const rtpCapabilities = capabilitiesFor(router, media);
    const consumer = await answer(transport.consume({ producerId: media.id, rtpCapabilities, paused: true }), gone);
    return tapOf(transport, consumer, media);
  } catch (error) {
    transport.close();
    throw error;
  }
}

function tapOf(transport: types.PlainTransport, consumer: types.Consumer, media: ProducerMedia): MediaTap {
  const codec = consumer.rtpParameters.codecs[0] as types.RtpCodecParameters;
  const video = consumer.kind === 'video';
  let firstAt: number | null = null;
  consumer.on('trace', ({ timestamp }) => {
    if (firstAt !== null) return;
    // The worker tells the time of its own, on the monotonic clock of this machine: how long it took to tell does not count.
    const late = Number(process.hrtime.bigint() / 1_000_000n) - timestamp;
    firstAt = performance.now() - (late >= 0 && late < SAME_CLOCK_MS ? late : 0);
    void consumer.enableTraceEvent([]).catch(() => undefined);
  });
  const { mimeType, payloadType, clockRate, channels = 1, parameters = {} } = codec;
  return {
    codec: { mimeType, payloadType, clockRate, channels, parameters },
    get closed() {
      return consumer.closed;
    },
    get firstAt() {
      return firstAt;
    },
    async start() {
      await consumer.enableTraceEvent(['rtp']);
      if (video) {
        const layer = Math.max(0, layerFor(SHOWN[media.source === 'screen' ? 'screen' : 'camera'], media.layers));
        if (consumer.type !== 'simple') await consumer.setPreferredLayers({ spatialLayer: layer });
        media.want(consumer.id, layer);
      }
      await consumer.resume();
    },
    async requestKeyFrame() {
      if (!consumer.closed && !consumer.paused && !consumer.producerPaused) await consumer.requestKeyFrame();
    },
    close() {
      if (!media.producer.closed) media.want(consumer.id, null);
      transport.close();
    },
  };
}
