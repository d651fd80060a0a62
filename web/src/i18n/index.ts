/** Language of the page: chosen by hand, else by the browser; texts are loaded one language at a time. */
import i18next, { type TFunction } from 'i18next';
import { createStore } from '../store.ts';
import { useStore } from '../use-store.ts';
import { keepLanguage, type Language, preferred, texts } from './language.ts';
import type { zh } from './zh.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof zh };
  }
}

/** The language shown now; null before the first texts are loaded. */
const language = createStore<Language | null>(null);

async function show(name: Language): Promise<void> {
  const translation = await texts(name);
  if (!i18next.isInitialized)
    await i18next.init({
      lng: name,
      resources: {},
      interpolation: { escapeValue: false },
      returnObjects: false,
      showSupportNotice: false,
    } as never);
  i18next.addResourceBundle(name, 'translation', translation);
  await i18next.changeLanguage(name);
  document.documentElement.lang = name === 'zh' ? 'zh-CN' : 'en';
  document.title = i18next.t('app.name');
  language.set(name);
}

/** Loads the preferred language; to be awaited before the first render. */
export function startLanguage(): Promise<void> {
  return show(preferred());
}

/** Switches between Chinese and English and remembers it. */
export function switchLanguage(): void {
  const next = language.get() === 'zh' ? 'en' : 'zh';
  keepLanguage(next);
  void show(next);
}

/** The translate function; the component renders again when the language changes. */
export function useT(): TFunction {
  useStore(language);
  return i18next.t;
}

/** The sentence for an error code, or the general one for a code that this page does not know. */
export function errorText(code: string): string {
  const key = `errors.${code}`;
  return i18next.exists(key) ? i18next.t(key as 'errors.internal') : i18next.t('errors.internal');
}

/** Day and time in the person's own time zone, in the language of the page. */
export function dayAndTime(iso: string): string {
  return new Intl.DateTimeFormat(document.documentElement.lang, {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }).format(new Date(iso));
}

/** Time of day in the language of the page. */
export function timeOfDay(ms: number): string {
  return new Intl.DateTimeFormat(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' }).format(ms);
}
