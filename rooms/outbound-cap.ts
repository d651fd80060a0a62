/** Bounds what waits for a socket that does not read: one such socket would otherwise take hundreds of MB in seconds. */
import type { GatewaySocket } from './socket-types.ts';

/** Bytes that may wait for one socket. */
const MAX_OUTBOUND_BYTES = 1_048_576;

interface RawTransport {
  socket?: { bufferedAmount?: number; terminate?: () => void };
}

/**
 * Watches what is queued for a socket, in Engine.IO and in the WebSocket below it, and cuts the connection past the cap.
 * @param onCut told before the connection goes
 */
export function capOutbound({ conn }: GatewaySocket, onCut: (bytes: number) => void, maxBytes = MAX_OUTBOUND_BYTES): void {
  let queued = 0;
  let cut = false;
  conn.on('flush', () => {
    queued = 0;
  });
  conn.on('packetCreate', ({ data }: { data?: unknown }) => {
    queued += typeof data === 'string' ? data.length : 0;
    const raw = conn.transport as unknown as RawTransport;
    const waiting = queued + (raw.socket?.bufferedAmount ?? 0);
    if (cut || waiting <= maxBytes) return;
    cut = true;
    onCut(waiting);
    terminate({ conn });
  });
}

/** Ends a connection without a closing handshake, which would wait behind what is not being read. */
export function terminate({ conn }: Pick<GatewaySocket, 'conn'>): void {
  const raw = conn.transport as unknown as RawTransport;
  if (raw.socket?.terminate) raw.socket.terminate();
  else conn.close(true);
}
