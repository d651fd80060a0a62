/** Tells the next people of an announcement: each once, since it is one transaction with its row. */
import type { Announcements } from '#src/announcements/service.ts';
import { inTransaction } from '../processor.ts';

export const announceProcessor = (announcements: Announcements) =>
  inTransaction<'announcement.batch'>(({ payload }) => announcements.batch(payload.id));
