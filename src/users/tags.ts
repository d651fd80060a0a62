/** Tags that the clinic gives to people (USR-07). */
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { withViolations } from '#src/database/constraints.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type * as schemas from './schemas.ts';

type Tag = z.infer<typeof schemas.tag>;

export interface Tags {
  list(): Promise<z.infer<typeof schemas.tagList>>;
  /** @throws {ApiError} `already_exists` */
  create(tag: z.infer<typeof schemas.newTag>): Promise<Tag>;
  /** @throws {ApiError} `not_found`, `already_exists` */
  change(id: string, changes: z.infer<typeof schemas.tagChanges>): Promise<Tag>;
  /** Takes it from everybody who has it. @throws {ApiError} `not_found` */
  remove(id: string): Promise<void>;
  /** Gives a person these tags and no others. @throws {ApiError} `not_found`, `unknown_tag` */
  assign(userId: string, tagIds: readonly string[]): Promise<Tag[]>;
}

const taken = { unique: [{ index: 'user_tags_name_unique', column: 'name', code: 'already_exists' }] } as const;

export function createTags({ models, transaction, sequelize }: Database): Tags {
  const { userTags, userTagLinks } = models;
  const viewOf = ({ id, name, color }: Tag): Tag => ({ id, name, color });

  return {
    async list() {
      const tags = await userTags.findAll({ order: ['name'] });
      const counts = await userTagLinks.findAll({
        attributes: ['tagId', [sequelize.fn('COUNT', sequelize.col('user_id')), 'users']],
        group: ['tagId'],
      });
      const byTag = new Map(counts.map((row) => [row.tagId, Number(row.get('users'))]));
      return { items: tags.map((tag) => ({ ...viewOf(tag), users: byTag.get(tag.id) ?? 0 })) };
    },

    create: ({ name, color = null }) =>
      withViolations(taken, () => transaction(async () => viewOf(await userTags.create({ id: uuid(), name, color: color ?? null })))),

    change: (id, { name, color }) =>
      withViolations(taken, () =>
        transaction(async () => {
          const tag = await userTags.findByPk(id, { lock: true });
          if (!tag) throw new ApiError('not_found');
          return viewOf(await tag.update({ ...(name !== undefined && { name }), ...(color !== undefined && { color }) }));
        }),
      ),

    async remove(id) {
      const removed = await transaction(() => userTags.destroy({ where: { id } }));
      if (removed === 0) throw new ApiError('not_found');
    },

    assign: (userId, tagIds) =>
      transaction(async () => {
        if (!(await models.users.findByPk(userId, { lock: true, attributes: ['id'] }))) throw new ApiError('not_found');
        await userTagLinks.destroy({ where: { userId } });
        const links = [...new Set(tagIds)].map((tagId) => ({ userId, tagId }));
        await withViolations({ reference: 'unknown_tag' }, () => userTagLinks.bulkCreate(links));
        return (await userTags.findAll({ where: { id: [...tagIds] }, order: ['name'] })).map(viewOf);
      }),
  };
}
