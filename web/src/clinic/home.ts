/** What the frame of the clinic shows, read in one answer while its code is loaded; each part asks for itself from then on. */
import type { QueryClient } from '@tanstack/react-query';
import { api, dataOf } from '../api/client.ts';
import { session } from '../session.ts';
import { clinicZone } from './clock.ts';
import { MENU, menuOf } from './menu.ts';
import { UNREAD } from './notices.ts';
import { UNREAD_CHATS } from './visits.ts';

const read = () => dataOf(api.GET('/api/v1/home'));

let first: { userId: string; home: Awaited<ReturnType<typeof read>> } | null = null;

/** Also says on whose clock all times are. A server that cannot be reached says so at what is read next. */
export async function readHome(): Promise<void> {
  const userId = session.get()?.user.id;
  const home = userId === undefined ? null : await read().catch(() => null);
  if (!home || userId === undefined) return;
  clinicZone.set(home.clinic.zone);
  first = { userId, home };
}

/** Gives it to the store of the person that it was read for. */
export function takeHome(client: QueryClient): QueryClient {
  const taken = first;
  first = null;
  if (!taken || taken.userId !== session.get()?.user.id) return client;
  const { menu, unread } = taken.home;
  client.setQueryData(MENU, menuOf(menu));
  client.setQueryData(UNREAD, unread.notices);
  client.setQueryData(UNREAD_CHATS, unread.messages);
  return client;
}
