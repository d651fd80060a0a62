/** Changed words and codes of providers in memory, since every message asks for them. */
import type { Database } from '#src/database/database.ts';
import { firstKeys, watchCache } from '#src/signals/cached.ts';
import type { Signals } from '#src/signals/signals.ts';
import type { TemplateRow } from './model.ts';
import { builtinWords, registrationText } from './render.ts';
import type { TemplateIds } from './sms/provider.ts';
import { type Locale, type TemplateName, templates, type Words } from './templates/catalogue.ts';

export interface TemplateView extends Words {
  name: TemplateName;
  locale: Locale;
  kind: (typeof templates)[TemplateName]['kind'];
  /** Names that the words may use. */
  variables: string[];
  /** 0: the built-in words. */
  version: number;
  /** The text in the form in which providers register it. */
  registration: { aliyun: string; tencent: string };
  codes: { provider: string; code: string }[];
}

export interface TemplateMemory {
  /** Reads what is stored. */
  load(): Promise<void>;
  /** Null: the built-in words. */
  words(name: TemplateName, locale: Locale): Words | null;
  codes(provider: string): TemplateIds;
  view(name: TemplateName, locale: Locale): TemplateView;
}

type Codes = Partial<Record<string, Partial<Record<Locale, string>>>>;

/** Name of the cache that signals have read again. */
export const CACHE = 'message-templates';

export function createTemplateMemory(
  { messageTemplates, smsTemplateCodes }: Database['models'],
  signals: Pick<Signals, 'on'>,
): TemplateMemory {
  let changed = new Map<string, TemplateRow>();
  let codes = new Map<string, Codes>();
  const changeOf = (name: TemplateName, locale: Locale) => changed.get(`${name}.${locale}`);

  function words(name: TemplateName, locale: Locale): Words | null {
    const row = changeOf(name, locale);
    return row ? { title: row.title, text: row.text, sms: row.sms, ...(row.action !== null && { action: row.action }) } : null;
  }

  async function load(): Promise<void> {
    figures.misses++;
    const rows = await messageTemplates.findAll();
    const held = new Map<string, Codes>();
    for (const { provider, name, locale, code } of await smsTemplateCodes.findAll()) {
      const own = held.get(provider) ?? {};
      held.set(provider, { ...own, [name]: { ...own[name], [locale]: code } });
    }
    changed = new Map(rows.map((row) => [`${row.name}.${row.locale}`, row]));
    codes = held;
  }
  const figures = watchCache(signals, CACHE, {
    strategy: 'loaded',
    keys: (limit) => firstKeys(changed, limit),
    clear: () => void load().catch(() => undefined),
  });

  return {
    load,
    words(name, locale) {
      figures.hits++;
      return words(name, locale);
    },
    codes: (provider) => codes.get(provider) ?? {},

    view(name, locale) {
      const current = words(name, locale) ?? builtinWords[locale][name];
      const registration = (style: 'aliyun' | 'tencent') => registrationText(name, locale, style, current.sms);
      return {
        name,
        locale,
        kind: templates[name].kind,
        variables: Object.keys(templates[name].variables.shape),
        ...current,
        version: changeOf(name, locale)?.version ?? 0,
        registration: { aliyun: registration('aliyun'), tencent: registration('tencent') },
        codes: [...codes].flatMap(([provider, own]) => {
          const code = own[name]?.[locale];
          return code === undefined ? [] : [{ provider, code }];
        }),
      };
    },
  };
}
