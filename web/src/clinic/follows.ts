/** What the screens about following people share. */
import { api, dataOf } from '../api/client.ts';

/** Beginning of the keys of all that is read about it. */
export const FOLLOWS = 'follows';

const at = (id: string) => ({ params: { path: { id } } });
export const follow = (id: string) => dataOf(api.PUT('/api/v1/users/{id}/follow', at(id)));
export const unfollow = (id: string) => dataOf(api.DELETE('/api/v1/users/{id}/follow', at(id)));

/** Whether the reader follows somebody. */
export async function follows(userId: string): Promise<boolean> {
  const { items } = await dataOf(api.GET('/api/v1/users/me/following', { params: { query: { userId } } }));
  return items.length > 0;
}
