/**
 * Notifications in the database: the one place that reads and writes the rows, so that the table can be divided by person. Whatever concerns
 * somebody names them first; what is below `everybody` goes over all rows. Only figures that join them with messages, and the law's copies,
 * erasures and periods (`src/privacy`), come past it.
 */
import { type CreationAttributes, Op, type WhereAttributeHash } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import { ageOrder, slice } from '#src/plugins/fields.ts';
import type { SubjectType } from './kinds.ts';
import type { NotificationRow } from './model.ts';

/** What it tells about. */
export interface Subject {
  type: SubjectType;
  id: string;
}

export interface NotificationStore {
  add(userId: string, row: Omit<CreationAttributes<NotificationRow>, 'userId'>): Promise<NotificationRow>;
  /** Of those in the person's list. */
  page(
    userId: string,
    query: { unread: boolean; sort: string; page: number; pageSize: number },
  ): Promise<{ rows: NotificationRow[]; count: number }>;
  unread(userId: string): Promise<number>;
  /** Whether it is in the person's list. */
  has(userId: string, id: string): Promise<boolean>;
  /** @returns false: it is not there, or was read before */
  markRead(userId: string, id: string): Promise<boolean>;
  markAllRead(userId: string): Promise<void>;
  /** Its words are gone for good. @returns false: it is not in the list */
  hide(userId: string, id: string): Promise<boolean>;
  readonly everybody: {
    /** How many there are, and how many of them were read. */
    count(about: { from?: Date; to?: Date; subject?: Subject }): Promise<{ sent: number; read: number }>;
    /** When these were read. */
    readAt(ids: readonly string[]): Promise<Map<string, Date | null>>;
  };
}

const UNREAD = 'SELECT COUNT(*) AS unread FROM notifications WHERE user_id = ? AND shown = 1 AND read_at IS NULL';

export function createNotificationStore({ models: { notifications }, prepared }: Database): NotificationStore {
  const listed = (userId: string, more: WhereAttributeHash<NotificationRow> = {}) => ({ userId, shown: true, ...more });
  const change = async (values: Partial<NotificationRow>, where: WhereAttributeHash<NotificationRow>): Promise<boolean> =>
    (await notifications.update(values, { where }))[0] > 0;

  return {
    add: (userId, row) => notifications.create({ ...row, userId }),
    page: (userId, { unread, sort, ...paging }) =>
      notifications.findAndCountAll({ where: listed(userId, unread ? { readAt: null } : {}), order: ageOrder(sort), ...slice(paging) }),
    // Asked by every page that opens.
    unread: async (userId) => (await prepared.one<{ unread: number }>(UNREAD, [userId]))?.unread ?? 0,
    has: async (userId, id) => (await notifications.count({ where: listed(userId, { id }) })) > 0,
    markRead: (userId, id) => change({ readAt: new Date() }, listed(userId, { id, readAt: null })),
    markAllRead: async (userId) => void (await change({ readAt: new Date() }, listed(userId, { readAt: null }))),
    hide: (userId, id) => change({ shown: false, contentSealed: null }, listed(userId, { id })),
    everybody: {
      async count({ from, to, subject }) {
        const where: WhereAttributeHash<NotificationRow> = {
          ...(subject && { subjectType: subject.type, subjectId: subject.id }),
          ...((from ?? to) && { createdAt: { ...(from && { [Op.gte]: from }), ...(to && { [Op.lt]: to }) } }),
        };
        const sent = await notifications.count({ where });
        return { sent, read: await notifications.count({ where: { ...where, readAt: { [Op.not]: null } } }) };
      },
      async readAt(ids) {
        const rows = await notifications.findAll({ where: { id: [...ids] }, attributes: ['id', 'readAt'] });
        return new Map(rows.map((row) => [row.id, row.readAt ?? null]));
      },
    },
  };
}
