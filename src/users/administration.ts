/** What administrators do with people, and what people change of themselves. */
import type { z } from 'zod';
import { hashPassword } from '#src/auth/passwords.ts';
import { withViolations } from '#src/database/constraints.ts';
import { ApiError } from '#src/errors.ts';
import type { Foundation } from '#src/foundation.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { type Accounts, type NewAccount, userViolations } from './accounts.ts';
import { type Acting, createActing } from './acting.ts';
import type { UserRow } from './model.ts';
import type { Avatars, HealthTags } from './ports.ts';
import type * as schemas from './schemas.ts';
import type { UserDetail, Views } from './views.ts';

type Changes = z.infer<typeof schemas.userChanges>;
type ProfileChanges = z.infer<typeof schemas.profileChanges>;

/** Methods throw `ApiError` `not_found`, and `forbidden` for somebody who may more than the caller. */
export interface Administration extends Changing, Keeping, Roles {}

interface Changing {
  /** Oneself, or anybody with `users:read-all`. */
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
}

interface Keeping {
  /** Ends every session of somebody who may no longer sign in. @throws {ApiError} `last_administrator` */
  setStatus(caller: Caller, id: string, status: UserRow['status']): Promise<void>;
  /** Keeps somebody out until a time, or for good, and ends their sessions. */
  lock(caller: Caller, id: string, until: Date | null): Promise<void>;
  unlock(caller: Caller, id: string): Promise<void>;
  setPassword(caller: Caller, id: string, password: string): Promise<void>;
  /** @throws {ApiError} `in_use` for somebody whom records refer to: disable them instead; `last_administrator` */
  remove(caller: Caller, id: string): Promise<void>;
  /** Each by itself. @returns what became of each; never throws for one of them */
  removeMany(caller: Caller, ids: readonly string[]): Promise<z.infer<typeof schemas.removed>['results']>;
  endSessions(caller: Caller, id: string): Promise<number>;
}

interface Roles {
  /** @throws {ApiError} `unknown_role`, `last_administrator` */
  setRoles(caller: Caller, id: string, roles: readonly string[]): Promise<string[]>;
  /** Gives or takes one role. @throws {ApiError} `unknown_role`, `last_administrator` */
  changeRole(caller: Caller, id: string, role: string, given: boolean): Promise<string[]>;
  rolesOf(id: string): Promise<string[]>;
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

export function createAdministration(parts: AdministrationParts): Administration {
  const acting = createActing(parts);
  return { ...createChanging(parts, acting), ...createKeeping(parts, acting), ...createRoles(parts.views, acting) };
}

function createChanging({ database, accounts, views, avatars, healthTags: tags }: AdministrationParts, acting: Acting): Changing {
  const { models, transaction } = database;

  async function show(caller: Caller, id: string): Promise<UserDetail> {
    const user = await models.users.findByPk(id);
    if (!user) throw new ApiError('not_found');
    return views.detail(caller, user);
  }
  const own = ({ name, locale, email }: ProfileChanges, id: string) => ({
    ...(name !== undefined && { name }),
    ...(locale !== undefined && { locale }),
    ...(email !== undefined && accounts.sealedEmail(id, email)),
  });
  const privileged = ({ account, staffNo, membershipLevel, phone }: Changes, id: string) => ({
    ...(account !== undefined && { account }),
    ...(staffNo !== undefined && { staffNo }),
    ...(membershipLevel !== undefined && { membershipLevel }),
    ...(phone !== undefined && accounts.sealedPhone(id, phone)),
  });

  return {
    async detail(caller, id) {
      if (id !== caller.userId && !caller.can('users:read-all')) throw new ApiError('not_found');
      return show(caller, id);
    },

    async add(caller, account) {
      await acting.mayGrant(caller, account.roles);
      const { id } = await accounts.create(account);
      return show(caller, id);
    },

    async change(caller, id, changes) {
      refuseChanges(caller, id, changes);
      const { status, roles } = changes;
      await withViolations(userViolations, () =>
        acting.on(caller, id, async (user) => {
          await accounts.distinct(changes);
          await user.update({ ...own(changes, id), ...privileged(changes, id) });
          if (status !== undefined) await acting.setStatus(user, status);
          if (roles !== undefined) await acting.setRoles(caller, id, roles);
        }),
      );
      return show(caller, id);
    },

    async changeProfile(caller, { healthTags, avatarFileId, ...changes }) {
      const { userId } = caller;
      return transaction(async () => {
        const user = await models.users.findByPk(userId, { lock: true });
        if (!user) throw new ApiError('not_found');
        if (avatarFileId !== undefined) await avatars.use(userId, avatarFileId);
        if (healthTags) await tags.put(caller, healthTags);
        return user.update({ ...own(changes, userId), ...(avatarFileId !== undefined && { avatarFileId }) });
      });
    },
  };
}

/** @throws {ApiError} `not_found`, `forbidden` */
function refuseChanges(caller: Caller, id: string, { status, roles, account, staffNo, phone, membershipLevel }: Changes): void {
  const manages = caller.can('users:manage');
  if (!manages && id !== caller.userId) throw new ApiError(caller.can('users:read-all') ? 'forbidden' : 'not_found');
  const more = [status, roles, account, staffNo, phone, membershipLevel].some((value) => value !== undefined);
  if ((more && !manages) || (roles !== undefined && !caller.can('roles:manage'))) throw new ApiError('forbidden');
  // Nobody shuts themselves out by mistake.
  if (id === caller.userId && status !== undefined && status !== 'active') throw new ApiError('forbidden');
}

function createKeeping({ auth, forgive }: AdministrationParts, acting: Acting): Keeping {
  const others = (caller: Caller, id: string): void => {
    if (id === caller.userId) throw new ApiError('forbidden');
  };

  async function remove(caller: Caller, id: string): Promise<void> {
    others(caller, id);
    await withViolations({ reference: 'in_use' }, () =>
      acting.on(caller, id, async (user) => {
        await acting.endAll(id, 'deleted');
        await acting.keepAdministrator(id, () => user.destroy());
      }),
    );
  }

  return {
    remove,
    async removeMany(caller, ids) {
      const results = [];
      for (const id of new Set(ids)) {
        const error = await remove(caller, id).then(() => null, codeOf);
        results.push({ id, deleted: error === null, error });
      }
      return results;
    },

    async setStatus(caller, id, status) {
      if (status !== 'active') others(caller, id);
      await acting.on(caller, id, (user) => acting.setStatus(user, status));
    },
    async lock(caller, id, until) {
      others(caller, id);
      await acting.on(caller, id, async (user) => {
        await user.update({ lockedUntil: until ?? NEVER, lockReason: 'administrator' });
        await acting.endAll(id, 'locked');
      });
    },
    async unlock(caller, id) {
      await acting.on(caller, id, (user) => user.update({ lockedUntil: null, lockReason: null }));
      await forgive(id);
    },
    async setPassword(caller, id, password) {
      const passwordHash = await hashPassword(password);
      await acting.on(caller, id, async (user) => {
        await user.update({ passwordHash, passwordChangedAt: new Date() });
        await acting.endAll(id, 'password');
      });
      await forgive(id);
    },
    endSessions: (caller, id) => acting.on(caller, id, () => auth.sessions.endAll(id, 'removed')),
  };
}

/** @throws whatever is no refusal */
function codeOf(fault: unknown): string {
  if (fault instanceof ApiError) return fault.code;
  throw fault;
}

function createRoles(views: Views, acting: Acting): Roles {
  const rolesOf = async (id: string): Promise<string[]> => (await views.rolesOf([id])).get(id) ?? [];
  return {
    rolesOf,
    async setRoles(caller, id, roles) {
      await acting.on(caller, id, () => acting.setRoles(caller, id, roles));
      return rolesOf(id);
    },
    async changeRole(caller, id, role, given) {
      await acting.on(caller, id, async () => {
        const others = (await rolesOf(id)).filter((key) => key !== role);
        await acting.setRoles(caller, id, given ? [...others, role] : others);
      });
      return rolesOf(id);
    },
  };
}
