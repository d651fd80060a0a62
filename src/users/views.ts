/** People as callers see them. Phone and mail are masked but for those who may see them. */
import type { z } from 'zod';
import { localPhone } from '#src/auth/phones.ts';
import { maskEmail, maskPhone } from '#src/crypto/masks.ts';
import type { Models } from '#src/database/models.ts';
import type { Foundation } from '#src/foundation.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { Accounts } from './accounts.ts';
import type { Figures } from './figures.ts';
import type { UserRow } from './model.ts';
import type { Avatars, HealthTags } from './ports.ts';
import type * as schemas from './schemas.ts';

export type ListedUser = z.infer<typeof schemas.listedUser>;
export type UserDetail = z.infer<typeof schemas.userDetail>;
export type Profile = z.infer<typeof schemas.profile>;

export interface Views {
  /** In the order of the rows. */
  listed(caller: Caller, rows: readonly UserRow[]): Promise<ListedUser[]>;
  detail(caller: Caller, row: UserRow): Promise<UserDetail>;
  /** To its owner. */
  profile(row: UserRow): Promise<Profile>;
  rolesOf(ids: readonly string[]): Promise<Map<string, string[]>>;
}

interface ViewParts extends Pick<Foundation, 'database' | 'access' | 'auth'> {
  accounts: Accounts;
  avatars: Avatars;
  healthTags: HealthTags;
  figures: Figures;
}

const grouped = <T, V>(rows: readonly T[], key: (row: T) => string, value: (row: T) => V): Map<string, V[]> =>
  new Map([...Map.groupBy(rows, key)].map(([id, group]) => [id, group.map(value)]));

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

export function createViews({ database: { models }, access, auth, accounts, avatars, healthTags, figures }: ViewParts): Views {
  const { rolesOf, tagsOf } = createRelated(models);

  function contactFor(caller: Caller, row: UserRow) {
    const full = row.id === caller.userId || caller.can('users:unmask');
    const [phone, email] = [accounts.phoneOf(row), accounts.emailOf(row)];
    const shown = phone && localPhone(phone);
    return { phone: shown && (full ? shown : maskPhone(shown)), email: email && (full ? email : maskEmail(email)) };
  }

  async function listed(caller: Caller, rows: readonly UserRow[]): Promise<ListedUser[]> {
    const ids = rows.map(({ id }) => id);
    const [roles, tags, pictures] = await Promise.all([
      rolesOf(ids),
      tagsOf(ids),
      avatars.urls(rows.flatMap(({ avatarFileId }) => avatarFileId ?? [])),
    ]);
    return rows.map((row) => ({
      ...plainOf(row),
      ...contactFor(caller, row),
      roles: roles.get(row.id) ?? [],
      tags: tags.get(row.id) ?? [],
      avatar: pictures.get(row.avatarFileId ?? '') ?? null,
    }));
  }

  return {
    listed,
    rolesOf,

    async detail(caller, row) {
      const { id } = row;
      const [view] = await listed(caller, [row]);
      if (!view) throw new TypeError('no view of a row');
      const [tags, sessions, following, followers, totals] = await Promise.all([
        healthTags.of(id),
        auth.sessions.list(id),
        models.follows.count({ where: { followerId: id } }),
        models.follows.count({ where: { followedId: id } }),
        figures.totals(id),
      ]);
      const times = { passwordChangedAt: iso(row.passwordChangedAt), updatedAt: row.updatedAt.toISOString() };
      return { ...view, locale: row.locale, healthTags: tags, ...times, sessions: sessions.length, following, followers, figures: totals };
    },

    profile: (row) => profileOf(row, { access, accounts, avatars, healthTags }),
  };
}

type ProfileParts = Pick<ViewParts, 'access' | 'accounts' | 'avatars' | 'healthTags'>;

async function profileOf(row: UserRow, { access, accounts, avatars, healthTags }: ProfileParts): Promise<Profile> {
  const { id, name, account, locale, membershipLevel, avatarFileId, createdAt } = row;
  const { roles, permissions } = await access.of(id);
  const phone = accounts.phoneOf(row);
  return {
    id,
    name,
    account,
    locale,
    membershipLevel,
    roles: [...roles],
    permissions: [...permissions].sort(),
    phone: phone && localPhone(phone),
    email: accounts.emailOf(row),
    avatar: avatarFileId ? ((await avatars.urls([avatarFileId])).get(avatarFileId) ?? null) : null,
    healthTags: await healthTags.of(id),
    hasPassword: row.passwordHash !== null,
    createdAt: createdAt.toISOString(),
  };
}

/** What is shown of a row as it is. */
function plainOf({ id, name, account, staffNo, status, membershipLevel, lockedUntil, lockReason, lastLoginAt, createdAt }: UserRow) {
  const locked = lockedUntil !== null && lockedUntil > new Date();
  const lock = { lockedUntil: locked ? iso(lockedUntil) : null, lockReason: locked ? lockReason : null };
  return {
    id,
    name,
    account,
    staffNo,
    status,
    membershipLevel,
    ...lock,
    lastLoginAt: iso(lastLoginAt),
    createdAt: createdAt.toISOString(),
  };
}

/** Roles and tags of many people at once. */
function createRelated(models: Models) {
  async function rolesOf(ids: readonly string[]): Promise<Map<string, string[]>> {
    const rows = await models.userRoles.findAll({ where: { userId: [...ids] }, order: ['roleKey'] });
    return grouped(
      rows,
      ({ userId }) => userId,
      ({ roleKey }) => roleKey,
    );
  }

  async function tagsOf(ids: readonly string[]) {
    const links = await models.userTagLinks.findAll({ where: { userId: [...ids] } });
    const tags = await models.userTags.findAll({ where: { id: [...new Set(links.map(({ tagId }) => tagId))] }, order: ['name'] });
    const owners = grouped(
      links,
      ({ tagId }) => tagId,
      ({ userId }) => userId,
    );
    const pairs = tags.flatMap(({ id, name, color }) => (owners.get(id) ?? []).map((userId) => ({ userId, tag: { id, name, color } })));
    return grouped(
      pairs,
      ({ userId }) => userId,
      ({ tag }) => tag,
    );
  }
  return { rolesOf, tagsOf };
}
