/** The bare side: mediasoup as its documentation shows it, one router a room, one transport per direction and peer. */
import { createWorker, type types } from 'mediasoup';
import type { Stream } from '../rtp/load.ts';
import {
  connectSink,
  connectSource,
  type Forwarder,
  receiverCapabilities,
  senderParameters,
  type Shape,
  transportOptions,
} from './plain.ts';

const mediaCodecs: types.RouterRtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
];

/** Builds all rooms of a shape on one worker; consumers start paused. */
export async function startBare(shape: Shape): Promise<Forwarder> {
  const worker = await createWorker({ logLevel: 'error' });
  const streams: Stream[] = [];
  const consumers: types.Consumer[] = [];
  let sinks = 0;
  for (let room = 0; room < shape.rooms; room++) {
    const router = await worker.createRouter({ mediaCodecs });
    const producers: { sender: number; producer: types.Producer }[] = [];
    for (let sender = 0; sender < shape.senders; sender++) {
      const transport = await router.createPlainTransport(transportOptions);
      const stream = await connectSource(transport, streams.length);
      producers.push({ sender, producer: await transport.produce({ kind: 'video', rtpParameters: senderParameters(stream.index) }) });
      streams.push(stream);
    }
    for (let peer = 0; peer < shape.senders + shape.viewers; peer++) {
      const transport = await router.createPlainTransport(transportOptions);
      await connectSink(transport, sinks++);
      for (const { sender, producer } of producers) {
        if (sender === peer) continue;
        consumers.push(await transport.consume({ producerId: producer.id, rtpCapabilities: receiverCapabilities, paused: true }));
      }
    }
  }
  return {
    workerPid: worker.pid,
    streams,
    async receive(count) {
      await Promise.all(consumers.map((consumer, index) => (index < count ? consumer.resume() : consumer.pause())));
    },
  };
}
