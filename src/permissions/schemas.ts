import { z } from 'zod';
import { listOf, paging, sortBy, text } from '#src/plugins/fields.ts';
import { briefView } from '#src/users/schemas.ts';
import { type Permission, permissionNames } from './catalogue.ts';

const key = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{1,39}$/, 'is no key of a role')
  .describe('stable name in code and tokens');
const permission = z.enum(permissionNames as [Permission, ...Permission[]]);
const granted = z.array(permission).max(permissionNames.length);

export const roleParams = z.object({ key: z.string().min(1).max(40) });
export const holderParams = roleParams.extend({ userId: z.uuid() });

export const roleView = z.object({
  key: z.string(),
  nameZh: z.string(),
  nameEn: z.string(),
  builtin: z.boolean(),
  parentKey: z.string().nullable().describe('role that inherits everything this one may do'),
  permissions: z.array(z.string()).describe('its own'),
  inherited: z.array(z.string()).describe('those of the roles below it'),
  users: z.int().describe('how many hold it'),
});
export const roleList = z.object({ items: z.array(roleView) });
export const newRole = z
  .strictObject({
    key,
    nameZh: text(60),
    nameEn: text(60),
    parentKey: z.string().max(40).nullable().default(null),
    permissions: granted.default([]),
  })
  .meta({ examples: [{ key: 'nurse', nameZh: '护士', nameEn: 'Nurse', permissions: ['appointments:manage'] }] });
export const roleChanges = z
  .strictObject({
    nameZh: text(60).optional(),
    nameEn: text(60).optional(),
    parentKey: z.string().max(40).nullable().optional(),
    permissions: granted.optional(),
  })
  .meta({ examples: [{ permissions: ['appointments:manage', 'queues:own'] }] });

export const permissionList = z.object({ items: z.array(z.object({ name: z.string(), description: z.string() })) });
export const holderQuery = paging.extend({ sort: sortBy(['name', 'createdAt'], 'name') });
export const holderList = listOf(briefView);
