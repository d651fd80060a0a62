/** Who is signed in. Tokens live in `sessionStorage`: they end with the tab and are never in an address. */
import { createStore } from './store.ts';

export interface User {
  id: string;
  name: string;
  roles: string[];
  /** Names of what the person may do; see `clinic/access.ts`. */
  permissions?: string[];
}
/** What a sign-in gives, and again each renewal of it (`net/refresh.ts`). */
export interface Tokens {
  token: string;
  /** ISO 8601, UTC */
  expiresAt: string;
  /** Gives the next tokens, once; absent where sessions cannot be renewed. */
  refreshToken?: string;
  refreshExpiresAt?: string;
}
export interface Session extends Tokens {
  user: User;
}
/** Why somebody who was signed in sees the sign-in page. */
export type SignedOutBecause = 'expired' | 'revoked' | 'invitation';

const KEY = 'wenzhen.session';
const guestKey = (visitId: string): string => `wenzhen.guest.${visitId}`;

function stored(): Session | null {
  const text = sessionStorage.getItem(KEY);
  return text ? (JSON.parse(text) as Session) : null;
}

export const session = createStore<Session | null>(stored());
export const signedOutBecause = createStore<SignedOutBecause | null>(null);

export function signedIn(next: Session): void {
  sessionStorage.setItem(KEY, JSON.stringify(next));
  signedOutBecause.set(null);
  session.set(next);
}

/** The same session with new tokens. */
export function sessionRenewed(tokens: Tokens): void {
  const own = session.get();
  if (own) signedIn({ ...own, ...tokens });
}

/** Forgets the session; `because` is told on the sign-in page. */
export function signedOut(because: SignedOutBecause | null): void {
  sessionStorage.removeItem(KEY);
  signedOutBecause.set(because);
  session.set(null);
}

/** Moves a guest's token from the address (`/visit/<id>#guest=<token>`) to this tab's storage. */
export function takeGuestToken(visitId: string): void {
  const token = new URLSearchParams(location.hash.slice(1)).get('guest');
  if (!token) return;
  sessionStorage.setItem(guestKey(visitId), token);
  history.replaceState(history.state, '', location.pathname + location.search);
}

/** Token for a visit: the guest's where there is one, else that of the session. */
export function tokenFor(visitId: string | null): string | null {
  return (visitId && sessionStorage.getItem(guestKey(visitId))) || session.get()?.token || null;
}

export function isGuest(visitId: string): boolean {
  return sessionStorage.getItem(guestKey(visitId)) !== null;
}

/** The server does not accept the session's token (any more): back to the sign-in page, at the same address. */
export function sessionRefused(): void {
  const expiresAt = Date.parse(session.get()?.expiresAt ?? '');
  signedOut(expiresAt > Date.now() ? 'revoked' : 'expired');
}

/** The server does not accept the guest's token: the sign-in page says so, unless an own session can take over. */
export function invitationRefused(visitId: string): void {
  sessionStorage.removeItem(guestKey(visitId));
  signedOutBecause.set('invitation');
  // A new object makes the watchers look again.
  const own = session.get();
  session.set(own ? { ...own } : null);
}
