/** WebRTC transports of a peer, and of a network test. */
import type { types } from 'mediasoup';
import { MediaError } from './errors.ts';
import { answer } from './faults.ts';
import type { DtlsParameters, TransportOptions } from './types.ts';

/** Start of the bandwidth estimate, bits per second: enough for one 360p video at once, little enough for a phone. */
const INITIAL_BITRATE = 1_000_000;

/** Which protocols a transport offers candidates for. */
export interface Protocols {
  udp: boolean;
  tcp: boolean;
}

/** Opens a transport on the worker's shared ports, UDP preferred, with SCTP for data channels. */
export function openTransport(
  router: types.Router,
  webRtcServer: types.WebRtcServer,
  protocols: Protocols = { udp: true, tcp: true },
): Promise<types.WebRtcTransport> {
  return router.createWebRtcTransport({
    webRtcServer,
    enableUdp: protocols.udp,
    enableTcp: protocols.tcp,
    preferUdp: protocols.udp,
    enableSctp: true,
    initialAvailableOutgoingBitrate: INITIAL_BITRATE,
  });
}

/** The transport as its client needs to know it, ICE restarts included. */
export function transportOptions(transport: types.WebRtcTransport): TransportOptions {
  const { id, iceParameters, iceCandidates, dtlsParameters, sctpParameters } = transport;
  return { id, iceParameters, iceCandidates, dtlsParameters, ...(sctpParameters ? { sctpParameters } : {}) };
}

const connected = new WeakMap<types.WebRtcTransport, string>();

/**
 * Gives the transport its client's DTLS parameters. Doing it again with the same ones is no fault: the first answer may
 * have been lost with the connection.
 * @throws {MediaError} `invalid_media`
 */
export async function connectTransport(transport: types.WebRtcTransport, dtlsParameters: DtlsParameters): Promise<void> {
  // An empty list once took a worker down (mediasoup issue 537).
  if (dtlsParameters.fingerprints.length === 0) throw new MediaError('invalid_media', 'No fingerprint');
  const given = JSON.stringify(dtlsParameters);
  if (connected.get(transport) === given) return;
  await answer(transport.connect({ dtlsParameters }), () => transport.closed, true);
  connected.set(transport, given);
}
