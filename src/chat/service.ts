/** The chat of a visit, read over REST; writing goes through the room. */
import { Op } from 'sequelize';
import type { z } from 'zod';
import type { Logger } from '#rooms/ports.ts';
import { type OwnVisit, ownVisit } from '#src/consultations/access.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type * as schemas from './schemas.ts';
import type { OpenPages } from '#src/notifications/ports.ts';
import { createChatNews } from './news.ts';
import { latestSeq, type VisitChatStore } from './store.ts';
import { unreadOf } from './unread.ts';

/** Methods on one visit throw `ApiError` `not_found`, `forbidden`, `removed`. */
export interface Chat {
  /** Oldest first. */
  history(userId: string, id: string, query: z.infer<typeof schemas.messageQuery>): Promise<z.infer<typeof schemas.messagePage>>;
  /** Notes that everything up to a message was read, as far as there are messages; never takes that back. */
  markRead(userId: string, id: string, seq: number): Promise<z.infer<typeof schemas.readState>>;
  /** Unread messages of all visits of a person. */
  unread(userId: string): Promise<z.infer<typeof schemas.unreadList>>;
}

/** Visits that the answer about unread messages names. */
const MAX_LISTED = 100;

export interface ChatParts {
  database: Database;
  chatStore: Pick<VisitChatStore, 'after' | 'onAppended'>;
  pages: OpenPages;
  log: Pick<Logger, 'warn'>;
}

export function createChat({ database, chatStore, pages, log }: ChatParts): Chat {
  const { models, transaction } = database;
  const news = createChatNews(database, pages, log);
  chatStore.onAppended(news.posted);

  async function ownMember(userId: string, id: string): Promise<OwnVisit['self']> {
    const { self } = await ownVisit(database, userId, id);
    if (self.removedAt) throw new ApiError('removed');
    return self;
  }

  return {
    async history(userId, id, { afterSeq, limit }) {
      const { readSeq } = await ownMember(userId, id);
      const items = await chatStore.after(id, afterSeq, limit);
      return { items, readSeq, nextAfterSeq: items.length === limit ? (items.at(-1)?.seq ?? null) : null };
    },

    markRead: (userId, id, seq) =>
      transaction(async () => {
        const self = await ownMember(userId, id);
        const readSeq = Math.min(seq, await latestSeq(database, id));
        const [changed] = await models.members.update({ readSeq }, { where: { id: self.id, readSeq: { [Op.lt]: readSeq } } });
        if (changed > 0) news.read(userId, id);
        await self.reload();
        const [left] = await unreadOf(database, userId, [id]);
        return { readSeq: self.readSeq, unread: left?.unread ?? 0 };
      }),

    async unread(userId) {
      const items = await unreadOf(database, userId);
      return { total: items.reduce((sum, { unread }) => sum + unread, 0), items: items.slice(0, MAX_LISTED) };
    },
  };
}
