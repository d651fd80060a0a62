/** What files are used for in other modules: their avatars, photos and attachments. */
import type { PractitionerPhotos } from '#src/practitioners/photos.ts';
import type { RecordAttachments } from '#src/records/attachments.ts';
import type { Avatars } from '#src/users/ports.ts';
import type { Files } from './service.ts';

/** Pictures of people: public, one each. */
export const createAvatars = (files: Files): Avatars => ({
  urls: files.urls,
  async use(userId, fileId) {
    if (fileId !== null) await files.own(fileId, userId, { category: 'avatar' });
    await files.relink(fileId, 'avatar', userId);
  },
});

/** Files that belong to a photo or an attachment follow its rule, and are not deleted. */
export function relateFiles(files: Files, photos: PractitionerPhotos, attachments: RecordAttachments): void {
  files.relate({ name: 'practitioner_photo', mayRead: photos.mayRead, holds: photos.holds });
  files.relate({
    name: 'record_attachment',
    async mayRead(caller, fileId) {
      if (caller) return attachments.mayRead(caller, fileId);
      // Medical records are for people who are signed in.
      return (await attachments.holds(fileId)) ? false : undefined;
    },
    holds: attachments.holds,
  });
}
