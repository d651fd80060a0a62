/** The socket of the clinic's pages: what they show as unread follows it at once. Without one they look from time to time. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Notification, NotificationName } from '#rooms/protocol.ts';
import { type Connection, openConnection } from '../net/socket.ts';
import { session, sessionRefused } from '../session.ts';
import { createStore } from '../store.ts';
import { useStore } from '../use-store.ts';
import { NOTICES, UNREAD } from './notices.ts';
import { chatOf, CHATS, VISITS } from './visits.ts';

/** How often a page without a socket looks for news, in milliseconds. */
const LOOK_MS = 30_000;
/** Whoever is gone before only passes through, in milliseconds. */
const PASSING_MS = 300;

/** Whether the socket is open. */
const live = createStore(false);

/** For `refetchInterval` of what the socket tells of. */
export const useLookMs = (): number | false => (useStore(live) ? false : LOOK_MS);

const userOf = (): string | null => session.get()?.user.id ?? null;

/** Keeps the socket open while the clinic is shown. Once a page. */
export function useLive(): void {
  const client = useQueryClient();
  const userId = useStore(session, userOf);
  useEffect(() => {
    if (userId === null) return;
    let connection: Connection | undefined;
    const timer = setTimeout(() => {
      const token = session.get()?.token;
      connection = token === undefined ? undefined : listen(client, token);
    }, PASSING_MS);
    return () => {
      clearTimeout(timer);
      connection?.close();
      live.set(false);
    };
  }, [client, userId]);
}

function listen(client: QueryClient, token: string): Connection {
  const connection = openConnection(token, (code) => {
    // Otherwise the page goes on without: what it asks for next says what is wrong.
    if (code === 'session_revoked') sessionRefused();
  });
  connection.state.subscribe(() => {
    const open = connection.state.get() === 'open';
    live.set(open);
    // What was told while nobody listened.
    if (open) for (const queryKey of [UNREAD, [VISITS], [CHATS]]) void client.invalidateQueries({ queryKey });
  });
  connection.onNotification((name, payload) => take(client, name, payload));
  return connection;
}

function take<N extends NotificationName>(client: QueryClient, name: N, payload: Notification<N>): void {
  if (name === 'notification:new' || name === 'notification:unread') {
    client.setQueryData(UNREAD, (payload as Notification<'notification:unread'>).unread);
    void client.invalidateQueries({ queryKey: [NOTICES, 'list'] });
  }
  if (name === 'chat:unread') {
    // Lists of visits show it as well, and a visit its messages.
    const { consultationId } = payload as Notification<'chat:unread'>;
    for (const queryKey of [[VISITS], chatOf(consultationId)]) void client.invalidateQueries({ queryKey });
  }
}
