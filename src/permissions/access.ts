/**
 * What a user may do now: roles and permissions from the database, kept in the process until a signal says that they have
 * changed. A request costs no query, and a change acts on the next request.
 */
import type { Database } from '#src/database/database.ts';
import { firstKeys, watchCache } from '#src/signals/cached.ts';
import type { Signals } from '#src/signals/signals.ts';
import type { Permission } from './catalogue.ts';

export interface Access {
  readonly active: boolean;
  readonly roles: readonly string[];
  can(permission: Permission): boolean;
  /** Every permission held, for menus and clients. */
  readonly permissions: ReadonlySet<string>;
}

export interface AccessCache {
  /** The access of a user: at once when it is known, else after a query. An unknown user has none and is not active. */
  of(userId: string): Access | Promise<Access>;
  /** Users that are remembered, for the metrics. */
  size(): number;
}

/** Users remembered; about 200 bytes each, since permission sets are shared by users with the same roles. */
const CACHE_SIZE = 20_000;
const NOBODY: Access = { active: false, roles: [], can: () => false, permissions: new Set() };

export function createAccessCache(database: Database, signals: Signals): AccessCache {
  const known = new Map<string, Access>();
  const loading = new Map<string, Promise<Access>>();
  /** Raised by every signal: what was read before it must not be kept. */
  let generation = 0;
  let sets = new Map<string, ReadonlySet<string>>();

  const forget = (userId?: string): void => {
    generation++;
    if (userId === undefined) {
      known.clear();
      sets = new Map();
    } else {
      known.delete(userId);
    }
    loading.clear();
  };
  signals.on('user', forget);
  signals.on('role', () => forget());
  const figures = watchCache(signals, 'access', {
    strategy: 'keyed',
    keys: (limit) => firstKeys(known, limit),
    clear: (userId) => forget(userId ?? undefined),
  });

  async function load(userId: string): Promise<Access> {
    const before = generation;
    const access = await readAccess(database, userId, sets);
    if (generation === before) {
      const oldest = known.size >= CACHE_SIZE ? known.keys().next().value : undefined;
      if (oldest !== undefined) known.delete(oldest);
      if (access !== NOBODY) known.set(userId, access);
      loading.delete(userId);
    }
    return access;
  }

  return {
    of(userId) {
      const found = known.get(userId) ?? loading.get(userId);
      if (found) {
        figures.hits++;
        return found;
      }
      figures.misses++;
      const promise = load(userId);
      loading.set(userId, promise);
      promise.catch(() => loading.delete(userId));
      return promise;
    },
    size: () => known.size,
  };
}

async function readAccess({ models }: Database, userId: string, sets: Map<string, ReadonlySet<string>>): Promise<Access> {
  const user = await models.users.findByPk(userId, { attributes: ['status'] });
  if (!user) return NOBODY;
  const roles = (await models.userRoles.findAll({ where: { userId } })).map(({ roleKey }) => roleKey).sort();
  const shared = roles.join(' ');
  const permissions = sets.get(shared) ?? (await permissionsOf(models, roles));
  sets.set(shared, permissions);
  return { active: user.status === 'active', roles, permissions, can: (permission) => permissions.has(permission) };
}

/** Permissions of some roles and of all roles below them: a parent inherits from its children (USR-13). */
export async function permissionsOf(models: Database['models'], roles: readonly string[]): Promise<ReadonlySet<string>> {
  const all = await models.roles.findAll({ attributes: ['key', 'parentKey'] });
  const reached = new Set(roles);
  for (let before = -1; before !== reached.size;) {
    before = reached.size;
    for (const { key, parentKey } of all) if (parentKey && reached.has(parentKey)) reached.add(key);
  }
  const granted = await models.rolePermissions.findAll({ where: { roleKey: [...reached] } });
  return new Set(granted.map(({ permission }) => permission));
}

/** Active users who hold a permission by any of their roles. @returns their ids, in order */
export async function holdersOf({ models }: Pick<Database, 'models'>, permission: Permission): Promise<string[]> {
  const roles = await models.roles.findAll({ attributes: ['key'] });
  const holding: string[] = [];
  for (const { key } of roles) if ((await permissionsOf(models, [key])).has(permission)) holding.push(key);
  const held = await models.userRoles.findAll({ where: { roleKey: holding }, attributes: ['userId'] });
  const where = { id: held.map(({ userId }) => userId), status: 'active' as const };
  return (await models.users.findAll({ where, attributes: ['id'], order: ['id'] })).map(({ id }) => id);
}
