/** Tells the pages that members of a visit have open, wherever they are, that its chat goes on: how much is unread they ask for. */
import { Op } from 'sequelize';
import type { Logger } from '#rooms/ports.ts';
import type { Database } from '#src/database/database.ts';
import type { OpenPages } from '#src/notifications/ports.ts';

export interface ChatNews {
  /** Messages were stored. Several within a second are told together, and nobody waits for it. */
  posted(consultationId: string): void;
  /** Somebody has read in one page what others show as unread. */
  read(userId: string, consultationId: string): void;
}

/** Pause between two tellings of one visit, in milliseconds. */
const PAUSE_MS = 1_000;

export function createChatNews({ models, afterCommit }: Database, pages: OpenPages, log: Pick<Logger, 'warn'>): ChatNews {
  /** Visits that were told of a moment ago, with whether more came since. */
  const pausing = new Map<string, boolean>();

  async function tell(consultationId: string): Promise<void> {
    const where = { consultationId, removedAt: null, userId: { [Op.ne]: null } };
    const members = await models.members.findAll({ where, attributes: ['userId'] });
    for (const { userId } of members) if (userId) pages.notify(userId, 'chat:unread', { consultationId });
  }
  function posted(consultationId: string): void {
    if (pausing.has(consultationId)) return void pausing.set(consultationId, true);
    pausing.set(consultationId, false);
    setTimeout(() => {
      const more = pausing.get(consultationId);
      pausing.delete(consultationId);
      if (more) posted(consultationId);
    }, PAUSE_MS).unref();
    // What is lost of it the pages see when they look again.
    tell(consultationId).catch((err: unknown) => log.warn({ err }, 'nobody was told of new chat messages'));
  }
  return {
    posted,
    read: (userId, consultationId) => afterCommit(() => pages.notify(userId, 'chat:unread', { consultationId })),
  };
}
