/** What is said by the language of the page, beside its texts. */
import { language } from '../i18n/index.ts';
import { useStore } from '../use-store.ts';

/** BCP 47, for `Intl`. */
export const useLang = (): string => (useStore(language) === 'zh' ? 'zh-CN' : 'en');

/** Names of weekdays; 1 is Monday. */
export function useWeekdays(): (day: number) => string {
  const format = new Intl.DateTimeFormat(useLang(), { weekday: 'long', timeZone: 'UTC' });
  // The first of January 2024 was a Monday.
  return (day) => format.format(Date.UTC(2024, 0, day));
}
