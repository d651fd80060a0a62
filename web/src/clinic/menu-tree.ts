/** The menu as the server gives it, made fit for this client. */
import type { components } from '../api/schema.ts';
import type { Language } from '../i18n/language.ts';

/** `path` is below `/clinic`, null for a heading. */
export type MenuEntry = components['schemas']['MenuEntry'];

export const titleOf = (entry: MenuEntry, language: Language | null): string => (language === 'zh' ? entry.titleZh : entry.titleEn);

/** The entries that lead somewhere, in the order of the tree. */
export function leavesOf(entries: readonly MenuEntry[]): MenuEntry[] {
  return entries.flatMap((entry) => (entry.children.length > 0 ? leavesOf(entry.children) : [entry]));
}

/** Without what this client has no screen for, and without headings that nothing is left under. */
export function known(entries: readonly MenuEntry[], paths: ReadonlySet<string>): MenuEntry[] {
  return entries
    .map((entry) => ({ ...entry, children: known(entry.children, paths) }))
    .filter(({ path, children }) => children.length > 0 || (path !== null && paths.has(path)));
}
