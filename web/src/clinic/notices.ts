/** What people were told: shared by the bell and the list. */
import { api, dataOf } from '../api/client.ts';
import { navigate } from '../router.ts';
import { to } from './route.ts';

/** Beginning of the keys of all that is read about it. */
export const NOTICES = 'notices';
/** Key of how many were not read. */
export const UNREAD = [NOTICES, 'unread'];

export const readUnread = async () => (await dataOf(api.GET('/api/v1/notifications/unread'))).unread;

/** Goes where a notice leads to: into a visit, or to a screen of the clinic. @param path as the server tells it */
export function follow(path: string): void {
  navigate(path.startsWith('/visit/') ? path : to(path));
}
