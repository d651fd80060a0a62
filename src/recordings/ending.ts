/** How a recording becomes a film to be made: when its room, its visit or its age ends it. */
import { Op } from 'sequelize';
import type { RecordingEnd } from '#rooms/protocol-views.ts';
import type { Database } from '#src/database/database.ts';
import type { Outbox } from '#src/outbox/outbox.ts';

/** How long the last pieces may take: the film is made after that, or as soon as they are known to be there. */
const LAST_PIECES_MS = 30_000;
/** Nobody records a visit for so long: its room is gone and was never opened again. */
const FORGOTTEN_MS = 24 * 3_600_000;

const planned = (id: string): string => `recording.compose:${id}`;

/** Ends the open recording that these conditions find, inside the caller's transaction. @returns how many */
export async function endRecordings(
  { models }: Database,
  outbox: Outbox,
  where: { id?: string; openKey?: string; askedAt?: Record<symbol, Date> },
  reason: RecordingEnd,
): Promise<number> {
  const rows = await models.recordings.findAll({ where: { openKey: { [Op.ne]: null }, ...where } });
  for (const { id, startedAt } of rows) {
    const values = {
      state: startedAt ? ('composing' as const) : ('empty' as const),
      openKey: null,
      endedAt: new Date(),
      endReason: reason,
    };
    const [changed] = await models.recordings.update(values, { where: { id, openKey: { [Op.ne]: null } } });
    if (changed === 0 || !startedAt) continue;
    await outbox.append('recording.compose', { id }, { runAt: new Date(Date.now() + LAST_PIECES_MS), dedupeKey: planned(id) });
  }
  return rows.length;
}

/** Every piece is there: its film is made now. Inside the caller's transaction. */
export async function composeNow(outbox: Outbox, id: string): Promise<void> {
  if (await outbox.cancel(planned(id))) await outbox.append('recording.compose', { id }, { dedupeKey: planned(id) });
}

/** Ends what a room left open that nobody opened again. */
export async function endForgotten(database: Database, outbox: Outbox): Promise<void> {
  const askedAt = { [Op.lt]: new Date(Date.now() - FORGOTTEN_MS) };
  await database.transaction(() => endRecordings(database, outbox, { askedAt }, 'left'));
}
