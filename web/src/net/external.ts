/** Signing in with accounts of other services: the way there, and what is to be done on the way back. */
import { session, type Session, signedIn } from '../session.ts';
import { call } from './api.ts';

/** `login`: opens a session; `bind`: adds the account to the one of the session. */
export type Purpose = 'login' | 'bind';

interface Begun {
  url: string;
  ticket: string;
}
interface Journey {
  purpose: Purpose;
  provider: string;
  ticket: string;
}

/** In this tab only: whoever comes back with another ticket was not sent by this page. */
const KEY = 'wenzhen.external';

/** Sends the person to the service. They come back to `/sign-in/<provider>`. */
export function goToProvider(purpose: Purpose, provider: string, { url, ticket }: Begun): void {
  sessionStorage.setItem(KEY, JSON.stringify({ purpose, provider, ticket } satisfies Journey));
  location.assign(url);
}

/** Services that the clinic's web client can sign in with. */
export async function listProviders(): Promise<{ name: string; title: string }[]> {
  const { items } = await call<{ items: { name: string; title: string; kind: string }[] }>('/auth/providers', { token: null });
  return items.filter(({ kind }) => kind !== 'wechat-mini');
}

export async function startLogin(provider: string): Promise<void> {
  const begun = await call<Begun>(`/auth/providers/${encodeURIComponent(provider)}/start`, { method: 'POST', body: {}, token: null });
  goToProvider('login', provider, begun);
}

/**
 * Takes up what the person came back with, once.
 * @param search query of the address
 * @returns what it was for; null when this tab sent nobody to this service
 * @throws {ApiError}
 */
export async function finishJourney(provider: string, search: string): Promise<Purpose | null> {
  const text = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  const journey = text ? (JSON.parse(text) as Journey) : null;
  if (journey?.provider !== provider) return null;
  const { purpose, ticket } = journey;
  const body = { params: Object.fromEntries(new URLSearchParams(search)), ticket };
  const name = encodeURIComponent(provider);
  if (purpose === 'login') signedIn(await call<Session>(`/auth/providers/${name}/finish`, { method: 'POST', body, token: null }));
  else if (session.get()) await call(`/auth/identities/${name}/finish`, { method: 'POST', body });
  else return null;
  return purpose;
}
