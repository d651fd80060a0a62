/** Client side of one WebRTC transport: its two handshakes with the server, and ICE restarts until it works again. */
import type { Device } from 'mediasoup-client';
import type { AppData, Transport, TransportOptions } from 'mediasoup-client/types';
import type { MediaSession, RequestInput, Source } from '#rooms/protocol.ts';
import { RequestError, type Request } from '../net/request.ts';

export interface TransportHooks {
  request: Request;
  /** The transport cannot be saved: a new media session is needed. */
  broken(): void;
  changed(): void;
}
export interface Link {
  transport: Transport;
  /** Restarts ICE now, and again with growing pauses until it is connected. No-op before the first connect. */
  restart(): void;
  /** Uses these from the next restart on: TURN credentials run out after some minutes. */
  renew(iceServers: MediaSession['iceServers']): Promise<void>;
  close(): void;
}
export interface SendData extends AppData {
  source: Source;
  paused: boolean;
}

/** A `disconnected` transport often recovers by itself (a lost packet or two); it gets this long before a restart. */
const SETTLE_MS = 1_200;
/** Answers that say that the server no longer has this transport. */
const LOST = new Set(['not_found', 'no_media', 'media_unavailable']);
const RESTART_PAUSES_MS = [2_000, 3_000, 5_000, 8_000];

/** Options of mediasoup-client from what the server sent; the shapes are the same, zod only adds `| undefined`. */
export function clientOptions(view: MediaSession['recv'], iceServers: MediaSession['iceServers']): TransportOptions {
  return { ...view, iceServers } as TransportOptions;
}

/** Makes the client's half of a transport and keeps it alive. */
export function openTransport(
  device: Device,
  direction: 'send' | 'recv',
  view: MediaSession['recv'],
  iceServers: MediaSession['iceServers'],
  hooks: TransportHooks,
): Link {
  const options = clientOptions(view, iceServers);
  const transport = direction === 'send' ? device.createSendTransport(options) : device.createRecvTransport(options);
  transport.on('connect', ({ dtlsParameters }, done) => {
    // The local half goes on at once instead of a round trip later: the server handles this request before the first
    // DTLS packet can arrive, or the client repeats that packet.
    done();
    hooks.request('transport:connect', { transportId: transport.id, dtlsParameters }).catch(() => hooks.broken());
  });
  transport.on('produce', ({ kind, rtpParameters, appData }, done, failed) => {
    const { source, paused } = appData as SendData;
    const payload = { transportId: transport.id, kind, source, rtpParameters, paused } as RequestInput<'producer:create'>;
    hooks.request('producer:create', payload).then(({ producerId }) => done({ id: producerId }), failed);
  });
  transport.on('producedata', ({ sctpStreamParameters, label = '', protocol = '' }, done, failed) => {
    const payload = { transportId: transport.id, sctpStreamParameters, label, protocol } as RequestInput<'data-producer:create'>;
    hooks.request('data-producer:create', payload).then(({ dataProducerId }) => done({ id: dataProducerId }), failed);
  });
  return keepAlive(transport, hooks);
}

function keepAlive(transport: Transport, hooks: TransportHooks): Link {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;

  function plan(delay: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void restart(), delay);
  }
  async function renew(iceServers: MediaSession['iceServers']): Promise<void> {
    if (!transport.closed) await transport.updateIceServers({ iceServers: iceServers as RTCIceServer[] });
  }
  async function restart(): Promise<void> {
    clearTimeout(timer);
    if (transport.closed || transport.connectionState === 'new') return;
    plan(RESTART_PAUSES_MS[Math.min(attempt, RESTART_PAUSES_MS.length - 1)] ?? 8_000);
    attempt += 1;
    try {
      const { iceParameters, iceServers } = await hooks.request('transport:restart-ice', { transportId: transport.id });
      await renew(iceServers);
      if (!transport.closed) await transport.restartIce({ iceParameters: iceParameters as never });
      if (transport.connectionState === 'connected') clearTimeout(timer);
    } catch (error) {
      const code = error instanceof RequestError ? error.code : 'internal';
      // Without a socket the restart has to wait; the rejoin starts it again.
      if (code === 'disconnected') clearTimeout(timer);
      else if (LOST.has(code)) hooks.broken();
    }
  }
  transport.on('connectionstatechange', (state) => {
    if (state === 'connected') {
      attempt = 0;
      clearTimeout(timer);
    } else if (state === 'disconnected') plan(SETTLE_MS);
    else if (state === 'failed') plan(0);
    hooks.changed();
  });
  return {
    transport,
    restart() {
      attempt = 0;
      void restart();
    },
    renew,
    close() {
      clearTimeout(timer);
      transport.close();
    },
  };
}
