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

export type RoomSocket = Socket<ServerToClient, ClientToServer>;

/** Opens an authenticated socket. @param timeout ms until it is given up */
export function connect(url: string, token: string, timeout = 20_000): Promise<RoomSocket> {
  const socket: RoomSocket = io(url, {
    timeout,
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
    // Of a server that goes between the handshake and its welcome nothing else comes.
    socket.once('disconnect', (reason) => reject(new Error(`not connected: ${reason}`)));
  });
}

export const consumer = (view: MediaSession['consumers'][number]): ConsumerInfo => view as ConsumerInfo;

/** Takes the transports of a media session. */
export function openMedia(rtc: RtcClient, media: MediaSession, request: RoomClient['request']): void {
  rtc.open(media as unknown as { send: TransportOptions; recv: TransportOptions }, {
    connectTransport: (transportId, dtlsParameters) =>
      request('transport:connect', { transportId, dtlsParameters } as RequestInput<'transport:connect'>),
    produce: async (producer) => ({ id: (await request('producer:create', producer as RequestInput<'producer:create'>)).producerId }),
    produceData: async (producer) => ({
      id: (await request('data-producer:create', producer as RequestInput<'data-producer:create'>)).dataProducerId,
    }),
  });
}

/**
 * Receives tracks as they come. Those that come while werift renegotiates wait for the next round and share it.
 * @param received filled by the publishing peer and source
 */
export function receiver(
  rtc: RtcClient,
  received: Map<string, Received>,
  resume: (consumerIds: string[]) => Promise<unknown>,
  failed: (error: unknown) => void = (error) => console.error('receiving failed', error),
): (view: ConsumerInfo) => void {
  const waiting: ConsumerInfo[] = [];
  let rounds: Promise<void> | undefined;
  const receiveWaiting = async (): Promise<void> => {
    while (waiting.length > 0) {
      const round = waiting.splice(0);
      await Promise.all(round.map(async (view) => received.set(`${view.peerId}/${view.source}`, await rtc.receive(view))));
      await resume(round.map(({ id }) => id));
    }
  };
  return (view) => {
    waiting.push(view);
    // Not at once: what comes in one turn shares a round.
    rounds ??= Promise.resolve()
      .then(receiveWaiting)
      .catch(failed)
      .finally(() => (rounds = undefined));
  };
}

/** Comes into a visit without a lobby and receives everything that is sent there. */
export async function enterRoom(
  url: string,
  options: { token: string; consultationId: string; deviceId: string; capabilities: RtpCapabilities; rtc?: RtcClientOptions },
): Promise<RoomClient> {
  const socket = await connect(url, options.token);
  const rtc = await createRtcClient(options.capabilities, options.rtc);
  const received = new Map<string, Received>();
  const early: ConsumerInfo[] = [];
  let take = (view: ConsumerInfo): void => void early.push(view);
  socket.on('consumer:created', (event) => take(consumer(event.consumer)));
  const joined = (await ask(socket, 'room:join', {
    consultationId: options.consultationId,
    deviceId: options.deviceId,
    rtpCapabilities: rtc.rtpCapabilities as RequestInput<'room:join'>['rtpCapabilities'],
    mediaSessionId: null,
    chatAfterSeq: 0,
  }).catch((error: unknown) => {
    rtc.close();
    socket.close();
    throw error;
  })) as InRoom;
  openMedia(rtc, joined.media!, (name, payload) => ask(socket, name, payload));
  take = receiver(rtc, received, (consumerIds) => ask(socket, 'consumer:resume', { consumerIds }));
  for (const view of [...early, ...joined.media!.consumers.map(consumer)]) take(view);
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
