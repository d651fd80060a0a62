import { createStore } from './store.ts';

export type Route =
  | { name: 'home' }
  | { name: 'test' }
  | { name: 'visit'; id: string; joinNow: boolean }
  /** Back from another service that the person signs in with. */
  | { name: 'external'; provider: string }
  /** `path` below `/clinic`, with a slash in front */
  | { name: 'clinic'; path: string; search: string }
  | { name: 'missing' };

/** Reads a path and query into a route. `/visit/<id>`, with `?join=now` to skip the preview. */
function parseRoute(path: string, query: string): Route {
  const parts = path.split('/').filter(Boolean);
  if (parts.length === 0) return { name: 'home' };
  if (parts.length === 1 && parts[0] === 'test') return { name: 'test' };
  if (parts.length === 2 && parts[0] === 'visit' && parts[1]) {
    return { name: 'visit', id: decodeURIComponent(parts[1]), joinNow: new URLSearchParams(query).get('join') === 'now' };
  }
  if (parts.length === 2 && parts[0] === 'sign-in' && parts[1]) return { name: 'external', provider: decodeURIComponent(parts[1]) };
  if (parts[0] === 'clinic') return { name: 'clinic', path: `/${parts.slice(1).join('/')}`, search: query };
  return { name: 'missing' };
}

const here = (): Route => parseRoute(location.pathname, location.search);

export const route = createStore<Route>(here());

addEventListener('popstate', () => route.set(here()));

/** Goes to another page of the client. */
export function navigate(path: string): void {
  history.pushState(null, '', path);
  route.set(here());
  scrollTo(0, 0);
}

/** Changes the address without going anywhere: another query, or the page that is meant. */
export function replaceAddress(address: string): void {
  history.replaceState(history.state, '', address);
  route.set(here());
}

/**
 * Whether this tab was inside the visit when it was reloaded. Kept in the history entry, so that neither a copied
 * address nor a new tab joins without the preview.
 */
export function wasInside(): boolean {
  return (history.state as { inside?: boolean } | null)?.inside === true;
}

/** Remembers in the history entry that this tab is inside the visit, or no longer is. */
export function markInside(inside: boolean): void {
  history.replaceState(inside ? { inside: true } : null, '', location.pathname);
}
