/** The menu: what the person may open, as a tree that the clinic's administrators arrange. */
import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../api/client.ts';
import { known, type MenuEntry } from './menu-tree.ts';
import { screens } from './screens.ts';

/** Key of the caller's menu. */
export const MENU = ['menu'];

const paths = new Set(screens.map(({ path }) => path));

/** What this client has screens for. */
export const menuOf = (items: readonly MenuEntry[]): MenuEntry[] => known(items, paths);

/** The caller's menu; null until it was read. */
export function useMenu(): { entries: readonly MenuEntry[] | null; error: Error | null; retry(): void } {
  const { data, error, refetch } = useQuery({
    queryKey: MENU,
    queryFn: async () => menuOf((await dataOf(api.GET('/api/v1/menus/mine'))).items),
    staleTime: 300_000,
  });
  return { entries: data ?? null, error: data ? null : error, retry: () => void refetch() };
}
