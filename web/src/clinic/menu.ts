/** The menu: what the person may open, as a tree. */
import { useQuery } from '@tanstack/react-query';
import type { Language } from '../i18n/language.ts';
import { useMay } from './access.ts';
import { type ScreenDefinition, screens } from './screens.ts';

/** An entry as the server describes it; `path` is below `/clinic`, null for a heading. */
export interface MenuEntry {
  key: string;
  title_zh: string;
  title_en: string;
  path: string | null;
  icon: string | null;
  children: readonly MenuEntry[];
}

export const titleOf = (entry: MenuEntry, language: Language | null): string => (language === 'zh' ? entry.title_zh : entry.title_en);

/** The entries that lead somewhere, in the order of the tree. */
export function leavesOf(entries: readonly MenuEntry[]): MenuEntry[] {
  return entries.flatMap((entry) => (entry.children.length > 0 ? leavesOf(entry.children) : [entry]));
}

/** Without what this client has no screen for, and without headings that nothing is left under. */
export function known(entries: readonly MenuEntry[], all: readonly ScreenDefinition[] = screens): MenuEntry[] {
  return entries
    .map((entry) => ({ ...entry, children: known(entry.children, all) }))
    .filter(({ path, children }) => children.length > 0 || all.some((screen) => screen.path === path));
}

/** The menu where the server gives none. */
const BUILT_IN: readonly (MenuEntry & { permission: string })[] = [
  {
    key: 'visits',
    title_zh: '问诊',
    title_en: 'Visits',
    path: '/visits',
    icon: 'calendar',
    children: [],
    permission: 'consultations:read',
  },
];

/** Gives the caller's tree, or null where the server has none. To be `GET /api/v1/menus/mine`. */
async function ownMenu(): Promise<readonly MenuEntry[] | null> {
  return null;
}

/** The caller's menu; what was read last while it is read again. */
export function useMenu(): readonly MenuEntry[] {
  const may = useMay();
  const { data } = useQuery({ queryKey: ['menu'], queryFn: ownMenu, staleTime: 300_000 });
  return data ? known(data) : BUILT_IN.filter(({ permission }) => may(permission));
}
