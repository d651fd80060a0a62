/** What files belong to. While a file is linked it is not deleted. */
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';

export interface FileLinks {
  /** Notes that a file belongs to an object, in the transaction of the change. Idempotent. @throws {ApiError} `unknown_file` */
  link(fileId: string, objectType: string, objectId: string): Promise<void>;
  unlink(fileId: string, objectType: string, objectId: string): Promise<void>;
  /** For objects with one file: links this one, or none, and no other any more. */
  relink(fileId: string | null, objectType: string, objectId: string): Promise<void>;
}

export function createLinks({ models, transaction }: Database): FileLinks {
  const { files, fileLinks } = models;

  const link = (fileId: string, objectType: string, objectId: string) =>
    transaction(async () => {
      // Holds off a deletion that looks for links at the same time.
      const file = await files.findOne({ where: { id: fileId, state: 'active' }, attributes: ['id'], lock: true });
      if (!file) throw new ApiError('unknown_file');
      await fileLinks.bulkCreate([{ fileId, objectType, objectId }], { updateOnDuplicate: ['fileId'] });
    });

  return {
    link,
    unlink: (fileId, objectType, objectId) =>
      transaction(async () => void (await fileLinks.destroy({ where: { fileId, objectType, objectId } }))),
    relink: (fileId, objectType, objectId) =>
      transaction(async () => {
        await fileLinks.destroy({ where: { objectType, objectId } });
        if (fileId !== null) await link(fileId, objectType, objectId);
      }),
  };
}
