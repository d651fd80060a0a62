/** Who follows whom (USR-10). */
import { QueryTypes } from 'sequelize';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { slice } from '#src/plugins/fields.ts';
import type * as schemas from './schemas.ts';

type List = z.infer<typeof schemas.followList>;
type Page = z.infer<typeof schemas.followQuery>;

export interface Follows {
  /** Doing it again changes nothing. @throws {ApiError} `not_found` for nobody who is active, and for oneself */
  follow(userId: string, followedId: string): Promise<z.infer<typeof schemas.followState>>;
  unfollow(userId: string, followedId: string): Promise<z.infer<typeof schemas.followState>>;
  /** Whom somebody follows, latest first; active people only. */
  following(userId: string, page: Page): Promise<List>;
  followers(userId: string, page: Page): Promise<List>;
}

export function createFollows({ models, transaction, sequelize, dialect }: Database): Follows {
  const { follows, users } = models;

  async function stateOf(userId: string, otherId: string) {
    const has = async (followerId: string, followedId: string) => (await follows.count({ where: { followerId, followedId } })) > 0;
    return { following: await has(userId, otherId), followedBy: await has(otherId, userId) };
  }

  /** @param own column of the one whose list it is */
  async function list(own: 'follower_id' | 'followed_id', userId: string, page: Page): Promise<List> {
    const other = own === 'follower_id' ? 'followed_id' : 'follower_id';
    const { limit, offset } = slice(page);
    const from = `FROM user_follows f JOIN users u ON u.id = f.${other} AND u.status = 'active' WHERE f.${own} = :userId${page.userId ? ` AND f.${other} = :otherId` : ''}`;
    const replacements = { userId, otherId: page.userId ?? null, limit, offset };
    const rows = await sequelize.query<{ id: string; name: string; since: string | Date; mutual: number }>(
      `SELECT u.id, u.name, f.created_at AS since, EXISTS (SELECT 1 FROM user_follows b
         WHERE b.follower_id = f.followed_id AND b.followed_id = f.follower_id) AS mutual
       ${from} ORDER BY f.created_at DESC, u.id LIMIT :limit OFFSET :offset`,
      { type: QueryTypes.SELECT, replacements },
    );
    const [total] = await sequelize.query<{ n: number }>(`SELECT COUNT(*) AS n ${from}`, { type: QueryTypes.SELECT, replacements });
    const items = rows.map(({ id, name, since, mutual }) => ({ id, name, since: timeOf(since).toISOString(), mutual: Boolean(mutual) }));
    return { items, pagination: { page: page.page, pageSize: page.pageSize, total: total?.n ?? 0 } };
  }

  /** SQLite gives times of raw queries as text: `2026-01-02 03:04:05.678 +00:00`. */
  const timeOf = (value: string | Date): Date =>
    dialect === 'sqlite' ? new Date(String(value).replace(' +00:00', 'Z').replace(' ', 'T')) : new Date(value);

  return {
    async follow(followerId, followedId) {
      await transaction(async () => {
        const somebody = followerId === followedId ? null : await users.findByPk(followedId, { attributes: ['status'] });
        if (somebody?.status !== 'active') throw new ApiError('not_found');
        await follows.bulkCreate([{ followerId, followedId }], { ignoreDuplicates: true });
      });
      return stateOf(followerId, followedId);
    },
    async unfollow(followerId, followedId) {
      await transaction(() => follows.destroy({ where: { followerId, followedId } }));
      return stateOf(followerId, followedId);
    },
    following: (userId, page) => list('follower_id', userId, page),
    followers: (userId, page) => list('followed_id', userId, page),
  };
}
