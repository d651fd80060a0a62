/** What the parts of the own account share. */
import { api, dataOf } from '../../api/client.ts';
import { session, signedIn, type Tokens } from '../../session.ts';

/** Beginning of the keys of all that is read about it. */
export const ACCOUNT = 'account';

export const readMe = () => dataOf(api.GET('/api/v1/users/me'));
export type Me = Awaited<ReturnType<typeof readMe>>;

export const changeMe = (body: { name?: string; email?: string | null; locale?: 'zh' | 'en'; avatarFileId?: string | null }) =>
  dataOf(api.PATCH('/api/v1/users/me', { body }));

/** The page's own idea of who is signed in, after their name or tokens changed. */
export function renewSession(changes: Partial<Tokens> & { name?: string }): void {
  const own = session.get();
  const { name, ...tokens } = changes;
  if (own) signedIn({ ...own, ...tokens, user: { ...own.user, ...(name !== undefined && { name }) } });
}
