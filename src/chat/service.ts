/** The chat of a visit, read over REST; writing goes through the room. */
import type { z } from 'zod';
import type { ChatStore } from '#rooms/ports.ts';
import { ownVisit } from '#src/consultations/access.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type * as schemas from './schemas.ts';

export interface Chat {
  /** Oldest first. @throws {ApiError} `not_found`, `forbidden`, `removed` */
  history(userId: string, id: string, query: z.infer<typeof schemas.messageQuery>): Promise<z.infer<typeof schemas.messagePage>>;
}

export function createChat(database: Database, store: Pick<ChatStore, 'after'>): Chat {
  return {
    async history(userId, id, { afterSeq, limit }) {
      const { self } = await ownVisit(database, userId, id);
      if (self.removedAt) throw new ApiError('removed');
      const items = await store.after(id, afterSeq, limit);
      return { items, nextAfterSeq: items.length === limit ? (items.at(-1)?.seq ?? null) : null };
    },
  };
}
