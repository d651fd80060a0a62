/** What a notification says, in both languages. */
import type { z } from 'zod';
import type { Notification } from '#rooms/protocol.ts';
import type { Renderer } from '#src/messaging/render.ts';
import { type Locale, type TemplateName, templates } from '#src/messaging/templates/catalogue.ts';
import type { notificationContent, NotificationRow } from './model.ts';
import type { SubjectFacts } from './subjects.ts';

export type NotificationContent = z.infer<typeof notificationContent>;

export interface NotificationWords {
  /** Those of the facts that the template has, in one language. */
  variables(locale: Locale): Record<string, string | number>;
  content: NotificationContent;
}

/** Longest text that goes with an event; the list has the whole one. */
const PREVIEW_LENGTH = 300;

/** Address in the web client: visits stand on their own, all else is a screen of the clinic (`web/src/clinic/notices.ts`). */
const addressOf = (path: string): string => (path.startsWith('/visit/') ? path : `/clinic${path}`);

/**
 * @param publicUrl address that people open, without a slash at the end
 * @throws {TemplateError} the facts do not fill the template
 */
export function wordsOf(
  render: Pick<Renderer, 'message'>,
  template: TemplateName,
  { path, ...facts }: SubjectFacts,
  publicUrl: string,
): NotificationWords {
  const known = Object.keys(templates[template].variables.shape);
  const all = { ...facts, ...(path !== undefined && { link: publicUrl + addressOf(path) }) };
  const used = Object.entries(all).filter(([name]) => known.includes(name));
  const variables = (locale: Locale) =>
    Object.fromEntries(used.map(([name, value]) => [name, typeof value === 'object' ? value[locale] : value]));
  // The renderer checks them against the template.
  const [zh, en] = (['zh', 'en'] as const).map((locale) => render.message(template, locale, variables(locale) as never)) as [Words, Words];
  return {
    variables,
    content: { zh: { title: zh.title, text: zh.text }, en: { title: en.title, text: en.text }, path: path ?? null },
  };
}

type Words = ReturnType<Renderer['message']>;

/** What open pages are told. */
export function eventOf(
  { id, kind, createdAt }: NotificationRow,
  { zh, en, path }: NotificationContent,
  unread: number,
): Notification<'notification:new'> {
  const preview = (text: string) => Array.from(text).slice(0, PREVIEW_LENGTH).join('');
  const title = { zh: zh.title, en: en.title };
  const text = { zh: preview(zh.text), en: preview(en.text) };
  return { id, kind, title, text, path, createdAt: createdAt.toISOString(), unread };
}
