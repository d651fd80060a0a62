/** A client on a real socket that takes a seat with media: transports and consumers are made, packets are not sent. */
import { io, type Socket } from 'socket.io-client';
import {
  type Ack,
  type InRoom,
  PROTOCOL_VERSION,
  type Reply,
  type RequestInput,
  type RequestName,
  type ServerToClient,
} from '#rooms/protocol.ts';

export interface Seat {
  joined: InRoom;
  request<N extends RequestName>(name: N, payload: RequestInput<N>): Promise<Reply<N>>;
  /** Gives the seat up. */
  leave(): Promise<void>;
  /** Cuts the connection, as a network would. */
  vanish(): void;
}

const DEADLINE_MS = 15_000;

async function opened(url: string, token: string): Promise<Socket<ServerToClient>> {
  const socket: Socket<ServerToClient> = io(url, {
    auth: { token, protocol: PROTOCOL_VERSION },
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return socket;
}

/** Joins a visit. @throws when the server refuses, or answers with its lobby */
export async function takeSeat(url: string, token: string, consultationId: string): Promise<Seat> {
  const socket = await opened(url, token);
  async function request<N extends RequestName>(name: N, payload: RequestInput<N>): Promise<Reply<N>> {
    const answer = (await (socket as Socket).timeout(DEADLINE_MS).emitWithAck(name, payload)) as Ack<N>;
    if (!answer.ok) throw new Error(`${name}: ${answer.error.code}`);
    return answer.data;
  }
  const { data } = (await (await fetch(`${url}/api/v1/media/capabilities`)).json()) as {
    data: { routerRtpCapabilities: RequestInput<'room:join'>['rtpCapabilities'] };
  };
  const joined = await request('room:join', {
    consultationId,
    deviceId: crypto.randomUUID(),
    rtpCapabilities: data.routerRtpCapabilities,
    mediaSessionId: null,
    chatAfterSeq: 0,
    audioOnly: false,
  });
  if (joined.phase !== 'room') throw new Error('The lobby is on');
  return {
    joined,
    request,
    async leave() {
      await request('room:leave', {});
      socket.disconnect();
    },
    vanish: () => void socket.disconnect(),
  };
}

/** Sends a microphone and a camera, so that the others get consumers. Nothing flows: the transport is never connected. */
export async function announceTracks({ joined, request }: Seat): Promise<void> {
  const { media, self } = joined;
  const capabilities = media?.routerRtpCapabilities.codecs ?? [];
  for (const [kind, source] of [
    ['audio', 'microphone'],
    ['video', 'camera'],
  ] as const) {
    const codec = capabilities.find((one) => one.kind === kind);
    if (!codec || !media?.send) throw new Error('no media');
    const { mimeType, clockRate, channels, preferredPayloadType, parameters } = codec;
    await request('producer:create', {
      transportId: media.send.id,
      kind,
      source,
      rtpParameters: {
        mid: kind,
        codecs: [
          {
            mimeType,
            clockRate,
            payloadType: preferredPayloadType,
            ...(channels ? { channels } : {}),
            ...(parameters ? { parameters } : {}),
          },
        ],
        encodings: [{ ssrc: Math.floor(Math.random() * 0xffffffff) }],
        rtcp: { cname: self.peerId },
      },
      paused: false,
    });
  }
}
