/** How much of the chat of visits somebody has not read: what the others wrote after the number up to which they read. */
import { QueryTypes } from 'sequelize';
import type { Database } from '#src/database/database.ts';

export interface Unread {
  consultationId: string;
  unread: number;
}

/**
 * Visits with unread messages, newest message first; those that the person was removed from are left out.
 * @param ids of these visits only
 */
export async function unreadOf({ sequelize }: Database, userId: string, ids?: readonly string[]): Promise<Unread[]> {
  if (ids?.length === 0) return [];
  const sql = `SELECT mine.consultation_id AS consultationId, COUNT(*) AS unread
    FROM consultation_members mine
    JOIN chat_messages m ON m.consultation_id = mine.consultation_id AND m.seq > mine.read_seq AND m.member_id <> mine.id
    WHERE mine.user_id = :userId AND mine.removed_at IS NULL ${ids ? 'AND mine.consultation_id IN (:ids)' : ''}
    GROUP BY mine.consultation_id
    ORDER BY MAX(m.sent_at) DESC, mine.consultation_id`;
  const rows = await sequelize.query<Unread>(sql, { replacements: { userId, ids }, type: QueryTypes.SELECT });
  return rows.map(({ consultationId, unread }) => ({ consultationId, unread: Number(unread) }));
}
