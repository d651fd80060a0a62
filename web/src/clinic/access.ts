/** What the person may do, as far as the pages need to know; the server decides. */
import { session, type User } from '../session.ts';
import { useStore } from '../use-store.ts';

/** Names of permissions: `src/permissions/catalogue.ts`. They come with each sign-in and each renewal of the session. */
function mayOf(user: User | null): (permission: string) => boolean {
  const held = new Set(user?.permissions);
  return (permission) => held.has(permission);
}

/** Whether somebody may open what asks for this: one permission, one of several, or none. */
export function mayOpen({ permission }: { permission: string | readonly string[] | null }, may: (permission: string) => boolean): boolean {
  return permission === null || [permission].flat().some(may);
}

/** Asks whether the signed-in person holds a permission. */
export function useMay(): (permission: string) => boolean {
  return mayOf(useStore(session)?.user ?? null);
}
