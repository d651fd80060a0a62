/** One person in a visit without a browser: a real socket, and werift for the media. */
import { io, type Socket } from 'socket.io-client';
import {
  PROTOCOL_VERSION,
  type Ack,
  type ClientToServer,
  type InRoom,
  type MediaSession,
  type Reply,
  type RequestInput,
  type RequestName,
  type ServerToClient,
} from '#rooms/protocol.ts';
import type { ConsumerInfo, RtpCapabilities, TransportOptions } from '#sfu/types.ts';
import { createRtcClient, type Published, type Received, type RtcClient, type RtcClientOptions } from './rtc-client.ts';

export interface RoomClient {
  socket: Socket<ServerToClient, ClientToServer>;
  rtc: RtcClient;
  peerId: string;
  /** What this person receives, by the publishing peer and source: `<peerId>/<source>`. */
  received: Map<string, Received>;
  request<N extends RequestName>(name: N, payload: RequestInput<N>): Promise<Reply<N>>;
  publish(source: 'microphone' | 'camera'): Promise<Published>;
  close(): void;
}

/** Sends a request and unpacks its answer. @throws Error with the code as its message */
export async function ask<N extends RequestName>(socket: Socket, name: N, payload: RequestInput<N>): Promise<Reply<N>> {
  const answer = (await socket.timeout(20_000).emitWithAck(name, payload)) as Ack<N>;
  if (!answer.ok) throw new Error(`${name}: ${answer.error.code}`);
  return answer.data as Reply<N>;
}

/** Opens an authenticated socket. */
export function connect(url: string, token: string): Promise<Socket<ServerToClient, ClientToServer>> {
  const socket: Socket<ServerToClient, ClientToServer> = io(url, {
    transports: ['websocket'],
    auth: { token, protocol: PROTOCOL_VERSION },
    forceNew: true,
    reconnection: false,
  });
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.once('connect_error', (error) => {
      socket.close();
      reject(error);
    });
  });
}

const consumer = (view: MediaSession['consumers'][number]): ConsumerInfo => view as ConsumerInfo;

/** Comes into a visit without a lobby and receives everything that is sent there. */
export async function enterRoom(
  url: string,
  options: { token: string; consultationId: string; deviceId: string; capabilities: RtpCapabilities; rtc?: RtcClientOptions },
): Promise<RoomClient> {
  const socket = await connect(url, options.token);
  const rtc = await createRtcClient(options.capabilities, options.rtc);
  const received = new Map<string, Received>();
  // What comes while werift renegotiates waits for the next round and shares it.
  const waiting: ConsumerInfo[] = [];
  let rounds: Promise<void> | undefined;
  let opened = false;
  const receiveWaiting = async (): Promise<void> => {
    while (waiting.length > 0) {
      const round = waiting.splice(0);
      await Promise.all(round.map(async (view) => received.set(`${view.peerId}/${view.source}`, await rtc.receive(view))));
      await ask(socket, 'consumer:resume', { consumerIds: round.map(({ id }) => id) });
    }
  };
  const take = (...views: ConsumerInfo[]): void => {
    waiting.push(...views);
    if (!opened || waiting.length === 0) return;
    rounds ??= receiveWaiting()
      .catch((error: unknown) => console.error('receiving failed', error))
      .finally(() => (rounds = undefined));
  };
  socket.on('consumer:created', (event) => take(consumer(event.consumer)));
  const joined = (await ask(socket, 'room:join', {
    consultationId: options.consultationId,
    deviceId: options.deviceId,
    rtpCapabilities: rtc.rtpCapabilities as RequestInput<'room:join'>['rtpCapabilities'],
    mediaSessionId: null,
    chatAfterSeq: 0,
  })) as InRoom;
  const media = joined.media!;
  rtc.open(media as unknown as { send: TransportOptions; recv: TransportOptions }, {
    connectTransport: (transportId, dtlsParameters) =>
      ask(socket, 'transport:connect', { transportId, dtlsParameters } as RequestInput<'transport:connect'>),
    produce: async (producer) => ({ id: (await ask(socket, 'producer:create', producer as RequestInput<'producer:create'>)).producerId }),
    produceData: async (producer) => ({
      id: (await ask(socket, 'data-producer:create', producer as RequestInput<'data-producer:create'>)).dataProducerId,
    }),
  });
  opened = true;
  take(...media.consumers.map(consumer));
  return {
    socket,
    rtc,
    peerId: joined.self.peerId,
    received,
    request: (name, payload) => ask(socket, name, payload),
    publish: (source) => rtc.publish(source),
    close() {
      rtc.close();
      socket.close();
    },
  };
}
