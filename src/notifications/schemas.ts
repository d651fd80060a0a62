import { z } from 'zod';
import { id, listOf, paging, sortBy } from '#src/plugins/fields.ts';
import { channels, notificationClasses, notificationTypes } from './kinds.ts';
import { chosenClasses } from './preferences.ts';

const locale = z.enum(['zh', 'en']);
export const notificationParams = z.object({ id });

export const notificationQuery = paging.extend({
  sort: sortBy(['createdAt'], '-createdAt'),
  unread: z.stringbool().default(false).describe('only those that were not read'),
  locale: locale.default('zh').describe('language of the words'),
});

export const notificationView = z.object({
  id: z.string(),
  kind: z.string().describe('for example `appointment.confirmed`'),
  class: z.enum(notificationClasses),
  title: z.string(),
  text: z.string().describe('plain text, paragraphs on lines of their own'),
  path: z.string().nullable().describe('where it leads to in the web client'),
  subject: z.object({ type: z.string(), id: z.string() }),
  read: z.boolean(),
  createdAt: z.string(),
});
export const notificationList = listOf(notificationView);
export const unreadCount = z.object({ unread: z.int() });

const preference = {
  class: z
    .enum([...chosenClasses, ...notificationTypes])
    .describe('`service` and `marketing`, and parts of `service`, which are told while both are on'),
  channel: z.enum(channels),
  enabled: z.boolean(),
};
export const preferenceView = z.object({
  items: z.array(z.object(preference)).describe('messages about the safety of the account are always sent'),
});
export const preferenceChange = z
  .strictObject({ items: z.array(z.strictObject(preference)).min(1).max(40) })
  .meta({ examples: [{ items: [{ class: 'marketing', channel: 'sms', enabled: false }] }] });
