/** What the person may do, as far as the pages need to know; the server decides. */
import { session, type User } from '../session.ts';
import { useStore } from '../use-store.ts';

/** What the built-in roles hold of the permissions that screens ask for, where the session does not tell them. */
const BUILT_IN: Record<string, readonly string[]> = {
  doctor: ['consultations:read', 'consultations:lead'],
  counselor: ['consultations:read', 'consultations:lead'],
  patient: ['consultations:read'],
};

/** Names of permissions: `src/permissions/catalogue.ts`. */
export function mayOf(user: User | null): (permission: string) => boolean {
  const held = new Set(user?.permissions ?? user?.roles.flatMap((role) => BUILT_IN[role] ?? []));
  return (permission) => held.has(permission);
}

/** Asks whether the signed-in person holds a permission. */
export function useMay(): (permission: string) => boolean {
  return mayOf(useStore(session)?.user ?? null);
}
