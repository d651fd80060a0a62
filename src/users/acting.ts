/** How administrators act on people. Who acts on somebody must hold everything that they hold: nobody rises by it. */
import type { EndReason } from '#src/auth/model.ts';
import { withViolations } from '#src/database/constraints.ts';
import { ApiError } from '#src/errors.ts';
import type { Foundation } from '#src/foundation.ts';
import { permissionsOf } from '#src/permissions/access.ts';
import type { Permission } from '#src/permissions/catalogue.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { UserRow } from './model.ts';

export interface Acting {
  /** Runs a change under the lock of somebody's row, in one transaction. @throws {ApiError} `not_found`, `forbidden` */
  on<T>(caller: Caller, id: string, work: (user: UserRow) => Promise<T>): Promise<T>;
  /** Runs a change after which an administrator must be left. @throws {ApiError} `last_administrator` */
  keepAdministrator(userId: string, change: () => Promise<unknown>): Promise<void>;
  /** Ends every session of somebody, here and on their sockets. */
  endAll(id: string, reason: EndReason): Promise<void>;
  setStatus(user: UserRow, status: UserRow['status']): Promise<void>;
  /** @throws {ApiError} `forbidden` for roles that may more than the caller; `unknown_role`, `last_administrator` */
  setRoles(caller: Caller, userId: string, roles: readonly string[]): Promise<void>;
  /** @throws {ApiError} `forbidden` */
  mayGrant(caller: Caller, roles: readonly string[]): Promise<void>;
}

const ADMINISTRATOR = 'administrator';

/** Names come from the database: one that the program no longer knows is held by nobody. */
const holdsAll = (caller: Caller, names: ReadonlySet<string>): boolean => [...names].every((name) => caller.can(name as Permission));

export function createActing({ database, access, signals, auth }: Pick<Foundation, 'database' | 'access' | 'signals' | 'auth'>): Acting {
  const { models, transaction } = database;
  const { users, userRoles } = models;

  const on: Acting['on'] = async (caller, id, work) => {
    const { permissions } = await access.of(id);
    return transaction(async () => {
      const user = await users.findByPk(id, { lock: true });
      if (!user) throw new ApiError('not_found');
      if (id !== caller.userId && !holdsAll(caller, permissions)) throw new ApiError('forbidden');
      return work(user);
    });
  };

  const keepAdministrator: Acting['keepAdministrator'] = async (userId, change) => {
    // Two changes of administrators wait for each other here.
    await models.roles.findByPk(ADMINISTRATOR, { lock: true });
    const isOne = await userRoles.findOne({ where: { userId, roleKey: ADMINISTRATOR } });
    await change();
    if (!isOne) return;
    const holders = await userRoles.findAll({ where: { roleKey: ADMINISTRATOR } });
    const left = await users.count({ where: { id: holders.map(({ userId: holder }) => holder), status: 'active' } });
    if (left === 0) throw new ApiError('last_administrator');
  };

  const endAll: Acting['endAll'] = async (id, reason) => {
    await auth.sessions.endAll(id, reason);
    await signals.send('user', id);
  };

  const mayGrant: Acting['mayGrant'] = async (caller, roles) => {
    if (!holdsAll(caller, await permissionsOf(models, roles))) throw new ApiError('forbidden');
  };

  return {
    on,
    keepAdministrator,
    endAll,
    mayGrant,
    async setStatus(user, status) {
      if (user.status === status) return;
      await keepAdministrator(user.id, () => user.update({ status }));
      if (status === 'active') await signals.send('user', user.id);
      else await endAll(user.id, 'disabled');
    },
    async setRoles(caller, userId, roles) {
      await mayGrant(caller, roles);
      await keepAdministrator(userId, async () => {
        await userRoles.destroy({ where: { userId } });
        const rows = [...new Set(roles)].map((roleKey) => ({ userId, roleKey }));
        await withViolations({ reference: 'unknown_role' }, () => userRoles.bulkCreate(rows));
      });
      await signals.send('user', userId);
    },
  };
}
