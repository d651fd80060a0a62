/** The notifications of one person in the page. */
import type { z } from 'zod';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Locale } from '#src/messaging/templates/catalogue.ts';
import { ageOrder, slice } from '#src/plugins/fields.ts';
import { contentColumn, type NotificationRow } from './model.ts';
import type { OpenPages } from './ports.ts';
import type * as schemas from './schemas.ts';

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

const UNREAD = 'SELECT COUNT(*) AS unread FROM notifications WHERE user_id = ? AND shown = 1 AND read_at IS NULL';

export function createNotificationList(database: Database, vault: Vault, pages: OpenPages): NotificationList {
  const { models, prepared, transaction, afterCommit } = database;
  const { notifications } = models;
  const unread = (userId: string) => notifications.count({ where: { userId, shown: true, readAt: null } });

  /** Other pages of the same person show the number too. */
  async function tell(userId: string): Promise<void> {
    const payload = { unread: await unread(userId) };
    afterCommit(() => pages.notify(userId, 'notification:unread', payload));
  }

  return {
    async list(userId, query) {
      const where = { userId, shown: true, ...(query.unread && { readAt: null }) };
      const { rows, count } = await notifications.findAndCountAll({ where, order: ageOrder(query.sort), ...slice(query) });
      const { page, pageSize, locale } = query;
      return { items: rows.map((row) => view(vault, row, locale)), pagination: { page, pageSize, total: count } };
    },

    // Asked by every page that opens.
    unread: async (userId) => (await prepared.one<{ unread: number }>(UNREAD, [userId]))?.unread ?? 0,

    read: (userId, id) =>
      transaction(async () => {
        const [changed] = await notifications.update({ readAt: new Date() }, { where: { id, userId, shown: true, readAt: null } });
        if (changed > 0) await tell(userId);
        else if ((await notifications.count({ where: { id, userId, shown: true } })) === 0) throw new ApiError('not_found');
      }),

    readAll: (userId) =>
      transaction(async () => {
        await notifications.update({ readAt: new Date() }, { where: { userId, shown: true, readAt: null } });
        await tell(userId);
      }),

    remove: (userId, id) =>
      transaction(async () => {
        const [changed] = await notifications.update({ shown: false, contentSealed: null }, { where: { id, userId, shown: true } });
        if (changed === 0) throw new ApiError('not_found');
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
