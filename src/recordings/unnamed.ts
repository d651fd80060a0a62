/** Contents that nothing names: left where a process, or its database, was cut off between storing one and naming it. */
import { literal, Op } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import type { Files } from '#src/files/service.ts';

/** A content is named moments after it was stored. */
const LEFT_MS = 24 * 3_600_000;
/** The next sweep takes the rest. */
const AT_ONCE = 100;

/** Takes away those of these contents that no recording names: whoever could not name one may only have missed the answer. */
export async function discardUnnamed(
  { models, transaction }: Database,
  files: Pick<Files, 'discard'>,
  ids: readonly string[],
): Promise<void> {
  await transaction(async () => {
    // Locked: a commit that is still on its way is waited for.
    const naming = { where: { fileId: [...ids] }, attributes: ['fileId'], lock: true };
    const rows = [...(await models.recordings.findAll(naming)), ...(await models.recordingSegments.findAll(naming))];
    const named = new Set(rows.map(({ fileId }) => fileId));
    await files.discard(ids.filter((id) => !named.has(id)));
  });
}

/** Takes away what has been left for a day. */
export async function discardLeft(database: Database, files: Pick<Files, 'discard'>): Promise<void> {
  const namedBy = (table: string) => literal(`(SELECT file_id FROM ${table} WHERE file_id IS NOT NULL)`);
  const unless = (table: string) => ({ id: { [Op.notIn]: namedBy(table) } });
  const left = await database.models.files.findAll({
    where: {
      ...{ category: 'recording', state: 'active', createdAt: { [Op.lt]: new Date(Date.now() - LEFT_MS) } },
      [Op.and]: [unless('recordings'), unless('recording_segments')],
    },
    attributes: ['id'],
    order: ['id'],
    limit: AT_ONCE,
  });
  const ids = left.map(({ id }) => id);
  if (ids.length > 0) await discardUnnamed(database, files, ids);
}
