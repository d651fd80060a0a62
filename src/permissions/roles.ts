/** Brings the built-in roles and their permissions into the database, at every start. */
import type { Database } from '#src/database/database.ts';
import { type BuiltinRole, builtinRoles, type Permission, permissionNames, permissions } from './catalogue.ts';

const roleKeys = Object.keys(builtinRoles) as BuiltinRole[];

/**
 * Adds missing built-in roles, and grants permissions that no earlier start has seen to the roles that the catalogue names.
 * What administrators changed stays changed. Several processes may run it together.
 */
export async function syncBuiltinRoles({ models, transaction }: Database): Promise<void> {
  await transaction(async () => {
    const ignore = { ignoreDuplicates: true };
    await models.roles.bulkCreate(
      roleKeys.map((key) => ({ key, nameZh: builtinRoles[key].zh, nameEn: builtinRoles[key].en, builtin: true })),
      ignore,
    );
    const known = new Set((await models.knownPermissions.findAll()).map(({ name }) => name));
    const added = permissionNames.filter((name) => !known.has(name));
    if (added.length === 0) return;
    await models.knownPermissions.bulkCreate(
      added.map((name) => ({ name })),
      ignore,
    );
    const grants = roleKeys.flatMap((roleKey) =>
      added.filter((name) => holds(roleKey, name)).map((permission) => ({ roleKey, permission })),
    );
    await models.rolePermissions.bulkCreate(grants, ignore);
  });
}

/** Whether the catalogue gives a permission to a built-in role. */
export const holds = (role: BuiltinRole, permission: Permission): boolean =>
  role === 'administrator' || (permissions[permission].roles as readonly BuiltinRole[]).includes(role);
