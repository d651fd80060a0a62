/**
 * Photos of practitioners. Avatar and others belong to the public profile; practice licence (执业证) and ID card are for the owner
 * and for reviewers.
 */
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { withViolations } from '#src/database/constraints.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { changeProfile, fullAccess, ownProfile } from './access.ts';
import type { PhotoKind } from './model.ts';
import type * as schemas from './schemas.ts';
import { photoView, PUBLIC_PHOTOS } from './view.ts';

type Photo = z.infer<typeof schemas.photoView>;

/** Checks a file before it becomes a photo. @throws {ApiError} `unknown_file` unless it is an image of this user */
export type CheckImage = (fileId: string, ownerId: string) => Promise<void>;

/** Every method on a profile throws `ApiError` `not_found`. */
export interface PractitionerPhotos {
  /** Those that the caller may see. */
  list(caller: Caller, id: string): Promise<z.infer<typeof schemas.photoList>>;
  /**
   * A new avatar takes the place of the old one. A new licence or ID card of an approved profile needs a new review.
   * @throws {ApiError} `forbidden`, `limit_reached`, `already_exists` when the file is a photo already
   */
  add(caller: Caller, id: string, photo: z.infer<typeof schemas.newPhoto>): Promise<Photo>;
  /** @throws {ApiError} `forbidden` */
  remove(caller: Caller, id: string, photoId: string): Promise<void>;
  /** Access rule of the file behind a photo. @param caller null: not signed in @returns undefined: the file is no photo */
  mayRead(caller: Caller | null, fileId: string): Promise<boolean | undefined>;
  /** Whether a file is a photo. */
  holds(fileId: string): Promise<boolean>;
}

const MAX_PHOTOS = 30;
const PROOFS: readonly PhotoKind[] = ['licence', 'id_card'];
const violations = {
  unique: [{ index: 'practitioner_photos_file_unique', column: 'file_id', code: 'already_exists' }],
} as const;

export function createPractitionerPhotos(database: Database, checkImage: CheckImage): PractitionerPhotos {
  const { models, transaction } = database;

  return {
    async list(caller, id) {
      const row = await models.practitioners.findByPk(id);
      if (!row) throw new ApiError('not_found');
      const all = fullAccess(caller, row);
      if (!all && !(row.enabled && row.reviewState === 'approved')) throw new ApiError('not_found');
      const where = { practitionerId: id, ...(!all && { kind: [...PUBLIC_PHOTOS] }) };
      return { items: (await models.practitionerPhotos.findAll({ where, order: ['id'] })).map(photoView) };
    },

    add: (caller, id, { kind, fileId }) =>
      withViolations(violations, () =>
        transaction(async () => {
          const own = await ownProfile(database, caller, id);
          await checkImage(fileId, caller.userId);
          if (kind === 'avatar') await models.practitionerPhotos.destroy({ where: { practitionerId: id, kind } });
          if ((await models.practitionerPhotos.count({ where: { practitionerId: id } })) >= MAX_PHOTOS) throw new ApiError('limit_reached');
          const photo = await models.practitionerPhotos.create({ id: uuid(), practitionerId: id, kind, fileId });
          await changeProfile(database, own, { vouched: PROOFS.includes(kind), actorId: caller.userId });
          return photoView(photo);
        }),
      ),

    remove: (caller, id, photoId) =>
      transaction(async () => {
        const own = await ownProfile(database, caller, id);
        const photo = await models.practitionerPhotos.findOne({ where: { id: photoId, practitionerId: id } });
        if (!photo) throw new ApiError('not_found');
        await photo.destroy();
        await changeProfile(database, own, { vouched: PROOFS.includes(photo.kind), actorId: caller.userId });
      }),

    holds: async (fileId) => (await models.practitionerPhotos.count({ where: { fileId } })) > 0,

    async mayRead(caller, fileId) {
      const photo = await models.practitionerPhotos.findOne({ where: { fileId } });
      if (!photo) return undefined;
      const row = await models.practitioners.findByPk(photo.practitionerId, { rejectOnEmpty: true });
      const proof = PROOFS.includes(photo.kind);
      if (caller && (proof ? caller.userId === row.userId || caller.can('practitioners:review') : fullAccess(caller, row))) return true;
      return !proof && Boolean(row.enabled) && row.reviewState === 'approved';
    },
  };
}
