/**
 * Broadcasts whose frame is built once and written once to each socket. Socket.IO encodes a broadcast once as well, but then queues it in
 * Engine.IO and in the WebSocket of everybody; a socket that waits for nothing needs neither. It uses parts of both that their types do
 * not show: where one is missing, or not as expected, everything takes the usual way.
 */
import type { GatewayServer, GatewaySocket } from './socket-types.ts';

interface PacketOptions {
  /** Header and payload, as Socket.IO's adapter has prepared them for WebSockets. */
  wsPreEncodedFrame?: readonly Uint8Array[];
  /** Both in one. */
  oneFrame?: Uint8Array;
}

interface Encoder {
  _encode?: (packet: unknown, options: PacketOptions) => unknown;
}
interface Writer {
  writeToEngine?: (packets: unknown, options: PacketOptions) => void;
}
/** Engine.IO's connection down to the network. */
interface Connection {
  readyState: string;
  writeBuffer?: readonly unknown[];
  transport: {
    name: string;
    writable: boolean;
    /** Set where messages are compressed. */
    perMessageDeflate?: unknown;
    socket?: {
      readyState: number;
      _sender?: { _state: number; _queue: readonly unknown[] };
      _socket?: { writable: boolean; writableLength: number; write(data: Uint8Array): boolean };
    };
  };
}

const OPEN = 1;
/** Neither compressing nor reading a blob. */
const IDLE = 0;

/** Makes one frame of each broadcast of this server, whatever adapter spreads it. */
export function frameOnce(io: GatewayServer): void {
  const adapter = io.of('/').adapter as unknown as Encoder;
  const encode = adapter._encode?.bind(adapter);
  if (!encode) return;
  adapter._encode = (packet, options) => {
    const packets = encode(packet, options);
    if (options.wsPreEncodedFrame) options.oneFrame = Buffer.concat(options.wsPreEncodedFrame);
    return packets;
  };
}

/** Lets such frames go straight to the network of a socket whenever nothing is queued for it. */
export function writeDirectly(socket: GatewaySocket): void {
  const { client, conn } = socket as unknown as { client: Writer; conn: Connection };
  const queued = client.writeToEngine?.bind(client);
  if (!queued) return;
  client.writeToEngine = (packets, options) => {
    const network = options.oneFrame && idleNetwork(conn);
    if (network && options.oneFrame) network.write(options.oneFrame);
    else queued(packets, options);
  };
}

function idleNetwork({ readyState, writeBuffer, transport }: Connection) {
  if (readyState !== 'open' || writeBuffer?.length !== 0 || !transport.writable || transport.name !== 'websocket') return null;
  const { socket } = transport;
  if (transport.perMessageDeflate) return null;
  if (socket?.readyState !== OPEN || socket._sender?._state !== IDLE || socket._sender._queue.length > 0) return null;
  const { _socket: network } = socket;
  return network?.writable && network.writableLength === 0 ? network : null;
}
