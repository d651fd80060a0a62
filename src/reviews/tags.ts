/** The words that patients choose from (REV-04). */
import { UniqueConstraintError } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type * as schemas from './schemas.ts';

type Tag = z.infer<typeof schemas.tagView>;

export interface ReviewTags {
  /** Public: those in use. */
  tags(): Promise<z.infer<typeof schemas.tagList>>;
  /** @throws {ApiError} `already_exists` */
  addTag(name: string): Promise<Tag>;
  /** @throws {ApiError} `not_found` */
  setTag(id: string, enabled: boolean): Promise<Tag>;
}

export function createTags({ models, transaction }: Database): ReviewTags {
  const view = ({ id, name, enabled }: Tag): Tag => ({ id, name, enabled: Boolean(enabled) });
  return {
    tags: async () => ({ items: (await models.reviewTags.findAll({ where: { enabled: true }, order: ['name'] })).map(view) }),
    async addTag(name) {
      try {
        return view(await transaction(() => models.reviewTags.create({ id: uuid(), name, enabled: true })));
      } catch (error) {
        throw error instanceof UniqueConstraintError ? new ApiError('already_exists', { cause: error }) : error;
      }
    },
    async setTag(id, enabled) {
      const tag = await models.reviewTags.findByPk(id);
      if (!tag) throw new ApiError('not_found');
      return view(await transaction(() => tag.update({ enabled })));
    },
  };
}
