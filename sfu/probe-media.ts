/** Transports for the network test before a visit: one, on a router of its own, for half a minute. */
import type { types } from 'mediasoup';
import { mediaCodecs } from './codecs.ts';
import { answer } from './faults.ts';
import { connectTransport, openTransport, transportOptions } from './transports.ts';
import type { Probe } from './types.ts';

export type ProbePath = 'udp' | 'tcp' | 'relay';

/** A test takes a few seconds; this is for clients that went away. */
const PROBE_LIFE_MS = 30_000;

/** `relay` offers everything: the client forces the relay, and the relay takes what it reaches. */
const PROTOCOLS = {
  udp: { udp: true, tcp: false },
  tcp: { udp: false, tcp: true },
  relay: { udp: true, tcp: true },
} as const;

/**
 * @param closed called once, whoever closes it
 * @throws {MediaError} `media_unavailable` when the worker dies meanwhile
 */
export async function openProbeMedia(
  worker: types.Worker,
  webRtcServer: types.WebRtcServer,
  path: ProbePath,
  closed: (probe: Probe) => void,
): Promise<Probe> {
  const router = await answer(worker.createRouter({ mediaCodecs }), () => worker.closed);
  const transport = await answer(openTransport(router, webRtcServer, PROTOCOLS[path]), () => router.closed).catch((error: unknown) => {
    router.close();
    throw error;
  });
  let open = true;
  const probe: Probe = {
    transport: transportOptions(transport),
    get closed() {
      return !open;
    },
    connect: (dtlsParameters) => connectTransport(transport, dtlsParameters),
    close() {
      if (!open) return;
      open = false;
      clearTimeout(timer);
      router.close();
      closed(probe);
    },
  };
  const timer = setTimeout(() => probe.close(), PROBE_LIFE_MS).unref();
  transport.on('dtlsstatechange', (state) => {
    if (state === 'failed' || state === 'closed') probe.close();
  });
  return probe;
}
