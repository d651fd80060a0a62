/** What administrators do with people. Who acts on somebody must hold everything that they hold: nobody rises by it. */
import { withViolations } from '#src/database/constraints.ts';
import { ApiError } from '#src/errors.ts';
import type { EndReason } from '#src/auth/model.ts';
import { hashPassword } from '#src/auth/passwords.ts';
import type { Foundation } from '#src/foundation.ts';
import { permissionsOf } from '#src/permissions/access.ts';
import type { Permission } from '#src/permissions/catalogue.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { type Accounts, type NewAccount, userViolations } from './accounts.ts';
import type { UserRow } from './model.ts';
import type { UserDetail, Views } from './views.ts';
import type { Avatars, HealthTags } from './ports.ts';
import type { z } from 'zod';
import type * as schemas from './schemas.ts';

type Changes = z.infer<typeof schemas.userChanges>;
type ProfileChanges = z.infer<typeof schemas.profileChanges>;

/** Methods throw `ApiError` `not_found`, and `forbidden` for somebody who may more than the caller. */
export interface Administration {
  detail(caller: Caller, id: string): Promise<UserDetail>;
  /** @throws {ApiError} like `Accounts.create` */
  add(caller: Caller, account: NewAccount): Promise<UserDetail>;
  /**
   * The owner changes name, mail and language; the rest is for `users:manage`, roles for `roles:manage`.
   * @throws {ApiError} `account_taken`, `phone_taken`, `staff_no_taken`, `unknown_role`, `last_administrator`
   */
  change(caller: Caller, id: string, changes: Changes): Promise<UserDetail>;
  /** The caller's own profile. @throws {ApiError} `unknown_file` */
  changeProfile(caller: Caller, changes: ProfileChanges): Promise<UserRow>;
  /** Ends every session of somebody who may no longer sign in. @throws {ApiError} `last_administrator` */
  setStatus(caller: Caller, id: string, status: UserRow['status']): Promise<UserDetail>;
  /** Keeps somebody out until a time, or for good, and ends their sessions. */
  lock(caller: Caller, id: string, until: Date | null): Promise<UserDetail>;
  unlock(caller: Caller, id: string): Promise<UserDetail>;
  setPassword(caller: Caller, id: string, password: string): Promise<void>;
  /** @throws {ApiError} `unknown_role`, `last_administrator` */
  setRoles(caller: Caller, id: string, roles: readonly string[]): Promise<string[]>;
  /** Gives or takes one role. @throws {ApiError} `unknown_role`, `last_administrator` */
  changeRole(caller: Caller, id: string, role: string, given: boolean): Promise<string[]>;
  rolesOf(id: string): Promise<string[]>;
  /** @throws {ApiError} `in_use` for somebody whom records refer to: disable them instead; `last_administrator` */
  remove(caller: Caller, id: string): Promise<void>;
  /** Each by itself. @returns what became of each; never throws for one of them */
  removeMany(caller: Caller, ids: readonly string[]): Promise<z.infer<typeof schemas.removed>['results']>;
  endSessions(caller: Caller, id: string): Promise<number>;
}

export interface AdministrationParts extends Pick<Foundation, 'database' | 'access' | 'signals' | 'auth'> {
  accounts: Accounts;
  views: Views;
  avatars: Avatars;
  healthTags: HealthTags;
  /** Forgets wrong passwords of somebody. */
  forgive(userId: string): Promise<void>;
}

/** Locked for good. */
const NEVER = new Date('9999-12-31T23:59:59.000Z');
const ADMINISTRATOR = 'administrator';

/** Names come from the database: one that the program no longer knows is held by nobody. */
const holdsAll = (caller: Caller, names: ReadonlySet<string>): boolean => [...names].every((name) => caller.can(name as Permission));

export function createAdministration(parts: AdministrationParts): Administration {
  const { database, access, signals, auth, accounts, views, avatars, healthTags: tags, forgive } = parts;
  const { models, transaction } = database;
  const { users, userRoles } = models;

  /** Changes somebody's row under its lock, in one transaction with what follows. */
  async function act<T>(caller: Caller, id: string, work: (user: UserRow) => Promise<T>): Promise<T> {
    const { permissions } = await access.of(id);
    return transaction(async () => {
      const user = await users.findByPk(id, { lock: true });
      if (!user) throw new ApiError('not_found');
      if (id !== caller.userId && !holdsAll(caller, permissions)) throw new ApiError('forbidden');
      return work(user);
    });
  }

  /** Runs a change after which an administrator must be left. Those of several administrators wait for each other. */
  async function keepAdministrator(userId: string, change: () => Promise<unknown>): Promise<void> {
    await models.roles.findByPk(ADMINISTRATOR, { lock: true });
    const isOne = await userRoles.findOne({ where: { userId, roleKey: ADMINISTRATOR } });
    await change();
    if (!isOne) return;
    const holders = await userRoles.findAll({ where: { roleKey: ADMINISTRATOR } });
    const left = await users.count({ where: { id: holders.map(({ userId: holder }) => holder), status: 'active' } });
    if (left === 0) throw new ApiError('last_administrator');
  }

  async function endAll(id: string, reason: EndReason): Promise<void> {
    await auth.sessions.endAll(id, reason);
    await signals.send('user', id);
  }

  async function writeStatus(user: UserRow, status: UserRow['status']): Promise<void> {
    if (user.status === status) return;
    await keepAdministrator(user.id, () => user.update({ status }));
    if (status === 'active') await signals.send('user', user.id);
    else await endAll(user.id, 'disabled');
  }

  async function writeRoles(caller: Caller, userId: string, roles: readonly string[]): Promise<void> {
    const granted = await permissionsOf(models, roles);
    if (!holdsAll(caller, granted)) throw new ApiError('forbidden');
    await keepAdministrator(userId, async () => {
      await userRoles.destroy({ where: { userId } });
      await withViolations({ reference: 'unknown_role' }, () =>
        userRoles.bulkCreate([...new Set(roles)].map((roleKey) => ({ userId, roleKey }))),
      );
    });
    await signals.send('user', userId);
  }

  const rolesOf = async (id: string): Promise<string[]> => (await views.rolesOf([id])).get(id) ?? [];

  async function detail(caller: Caller, id: string): Promise<UserDetail> {
    const user = await users.findByPk(id);
    if (!user) throw new ApiError('not_found');
    return views.detail(caller, user);
  }

  async function remove(caller: Caller, id: string): Promise<void> {
    if (id === caller.userId) throw new ApiError('forbidden');
    await withViolations({ reference: 'in_use' }, () =>
      act(caller, id, async (user) => {
        await endAll(id, 'deleted');
        await keepAdministrator(id, () => user.destroy());
      }),
    );
  }

  const own = ({ name, locale, email }: ProfileChanges, id: string) => ({
    ...(name !== undefined && { name }),
    ...(locale !== undefined && { locale }),
    ...(email !== undefined && accounts.sealedEmail(id, email)),
  });

  return {
    detail: async (caller, id) => {
      if (id !== caller.userId && !caller.can('users:read-all')) throw new ApiError('not_found');
      return detail(caller, id);
    },

    async add(caller, account) {
      const granted = await permissionsOf(models, account.roles);
      if (!holdsAll(caller, granted)) throw new ApiError('forbidden');
      const { id } = await accounts.create(account);
      return detail(caller, id);
    },

    async change(caller, id, changes) {
      const { status, roles, account, staffNo, phone, membershipLevel, ...profile } = changes;
      const privileged = [status, roles, account, staffNo, phone, membershipLevel].some((value) => value !== undefined);
      if (id !== caller.userId && !caller.can('users:manage')) throw new ApiError(caller.can('users:read-all') ? 'forbidden' : 'not_found');
      if (privileged && !caller.can('users:manage')) throw new ApiError('forbidden');
      if (roles !== undefined && !caller.can('roles:manage')) throw new ApiError('forbidden');
      await withViolations(userViolations, () =>
        act(caller, id, async (user) => {
          await accounts.distinct({ account, staffNo });
          await user.update({
            ...own(profile, id),
            ...(account !== undefined && { account }),
            ...(staffNo !== undefined && { staffNo }),
            ...(membershipLevel !== undefined && { membershipLevel }),
            ...(phone !== undefined && accounts.sealedPhone(id, phone)),
          });
          if (status !== undefined) await writeStatus(user, status);
          if (roles !== undefined) await writeRoles(caller, id, roles);
        }),
      );
      return detail(caller, id);
    },

    async changeProfile(caller, { healthTags, avatarFileId, ...changes }) {
      const { userId } = caller;
      return transaction(async () => {
        const user = await users.findByPk(userId, { lock: true });
        if (!user) throw new ApiError('not_found');
        if (avatarFileId) await avatars.use(userId, avatarFileId);
        if (healthTags) await tags.put(caller, healthTags);
        return user.update({ ...own(changes, userId), ...(avatarFileId !== undefined && { avatarFileId }) });
      });
    },

    async setStatus(caller, id, status) {
      if (id === caller.userId && status !== 'active') throw new ApiError('forbidden');
      await act(caller, id, (user) => writeStatus(user, status));
      return detail(caller, id);
    },

    async lock(caller, id, until) {
      if (id === caller.userId) throw new ApiError('forbidden');
      await act(caller, id, async (user) => {
        await user.update({ lockedUntil: until ?? NEVER, lockReason: 'administrator' });
        await endAll(id, 'locked');
      });
      return detail(caller, id);
    },

    async unlock(caller, id) {
      await act(caller, id, (user) => user.update({ lockedUntil: null, lockReason: null }));
      await forgive(id);
      return detail(caller, id);
    },

    async setPassword(caller, id, password) {
      const passwordHash = await hashPassword(password);
      await act(caller, id, async (user) => {
        await user.update({ passwordHash, passwordChangedAt: new Date() });
        await endAll(id, 'password');
      });
      await forgive(id);
    },

    rolesOf,

    async setRoles(caller, id, roles) {
      await act(caller, id, () => writeRoles(caller, id, roles));
      return rolesOf(id);
    },

    async changeRole(caller, id, role, given) {
      await act(caller, id, async () => {
        const others = (await rolesOf(id)).filter((key) => key !== role);
        await writeRoles(caller, id, given ? [...others, role] : others);
      });
      return rolesOf(id);
    },

    remove,

    async removeMany(caller, ids) {
      const results = [];
      for (const id of new Set(ids)) {
        const error = await remove(caller, id).then(
          () => null,
          (fault: unknown) => {
            if (fault instanceof ApiError) return fault.code;
            throw fault;
          },
        );
        results.push({ id, deleted: error === null, error });
      }
      return results;
    },

    endSessions: (caller, id) => act(caller, id, () => auth.sessions.endAll(id, 'removed')),
  };
}
