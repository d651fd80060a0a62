/** What files and notifications know of copies and erasures. */
import type { Database } from '#src/database/database.ts';
import type { Files } from '#src/files/service.ts';
import type { Notifications } from '#src/notifications/service.ts';

export function linkPrivacy({ models }: Database, files: Pick<Files, 'relate'>, notifications: Pick<Notifications, 'describe'>): void {
  const isCopy = async (fileId: string): Promise<boolean> => (await models.privacyRequests.count({ where: { fileId } })) > 0;
  // Copies are handed out by their own route, after a fresh proof, and by no other.
  files.relate({ name: 'data_copy', mayRead: async (_caller, fileId) => ((await isCopy(fileId)) ? false : undefined), holds: isCopy });
  notifications.describe('privacy_request', async (id) => {
    const request = await models.privacyRequests.findByPk(id);
    return request && { path: '/my-data', ...(request.expiresAt && { until: request.expiresAt.toISOString() }) };
  });
}
