/** Which language, and its texts; without the machinery, so that the texts are on their way from the first moment. */
import type { zh } from './zh.ts';

export type Language = 'zh' | 'en';

const KEY = 'wenzhen.language';

/** The language chosen by hand, else that of the browser. */
export function preferred(): Language {
  try {
    const chosen = localStorage.getItem(KEY);
    if (chosen === 'zh' || chosen === 'en') return chosen;
  } catch {
    // Storage is blocked: the browser's language it is.
  }
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

/** Remembers the choice for the next visit, where the browser lets it. */
export function keepLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Asked again at the next visit.
  }
}

/** Loads the texts; the second time they are there at once. */
export async function texts(name: Language): Promise<typeof zh> {
  return name === 'zh' ? (await import('./zh.ts')).zh : (await import('./en.ts')).en;
}
