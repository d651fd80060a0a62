/** Contents that nothing names: left where a process, or its database, was cut off between storing one and naming it. */
import type { Database } from '#src/database/database.ts';
import type { Files } from '#src/files/service.ts';

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
