/** The notifications of one person in the page. */
import type { z } from 'zod';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Locale } from '#src/messaging/templates/catalogue.ts';
import { contentColumn, type NotificationRow } from './model.ts';
import type { OpenPages } from './ports.ts';
import type * as schemas from './schemas.ts';
import type { NotificationStore } from './store.ts';

type View = z.infer<typeof schemas.notificationView>;

export interface NotificationList {
  list(userId: string, query: z.infer<typeof schemas.notificationQuery>): Promise<z.infer<typeof schemas.notificationList>>;
  unread(userId: string): Promise<number>;
  /** Idempotent. @throws {ApiError} `not_found` */
  read(userId: string, id: string): Promise<void>;
  readAll(userId: string): Promise<void>;
  /** The words are gone for good; the log of messages keeps that there was one. @throws {ApiError} `not_found` */
  remove(userId: string, id: string): Promise<void>;
}

export function createNotificationList(database: Database, store: NotificationStore, vault: Vault, pages: OpenPages): NotificationList {
  const { transaction, afterCommit } = database;

  /** Other pages of the same person show the number too. */
  async function tell(userId: string): Promise<void> {
    const payload = { unread: await store.unread(userId) };
    afterCommit(() => pages.notify(userId, 'notification:unread', payload));
  }

  return {
    async list(userId, { page, pageSize, locale, unread, sort }) {
      const { rows, count } = await store.page(userId, { page, pageSize, unread, sort });
      return { items: rows.map((row) => view(vault, row, locale)), pagination: { page, pageSize, total: count } };
    },
    unread: store.unread,

    read: (userId, id) =>
      transaction(async () => {
        if (await store.markRead(userId, id)) await tell(userId);
        else if (!(await store.has(userId, id))) throw new ApiError('not_found');
      }),

    readAll: (userId) =>
      transaction(async () => {
        await store.markAllRead(userId);
        await tell(userId);
      }),

    remove: (userId, id) =>
      transaction(async () => {
        if (!(await store.hide(userId, id))) throw new ApiError('not_found');
        await tell(userId);
      }),
  };
}

function view(
  vault: Vault,
  { id, kind, class: name, subjectType, subjectId, contentSealed, readAt, createdAt }: NotificationRow,
  locale: Locale,
): View {
  const content = contentSealed === null ? null : contentColumn.open(vault, id, contentSealed);
  const subject = { type: subjectType, id: subjectId };
  return {
    id,
    kind,
    class: name,
    title: content?.[locale].title ?? '',
    text: content?.[locale].text ?? '',
    path: content?.path ?? null,
    subject,
    read: readAt !== null && readAt !== undefined,
    createdAt: createdAt.toISOString(),
  };
}
