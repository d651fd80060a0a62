/** The one socket of a page: connects with a token, tells its state, carries typed requests and notifications. */
import { io, type Socket } from 'socket.io-client';
import { PROTOCOL_VERSION } from '#rooms/protocol-version.ts';
import type {
  Ack,
  ClientToServer,
  NotificationName,
  Notification,
  Reply,
  RequestInput,
  RequestName,
  ServerToClient,
} from '#rooms/protocol.ts';
import { createStore, type Store } from '../store.ts';
import { liveToken, type LiveToken } from './live-token.ts';
import { AGAIN_MS, mayPass, type Request, RequestError } from './request.ts';

export interface Connection {
  /** `open` only while requests can be sent; `waiting` before the first opening and after each loss. */
  readonly state: Store<'waiting' | 'open' | 'closed'>;
  request: Request;
  /** Calls back with every notification, in order. */
  onNotification(listener: <N extends NotificationName>(name: N, payload: Notification<N>) => void): void;
  close(): void;
}

/** Answers of the handshake that trying again cannot change. */
const FINAL = new Set(['unauthenticated', 'session_revoked', 'protocol_mismatch']);
/** Longer than the server's own deadline, so that its answer comes first. */
const REQUEST_TIMEOUT_MS = 8_000;
const RETRY_MS = 1_000;

/**
 * Opens the socket and keeps it open until `close()`.
 * @param token of the page's session, which is renewed as long as the socket is wanted, or of a guest
 * @param refused told when the server does not want this client: `unauthenticated`, `session_revoked`, `protocol_mismatch`
 */
export function openConnection(token: string, refused: (code: string) => void): Connection {
  const state = createStore<'waiting' | 'open' | 'closed'>('waiting');
  const live = liveToken(token);
  const socket: Socket<ServerToClient, ClientToServer> = io({
    auth: (send) => send({ token: live.get(), protocol: PROTOCOL_VERSION }),
    transports: ['websocket'],
    reconnectionDelay: 300,
    reconnectionDelayMax: 2_000,
    timeout: 5_000,
  });
  let retry: ReturnType<typeof setTimeout> | undefined;

  function close(): void {
    if (state.get() === 'closed') return;
    clearTimeout(retry);
    removeEventListener('online', hurry);
    live.stop();
    state.set('closed');
    socket.disconnect();
  }
  async function turnedAway(code: string): Promise<void> {
    // The token ran out while there was no connection.
    if (code === 'unauthenticated' && (await live.renew())) return later();
    if (state.get() === 'closed') return;
    close();
    refused(code);
  }
  function later(): void {
    if (state.get() === 'closed') return;
    clearTimeout(retry);
    retry = setTimeout(() => socket.connect(), RETRY_MS);
  }
  /** The network is back: do not wait for the next attempt of the backoff. */
  function hurry(): void {
    if (!socket.connected) socket.disconnect().connect();
  }

  socket.on('connect', () => state.set('open'));
  socket.on('disconnect', (reason) => {
    if (state.get() === 'closed') return;
    state.set('waiting');
    if (reason === 'io server disconnect') later();
  });
  socket.on('connect_error', (error: Error & { data?: { code?: string } }) => {
    const code = error.data?.code;
    if (code && FINAL.has(code)) void turnedAway(code);
    else if (!socket.active) later();
  });
  live.onRenewed((renewed) => void tell(socket, live, renewed));
  addEventListener('online', hurry);

  return {
    state,
    request: (name, payload) => ask(socket, name, payload),
    onNotification(listener) {
      socket.onAny((name: NotificationName, payload: Notification<NotificationName>) => listener(name, payload));
    },
    close,
  };
}

/** The server ends the socket with the token that it knows. After a reconnect it knows the new one. */
async function tell(socket: Socket, live: LiveToken, token: string): Promise<void> {
  if (!socket.connected || live.get() !== token) return;
  await ask(socket, 'session:renew', { token }).catch((error: unknown) => {
    if (mayPass(error)) setTimeout(() => void tell(socket, live, token), AGAIN_MS);
    else console.warn('renew', error);
  });
}

async function ask<N extends RequestName>(socket: Socket, name: N, payload: RequestInput<N>): Promise<Reply<N>> {
  // Socket.IO would keep the request and send it after the next connect, before the room is joined again.
  if (!socket.connected) throw new RequestError('disconnected', 'The connection is lost');
  const answer = await (socket.timeout(REQUEST_TIMEOUT_MS).emitWithAck(name, payload) as Promise<Ack<N>>).catch((error: unknown) => {
    throw new RequestError(socket.connected ? 'deadline' : 'disconnected', 'No answer', { cause: error });
  });
  if (!answer.ok) throw new RequestError(answer.error.code, answer.error.message);
  return answer.data;
}
