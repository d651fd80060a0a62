/** Language of antd's own words and of its calendars, one at a time. */
import type { ConfigProviderProps } from 'antd';
import dayjs from 'dayjs';
import type { Language } from '../i18n/language.ts';

type Locale = NonNullable<ConfigProviderProps['locale']>;

/** Loads antd's and dayjs' words for a language and makes dayjs speak it. */
export async function loadLocale(language: Language): Promise<Locale> {
  if (language === 'en') {
    const { default: locale } = await import('antd/es/locale/en_US');
    dayjs.locale('en');
    return locale;
  }
  const [{ default: locale }] = await Promise.all([import('antd/es/locale/zh_CN'), import('dayjs/locale/zh-cn')]);
  dayjs.locale('zh-cn');
  return locale;
}
