/** Addresses below `/clinic`: which screen they show, with which parameters. */
import { navigate, replaceAddress, route } from '../router.ts';
import { useStore } from '../use-store.ts';

const ROOT = '/clinic';

/** Address of a screen, for links. */
export const to = (path: string): string => (path === '/' ? ROOT : ROOT + path);

/** Goes to a screen; `path` is below `/clinic` and may have a query. */
export const go = (path: string): void => navigate(to(path));

/** Path and query of the page, below `/clinic`; both empty on the way out of it. */
export function useHere(): { path: string; search: string } {
  const path = useStore(route, (here) => (here.name === 'clinic' ? here.path : ''));
  const search = useStore(route, (here) => (here.name === 'clinic' ? here.search : ''));
  return { path, search };
}

/** Puts another query into the address, without a new entry in the history. */
export function replaceSearch(search: string): void {
  replaceAddress(location.pathname + (search ? `?${search}` : ''));
}
