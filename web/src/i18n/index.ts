/** Language of the page: chosen by hand, else by the browser; texts are loaded one language at a time. */
import i18next, { type TFunction } from 'i18next';
import { createStore } from '../store.ts';
import { useStore } from '../use-store.ts';
import { keepLanguage, type Language, preferred, texts } from './language.ts';
import type { zh } from './zh.ts';

/** Texts by namespace; parts of the client that are loaded later add theirs (`clinic/texts/areas.ts`). */
export interface Resources {
  translation: typeof zh;
}

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: Resources;
  }
}

/** The language shown now; null before the first texts are loaded. */
export const language = createStore<Language | null>(null);

/** Where the sentences of error codes are: those that every page may need, those of the clinic. */
const ERROR_PLACES = ['errors.', 'clinicErrors:'];

type Load = (name: Language) => Promise<object>;
const added = new Map<string, Load>();

/** The language that is shown or on its way. */
let wanted = preferred();

async function show(name: Language): Promise<void> {
  wanted = name;
  const areas = [...added];
  const [translation, ...tables] = await Promise.all([texts(name), ...areas.map(([, load]) => load(name))]);
  if (!i18next.isInitialized)
    await i18next.init({
      lng: name,
      resources: {},
      interpolation: { escapeValue: false },
      returnObjects: false,
      showSupportNotice: false,
    } as never);
  i18next.addResourceBundle(name, 'translation', translation);
  areas.forEach(([namespace], index) => i18next.addResourceBundle(name, namespace, tables[index]));
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

/** Loads more texts under a namespace of their own, now and whenever the language changes. */
export async function addTexts(namespace: string, load: Load): Promise<void> {
  const name = wanted;
  const table = await load(name);
  added.set(namespace, load);
  i18next.addResourceBundle(name, namespace, table);
  // Switched meanwhile, without these texts.
  if (wanted !== name) await addTexts(namespace, load);
}

/** The sentence for an error code, or the general one for a code that this page does not know. */
export function errorText(code: string): string {
  const key = ERROR_PLACES.map((place) => place + code).find((candidate) => i18next.exists(candidate));
  return i18next.t((key ?? 'errors.internal') as 'errors.internal');
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
