/** Words of messages that administrators change, and the codes that providers gave our texts. */
import { literal } from 'sequelize';
import { withViolations } from '#src/database/constraints.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Signals } from '#src/signals/signals.ts';
import { namesIn, TemplateError } from './handlebars.ts';
import { builtinWords } from './render.ts';
import { CACHE, createTemplateMemory, type TemplateMemory, type TemplateView } from './template-memory.ts';
import { type Locale, type TemplateName, templates, type Words } from './templates/catalogue.ts';

export const templateNames = Object.keys(templates) as TemplateName[];
export const locales = ['zh', 'en'] as const satisfies readonly Locale[];

export interface TemplateStore extends Pick<TemplateMemory, 'words' | 'codes'> {
  list(): TemplateView[];
  /**
   * Changes the words. A new text message makes the codes of the old one void: providers have to approve it first.
   * @param version what the caller saw
   * @throws {ApiError} `bad_template` with what is wrong in `details`, `conflict`
   */
  change(userId: string, name: TemplateName, locale: Locale, words: Words, version: number): Promise<TemplateView>;
  /** Takes the built-in words again. */
  reset(name: TemplateName, locale: Locale): Promise<TemplateView>;
  /** @param code null: the provider has none any more */
  setCode(name: TemplateName, locale: Locale, provider: string, code: string | null): Promise<TemplateView>;
}

/** Two who change built-in words at the same time. */
const violations = { unique: [{ index: 'PRIMARY', column: 'locale', code: 'conflict' }] } as const;

/** Reads what is stored, hence the promise. */
export async function createTemplateStore({ models, transaction }: Database, signals: Signals): Promise<TemplateStore> {
  const { messageTemplates, smsTemplateCodes } = models;
  const memory = createTemplateMemory(models, signals);
  const { words: wordsOf, view } = memory;
  await memory.load();

  async function save(work: () => Promise<void>): Promise<void> {
    await transaction(async () => {
      await work();
      await signals.send('cache', CACHE);
    });
    await memory.load();
  }

  return {
    words: wordsOf,
    codes: memory.codes,
    list: () => templateNames.flatMap((name) => locales.map((locale) => view(name, locale))),

    async change(userId, name, locale, { title, text, sms, action = null }: Nullable<Words>, version) {
      const issues = faultsOf(name, { title, text, sms, ...(action !== null && { action }) });
      if (issues.length > 0) throw new ApiError('bad_template', { details: issues });
      const values = { title, text, sms, action, updatedBy: userId };
      const before = wordsOf(name, locale) ?? builtinWords[locale][name];
      await withViolations(violations, () =>
        save(async () => {
          if (version === 0) await messageTemplates.create({ name, locale, ...values, version: 1 });
          else {
            const next = { ...values, version: literal('version + 1') as unknown as number };
            const [count] = await messageTemplates.update(next, { where: { name, locale, version } });
            if (count === 0) throw new ApiError('conflict');
          }
          if (before.sms !== sms) await smsTemplateCodes.destroy({ where: { name, locale } });
        }),
      );
      return view(name, locale);
    },

    async reset(name, locale) {
      const before = wordsOf(name, locale);
      await save(async () => {
        await messageTemplates.destroy({ where: { name, locale } });
        if (before && before.sms !== builtinWords[locale][name].sms) await smsTemplateCodes.destroy({ where: { name, locale } });
      });
      return view(name, locale);
    },

    async setCode(name, locale, provider, code) {
      await save(async () => {
        if (code === null) await smsTemplateCodes.destroy({ where: { provider, name, locale } });
        else await smsTemplateCodes.upsert({ provider, name, locale, code });
      });
      return view(name, locale);
    },
  };
}

type Nullable<T> = { [K in keyof T]: T[K] | (undefined extends T[K] ? null : never) };

/** What is wrong with words; empty when they can be filled with the template's variables. */
function faultsOf(name: TemplateName, words: Words): string[] {
  const known = Object.keys(templates[name].variables.shape);
  const faults = Object.entries(words).flatMap(([part, source]) => {
    try {
      return namesIn(name, source)
        .filter((used) => !known.includes(used))
        .map((used) => `${part}: there is no {{${used}}}`);
    } catch (error) {
      if (error instanceof TemplateError) return error.issues.map((issue) => `${part}: ${issue}`);
      throw error;
    }
  });
  if (faults.length > 0) return faults;
  // A verification message without its code would be sent, paid for, and useless.
  const lacking = known.includes('code') ? (['text', 'sms'] as const).filter((part) => !namesIn(name, words[part]).includes('code')) : [];
  const button = words.action !== undefined && !known.includes('link') ? ['action: there is no link to go to'] : [];
  return [...lacking.map((part) => `${part}: has to show {{code}}`), ...button];
}
