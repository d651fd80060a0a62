/**
 * Our side: rooms and peers of our media server, with everything that it does around a packet. Its transports are
 * WebRTC only, and the generator speaks no ICE and DTLS; so the routers of this process (found through mediasoup's
 * observer) hand out PlainTransports in their place. Nothing in `sfu/` knows of it.
 */
import { observer, type types } from 'mediasoup';
import { loadConfig } from '#config/index.ts';
import { createMediaServer, MediaError, type PeerMedia } from '#sfu/index.ts';
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

const plainTransports = new Map<string, types.PlainTransport>();

/** Makes a PlainTransport look like a WebRtcTransport that is connected. */
async function createLookalike(router: types.Router, options: types.PlainTransportOptions): Promise<types.WebRtcTransport> {
  const transport = await router.createPlainTransport(options);
  plainTransports.set(transport.id, transport);
  const connected = { iceState: 'completed', dtlsState: 'connected', iceParameters: {}, iceCandidates: [], dtlsParameters: {} };
  return Object.assign(transport, connected) as unknown as types.WebRtcTransport;
}

/**
 * From now on every router of this process gives PlainTransports; reach them by id with `plainTransport`.
 * @returns lets the transports that are made later be real ones again
 */
export function usePlainTransports(options = transportOptions): () => void {
  let plain = true;
  observer.on('newworker', (worker) =>
    worker.observer.on('newrouter', (router) => {
      const original = router.createWebRtcTransport.bind(router);
      const create = (wanted: types.WebRtcTransportOptions) => (plain ? createLookalike(router, options) : original(wanted));
      router.createWebRtcTransport = create as typeof router.createWebRtcTransport;
    }),
  );
  return () => {
    plain = false;
  };
}

export function plainTransport(id: string): types.PlainTransport {
  const transport = plainTransports.get(id);
  if (!transport) throw new Error(`There is no transport ${id}`);
  return transport;
}

const silent = { debug() {}, info() {}, warn: console.warn, error: console.error };

/**
 * Our media server. Overload is wanted here, so a worker that answers late is not killed for it.
 * @param cpuLimit share of a core for placement; Infinity places whatever is asked
 */
export function startMediaServer(cpuLimit: number, workers = 1) {
  const config = loadConfig({ MEDIA_WORKERS: String(workers), MEDIA_LISTEN: '127.0.0.1', MEDIA_PROBE_TIMEOUT_MS: '60000' });
  return createMediaServer({ config: { ...config, MEDIA_WORKER_CPU_LIMIT: cpuLimit }, log: silent });
}

/** For a call that is refused where there is no room. */
export function nullIfFull(error: unknown): null {
  if (error instanceof MediaError && error.code === 'media_full') return null;
  throw error;
}

/** Sends a stream as this peer's camera. */
export async function sendCamera(peer: PeerMedia, index: number): Promise<Stream> {
  const transportId = peer.send?.id ?? '';
  const stream = await connectSource(plainTransport(transportId), index);
  await peer.produce({ transportId, kind: 'video', source: 'camera', rtpParameters: senderParameters(index), paused: false });
  return stream;
}

/** Builds all rooms of a shape; consumers start paused, as they do for a client. */
export async function startOurs(shape: Shape): Promise<Forwarder> {
  usePlainTransports();
  const media = await startMediaServer(Number.POSITIVE_INFINITY);
  const peers: PeerMedia[] = [];
  const streams: Stream[] = [];
  for (let number = 0; number < shape.rooms; number++) {
    const room = await media.openRoom(`room-${number}`);
    for (let index = 0; index < shape.senders + shape.viewers; index++) {
      const canSend = index < shape.senders;
      const peer = await room.addPeer({ peerId: `peer-${index}`, rtpCapabilities: receiverCapabilities, canSend, audioOnly: false });
      if (canSend) streams.push(await sendCamera(peer, streams.length));
      await connectSink(plainTransport(peer.recv.id), peers.push(peer));
    }
  }
  return {
    workerPid: media.workers()[0]?.pid ?? 0,
    streams,
    async receive(count) {
      let given = 0;
      for (const peer of peers) {
        const ids = peer.consumers().map((consumer) => consumer.id);
        const resumed = ids.slice(0, Math.max(0, count - given));
        const paused = ids.slice(resumed.length);
        given += resumed.length;
        if (resumed.length > 0) {
          await peer.resumeConsumers(resumed);
          await peer.display(resumed.map((consumerId) => ({ consumerId, width: 640, height: 360 })));
        }
        if (paused.length > 0) await peer.pauseConsumers(paused);
      }
    },
  };
}
