/** Turns a template and its variables into the words for every channel. */
import { compileHtml, compileText, namesIn, TemplateError, type Values } from './handlebars.ts';
import { type Locale, type TemplateName, templates, type Variables, type Words } from './templates/catalogue.ts';
import { en } from './templates/en.ts';
import { answerText, moment } from './templates/fields.ts';
import { layout } from './templates/layout.ts';
import { zh } from './templates/zh.ts';

export interface Rendered {
  /** Subject of a mail, heading in the page. */
  title: string;
  /** Plain text; paragraphs on lines of their own. To be escaped by whoever puts it into HTML. */
  text: string;
  /** Where it leads to. */
  link: string | null;
  /** A whole HTML document; values are escaped. */
  html: string;
}

export interface RenderedSms {
  text: string;
  /** Name and value of what the text is filled with, in the order of their first use: what templates of providers take. */
  parameters: readonly (readonly [name: string, value: string])[];
}

export interface RenderOptions {
  /** IANA time zone of the clinic. */
  zone(): string;
  /** Name of the clinic, shown under mails. */
  clinic(): string;
  /** Words in place of the ones here; null: these. */
  words?(name: TemplateName, locale: Locale): Words | null;
}

/** The words that a template has until somebody changes them. */
export const builtinWords: Record<Locale, Record<TemplateName, Words>> = { zh, en };
const languages: Record<Locale, string> = { zh: 'zh-CN', en: 'en-GB' };

export interface Renderer {
  /** For the page and for mail. @throws {TemplateError} a variable is missing, unknown or not of its kind */
  message<N extends TemplateName>(name: N, locale: Locale, variables: Variables<N>): Rendered;
  /** For a text message. @throws {TemplateError} */
  sms<N extends TemplateName>(name: N, locale: Locale, variables: Variables<N>): RenderedSms;
}

export function createRenderer({ zone, clinic, words = () => null }: RenderOptions): Renderer {
  const page = compileHtml<object>(layout);
  const compiled = new Map<string, (values: Values) => string>();

  const wordsOf = (name: TemplateName, locale: Locale): Words => words(name, locale) ?? builtinWords[locale][name];

  function fill(source: string, values: Values): string {
    const template = compiled.get(source) ?? compileText(source);
    compiled.set(source, template);
    return template(values);
  }

  return {
    message(name, locale, variables) {
      const values = valuesOf(name, locale, zone(), variables);
      const { title: heading, text: body, action } = wordsOf(name, locale);
      const title = fill(heading, values);
      const text = fill(body, values);
      const link = values['link'] ?? null;
      const button = link && action ? { href: link, label: action } : null;
      const paragraphs = text.split('\n').filter(Boolean);
      return { title, text, link, html: page({ lang: languages[locale], title, paragraphs, button, clinic: clinic() }) };
    },
    sms(name, locale, variables) {
      const values = valuesOf(name, locale, zone(), variables);
      const source = wordsOf(name, locale).sms;
      return { text: fill(source, values), parameters: namesIn(name, source).map((used) => [used, values[used] ?? '']) };
    },
  };
}

/** Checks the variables and writes them out for the reader. */
function valuesOf(name: TemplateName, locale: Locale, zone: string, variables: unknown): Values {
  const { variables: schema } = templates[name];
  const parsed = schema.safeParse(variables);
  if (!parsed.success) throw new TemplateError(name, parsed.error.issues.map(issueOf));
  const shape: Record<string, unknown> = schema.shape;
  const entries = Object.entries(parsed.data).map(([key, value]) => [
    key,
    shape[key] === moment ? momentText(String(value), locale, zone) : (answerText(shape[key], String(value), locale) ?? String(value)),
  ]);
  return Object.fromEntries(entries) as Values;
}

const issueOf = (issue: { path: PropertyKey[]; code?: string; keys?: string[] }) =>
  `${[...issue.path, ...(issue.keys ?? [])].join('.')}: ${issue.code ?? 'invalid'}`;

/** Date and time of day, for example `2026年3月5日 14:30` or `5 Mar 2026, 14:30`. */
function momentText(time: string, locale: Locale, zone: string): string {
  return new Intl.DateTimeFormat(languages[locale], { dateStyle: 'medium', timeStyle: 'short', timeZone: zone }).format(new Date(time));
}

/**
 * The text that a clinic registers with its provider, whose placeholders differ: `${name}` at Aliyun, `{1}` at Tencent Cloud.
 * @param source words of the text message
 */
export function registrationText(
  name: TemplateName,
  locale: Locale,
  style: 'aliyun' | 'tencent',
  source = builtinWords[locale][name].sms,
): string {
  return namesIn(name, source).reduce(
    (text, used, index) => text.replaceAll(`{{${used}}}`, style === 'aliyun' ? `\${${used}}` : `{${index + 1}}`),
    source,
  );
}
