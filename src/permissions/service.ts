/** Roles: what they may do, which one stands above which, who holds them (USR-12, USR-13). */
import { literal, Op } from 'sequelize';
import type { z } from 'zod';
import { withViolations } from '#src/database/constraints.ts';
import type { Database } from '#src/database/database.ts';
import type { Models } from '#src/database/models.ts';
import { ApiError } from '#src/errors.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import type { Signals } from '#src/signals/signals.ts';
import { permissionNames, permissions } from './catalogue.ts';
import type { RoleRow } from './model.ts';
import type * as schemas from './schemas.ts';

export type RoleView = z.infer<typeof schemas.roleView>;

/** Methods on one role throw `ApiError` `not_found`. A change acts on the next request of everybody whom it concerns. */
export interface Roles {
  list(): Promise<RoleView[]>;
  get(key: string): Promise<RoleView>;
  /** @throws {ApiError} `already_exists`, `unknown_role` for the one above */
  create(role: z.infer<typeof schemas.newRole>): Promise<RoleView>;
  /** @throws {ApiError} `builtin` for permissions of the administrator, `unknown_role`, `circular` */
  change(key: string, changes: z.infer<typeof schemas.roleChanges>): Promise<RoleView>;
  /** @throws {ApiError} `builtin`, `in_use` while somebody holds it */
  remove(key: string): Promise<void>;
  permissions(): z.infer<typeof schemas.permissionList>;
  holders(key: string, page: z.infer<typeof schemas.holderQuery>): Promise<z.infer<typeof schemas.holderList>>;
}

const ADMINISTRATOR = 'administrator';

export function createRoles(database: Database, signals: Pick<Signals, 'send'>): Roles {
  const { models, transaction } = database;
  const { roles } = models;
  const { grant, place } = createWriting(models);

  async function get(key: string): Promise<RoleView> {
    const found = (await listRoles(database)).find((role) => role.key === key);
    if (!found) throw new ApiError('not_found');
    return found;
  }

  return {
    list: () => listRoles(database),
    get,

    async create({ permissions: granted, ...role }) {
      const taken = { unique: [{ index: 'PRIMARY', column: 'key', code: 'already_exists' }] } as const;
      await withViolations(taken, () =>
        transaction(async () => {
          await place(role.key, role.parentKey);
          await roles.create({ ...role, builtin: false });
          await grant(role.key, granted);
          await signals.send('role', role.key);
        }),
      );
      return get(role.key);
    },

    async change(key, { permissions: granted, parentKey, ...names }) {
      if (key === ADMINISTRATOR && (granted !== undefined || parentKey)) throw new ApiError('builtin');
      await transaction(async () => {
        if (parentKey !== undefined) await place(key, parentKey);
        const role = await roles.findByPk(key, { lock: true });
        if (!role) throw new ApiError('not_found');
        const { nameZh = role.nameZh, nameEn = role.nameEn } = names;
        await role.update({ nameZh, nameEn, ...(parentKey !== undefined && { parentKey }) });
        if (granted) await grant(key, granted);
        await signals.send('role', key);
      });
      return get(key);
    },

    async remove(key) {
      await withViolations({ reference: 'in_use' }, () =>
        transaction(async () => {
          const role = await roles.findByPk(key, { lock: true });
          if (!role) throw new ApiError('not_found');
          if (role.builtin) throw new ApiError('builtin');
          await role.destroy();
          await signals.send('role', key);
        }),
      );
    },

    permissions: () => ({ items: permissionNames.map((name) => ({ name, description: permissions[name].description })) }),
    holders: (key, page) => holdersOf(database, key, page),
  };
}

function createWriting({ roles, rolePermissions }: Models) {
  async function grant(roleKey: string, names: readonly string[]): Promise<void> {
    await rolePermissions.destroy({ where: { roleKey } });
    await rolePermissions.bulkCreate([...new Set(names)].map((permission) => ({ roleKey, permission })));
  }

  /** Under the lock of all roles, so that two changes cannot make a circle together. */
  async function place(key: string, parentKey: string | null): Promise<void> {
    const rows = await roles.findAll({ order: ['key'], lock: true });
    if (parentKey === null) return;
    if (!rows.some((row) => row.key === parentKey)) throw new ApiError('unknown_role');
    if (parentKey === key || inheritedBy(rows, key).has(parentKey)) throw new ApiError('circular');
  }

  return { grant, place };
}

async function listRoles({ models: { roles, rolePermissions, userRoles }, sequelize }: Database): Promise<RoleView[]> {
  const [rows, granted, counts] = await Promise.all([
    roles.findAll({ order: [['builtin', 'DESC'], 'key'] }),
    rolePermissions.findAll({ order: ['permission'] }),
    userRoles.findAll({ attributes: ['roleKey', [sequelize.fn('COUNT', sequelize.col('user_id')), 'users']], group: ['roleKey'] }),
  ]);
  const own = Map.groupBy(granted, ({ roleKey }) => roleKey);
  const held = new Map(counts.map((row) => [row.roleKey, Number(row.get('users'))]));
  const namesOf = (key: string) => (own.get(key) ?? []).map(({ permission }) => permission);
  return rows.map(({ key, nameZh, nameEn, builtin, parentKey }) => {
    const permissionsOfRole = namesOf(key);
    const below = [...inheritedBy(rows, key)].flatMap(namesOf);
    const inherited = [...new Set(below)].filter((name) => !permissionsOfRole.includes(name)).sort();
    return {
      key,
      nameZh,
      nameEn,
      builtin: Boolean(builtin),
      parentKey,
      permissions: permissionsOfRole,
      inherited,
      users: held.get(key) ?? 0,
    };
  });
}

async function holdersOf({ models, sequelize }: Database, key: string, { sort, ...page }: z.infer<typeof schemas.holderQuery>) {
  if (!(await models.roles.findByPk(key))) throw new ApiError('not_found');
  const holding = literal(`(SELECT user_id FROM user_roles WHERE role_key = ${sequelize.escape(key)})`);
  const { rows, count } = await models.users.findAndCountAll({
    where: { id: { [Op.in]: holding } },
    order: orderOf(sort),
    ...slice(page),
  });
  return { items: rows.map(({ id, name }) => ({ id, name })), pagination: { ...page, total: count } };
}

/** Keys of all roles that this one inherits from. */
function inheritedBy(rows: readonly Pick<RoleRow, 'key' | 'parentKey'>[], key: string): Set<string> {
  const reached = new Set<string>();
  const walk = (parent: string): void => {
    for (const row of rows) {
      if (row.parentKey !== parent || reached.has(row.key)) continue;
      reached.add(row.key);
      walk(row.key);
    }
  };
  walk(key);
  return reached;
}
