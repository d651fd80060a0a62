/** Finding people: the list with its filters, the look-up by name, the export. */
import { fn, col, literal, Op, where, type WhereOptions } from 'sequelize';
import type { z } from 'zod';
import { phoneOf } from '#src/auth/phones.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import type { Foundation } from '#src/foundation.ts';
import { ApiError } from '#src/errors.ts';
import { slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { searchForm, type UserRow } from './model.ts';
import type * as schemas from './schemas.ts';
import type { ListedUser, Views } from './views.ts';

type Query = z.infer<typeof schemas.userQuery>;
type Filters = z.infer<typeof schemas.exportQuery>;

export interface Directory {
  /**
   * With `users:read-all` everybody, newest first. Others get names of active people for choosing somebody, by name; without a
   * keyword only of those that they have had visits with.
   * @throws {ApiError} `forbidden` for filters of the former, `not_approved` for practitioners whom nobody has reviewed (anybody
   *   can register as a doctor), `invalid_request` for a keyword of one character
   */
  list(caller: Caller, query: Query): Promise<z.infer<typeof schemas.userList>>;
  /** Everybody that the filters let through, oldest first, in portions. */
  walk(caller: Caller, filters: Filters): AsyncGenerator<ListedUser[]>;
}

/** Ids of everybody in a visit with this user, in SQL. @param id quoted */
const acquaintances = (id: string) =>
  literal(`(SELECT other.user_id FROM consultation_members other
    JOIN consultation_members own ON own.consultation_id = other.consultation_id WHERE own.user_id = ${id} AND other.user_id IS NOT NULL)`);

const PORTION = 500;
/** What those who may only look people up can ask for. */
const OPEN_FILTERS = new Set(['page', 'pageSize', 'keyword', 'role']);

type DirectoryParts = Pick<Foundation, 'database' | 'vault'> & { isVouched: (userId: string) => Promise<boolean> };

export function createDirectory({ database, vault, isVouched }: DirectoryParts, views: Views): Directory {
  const { models } = database;
  const { conditionsOf, named, holding, quoted } = createConditions(database, vault);

  async function page(conditions: WhereOptions[], order: [string, string][], { page: number, pageSize }: Query) {
    const { rows, count } = await models.users.findAndCountAll({
      where: { [Op.and]: conditions },
      order,
      ...slice({ page: number, pageSize }),
    });
    return { rows, pagination: { page: number, pageSize, total: count } };
  }

  async function lookUp(caller: Caller, query: Query) {
    if (Object.entries(query).some(([name, value]) => value !== undefined && !OPEN_FILTERS.has(name))) throw new ApiError('forbidden');
    const { keyword, role } = query;
    if (!(await isVouched(caller.userId))) throw new ApiError('not_approved');
    if (keyword && Array.from(searchForm(keyword)).length < 2)
      throw new ApiError('invalid_request', { details: [{ field: 'query.keyword', message: 'must have 2 characters or more' }] });
    const reach = keyword ? named(keyword) : { id: { [Op.in]: acquaintances(quoted(caller.userId)) } };
    const byName: [string, string][] = [
      ['name', 'ASC'],
      ['id', 'ASC'],
    ];
    const found = await page([{ status: 'active' }, reach, ...(role ? [holding(role)] : [])], byName, query);
    return { items: found.rows.map(({ id, name }) => ({ id, name })), pagination: found.pagination };
  }

  return {
    async list(caller, query) {
      if (!caller.can('users:read-all')) return lookUp(caller, query);
      const sort = query.sort ?? '-createdAt';
      const direction = sort.startsWith('-') ? 'DESC' : 'ASC';
      const order: [string, string][] = [
        [sort.replace('-', ''), direction],
        ['id', direction],
      ];
      const { rows, pagination } = await page(conditionsOf(query), order, query);
      return { items: await views.listed(caller, rows), pagination };
    },

    async *walk(caller, filters) {
      const conditions = conditionsOf(filters);
      let after: UserRow | undefined;
      do {
        // Ids are in the order of their making.
        const beyond: WhereOptions[] = after ? [{ id: { [Op.gt]: after.id } }] : [];
        const rows: UserRow[] = await models.users.findAll({
          where: { [Op.and]: [...conditions, ...beyond] },
          order: [['id', 'ASC']],
          limit: PORTION,
        });
        if (rows.length > 0) yield await views.listed(caller, rows);
        after = rows.length === PORTION ? rows.at(-1) : undefined;
      } while (after);
    },
  };
}

/** What a query asks for, as conditions on the rows. */
function createConditions({ sequelize }: Database, vault: Pick<Vault, 'index'>) {
  const quoted = (value: string) => sequelize.escape(value);
  const named = (keyword: string) => where(fn('INSTR', col('name_search'), searchForm(keyword)), Op.gt, 0);
  const beginning = (column: string, keyword: string) => where(fn('INSTR', col(column), keyword.toLowerCase()), Op.eq, 1);
  /** @param source of user ids, in SQL */
  const among = (source: string): WhereOptions => ({ id: { [Op.in]: literal(`(${source})`) } });
  const holding = (role: string) => among(`SELECT user_id FROM user_roles WHERE role_key = ${quoted(role)}`);

  function conditionsOf({ keyword, role, status, membership, tag, locked, createdFrom, createdTo }: Filters): WhereOptions[] {
    const now = new Date();
    const conditions: WhereOptions[] = [];
    if (keyword) {
      const phone = phoneOf(keyword);
      const exact = [
        ...(phone ? [{ phoneIndex: vault.index('phone', phone) }] : []),
        ...(keyword.includes('@') ? [{ emailIndex: vault.index('email', keyword.toLowerCase()) }] : []),
      ];
      conditions.push({ [Op.or]: [named(keyword), beginning('account', keyword), beginning('staff_no', keyword), ...exact] });
    }
    if (role) conditions.push(holding(role));
    if (status) conditions.push({ status });
    if (membership) conditions.push({ membershipLevel: membership });
    if (tag) conditions.push(among(`SELECT user_id FROM user_tag_links WHERE tag_id = ${quoted(tag)}`));
    if (locked === 'true') conditions.push({ lockedUntil: { [Op.gt]: now } });
    if (locked === 'false') conditions.push({ lockedUntil: { [Op.or]: [{ [Op.is]: null }, { [Op.lte]: now }] } });
    if (createdFrom) conditions.push({ createdAt: { [Op.gte]: new Date(createdFrom) } });
    if (createdTo) conditions.push({ createdAt: { [Op.lt]: new Date(createdTo) } });
    return conditions;
  }
  return { conditionsOf, named, holding, quoted };
}
