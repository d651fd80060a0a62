import { z } from 'zod';
import { id, listOf, paging, sortBy, text, time } from '#src/plugins/fields.ts';
import { permissionNames, type Permission } from '#src/permissions/catalogue.ts';

export const params = z.object({ id });
/** As stored: older keys may name permissions that are gone. */
export const scopes = z.array(z.string());

/** Nobody makes more keys with a key. */
const grantable = permissionNames.filter((name) => name !== 'api-keys:manage') as [Permission, ...Permission[]];

export const newApiKey = z
  .strictObject({
    name: text(100),
    userId: id.optional().describe('whom the program acts for; default: the caller'),
    scopes: z
      .array(z.enum(grantable))
      .min(1)
      .max(grantable.length)
      .transform((names) => [...new Set(names)])
      .describe('permissions; it may do only what this person may as well'),
    expiresAt: time.nullable().default(null).describe('null: never'),
  })
  .meta({ examples: [{ name: 'Booking terminal in the lobby', scopes: ['appointments:manage'], expiresAt: '2027-12-01T00:00:00.000Z' }] });

export const apiKeyView = z.object({
  id: z.string(),
  name: z.string(),
  user: z.object({ id: z.string(), name: z.string() }),
  prefix: z.string().describe('first letters of the key'),
  scopes,
  state: z.enum(['active', 'expired', 'revoked']),
  expiresAt: z.string().nullable(),
  lastUsedAt: z.string().nullable().describe('to the minute'),
  lastIp: z.string().nullable(),
  revokedAt: z.string().nullable(),
  createdAt: z.string(),
});
export const createdApiKey = apiKeyView.extend({ key: z.string().describe('shown this once; send it as `X-API-Key`') });
export const apiKeyQuery = paging.extend({ userId: id.optional(), sort: sortBy(['createdAt', 'name'], '-createdAt') });
export const apiKeyList = listOf(apiKeyView);
