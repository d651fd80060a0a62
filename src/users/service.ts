/** People who can sign in. */
import { col, fn, literal, Op, where, type WhereOptions } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { hashPassword } from '#src/auth/passwords.ts';
import type { Database } from '#src/database/database.ts';
import { slice } from '#src/plugins/fields.ts';
import type { UserRow } from './model.ts';
import type { userList, userQuery } from './schemas.ts';

export interface Users {
  /** Names for choosing somebody; active users only, by name. Without a keyword only people that the caller has had visits with. */
  list(callerId: string, query: z.infer<typeof userQuery>): Promise<z.infer<typeof userList>>;
  /** @param account lower case, unique */
  create(user: { account: string; name: string; password: string; roles: string[] }): Promise<UserRow>;
  count(): Promise<number>;
}

/** Ids of everybody in a visit with this user, in SQL. @param id quoted */
const acquaintances = (id: string) =>
  literal(`(SELECT other.user_id FROM consultation_members other
    JOIN consultation_members own ON own.consultation_id = other.consultation_id WHERE own.user_id = ${id} AND other.user_id IS NOT NULL)`);

/** Ids of users with a role, in SQL. @param key quoted */
const holders = (key: string) => literal(`(SELECT user_id FROM user_roles WHERE role_key = ${key})`);

export function createUsers({ models: { users, userRoles }, sequelize, transaction }: Database): Users {
  return {
    async list(callerId, query) {
      const conditions: WhereOptions[] = [{ status: 'active' }];
      if (query.role) conditions.push({ id: { [Op.in]: holders(sequelize.escape(query.role)) } });
      if (query.keyword) conditions.push(where(fn('INSTR', fn('LOWER', col('name')), query.keyword.toLowerCase()), Op.gt, 0));
      else conditions.push({ id: { [Op.in]: acquaintances(sequelize.escape(callerId)) } });
      const { rows, count } = await users.findAndCountAll({
        where: { [Op.and]: conditions },
        order: ['name', 'id'],
        ...slice(query),
      });
      const { page, pageSize } = query;
      return { items: rows.map(({ id, name }) => ({ id, name })), pagination: { page, pageSize, total: count } };
    },

    async create({ account, name, password, roles }) {
      const passwordHash = await hashPassword(password);
      return transaction(async () => {
        const user = await users.create({ id: uuid(), account, name, passwordHash, status: 'active' });
        await userRoles.bulkCreate(roles.map((roleKey) => ({ userId: user.id, roleKey })));
        return user;
      });
    },

    count: () => users.count(),
  };
}
