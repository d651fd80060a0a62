/** Keys for programs of third parties (API-06). Such a program acts for one person and may do what both that person and the key may. */
import { randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Audit } from '#src/audit/service.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { ApiKeyRow } from './model.ts';
import { CACHE, createOpening, hashOf, MARK, type OpenedKey, type OpeningParts } from './opening.ts';
import type * as schemas from './schemas.ts';

type View = z.infer<typeof schemas.apiKeyView>;

export interface ApiKeys {
  /** The key itself is in this answer and nowhere else. @throws {ApiError} `unknown_user`, `invalid_request` for an end in the past */
  create(caller: Caller, input: z.infer<typeof schemas.newApiKey>): Promise<z.infer<typeof schemas.createdApiKey>>;
  list(query: z.infer<typeof schemas.apiKeyQuery>): Promise<z.infer<typeof schemas.apiKeyList>>;
  /** Acts on the next request. @throws {ApiError} `not_found` */
  revoke(caller: Caller, id: string): Promise<View>;
  /** Whom a key stands for, and what may be done with it. @throws {RoomError} `unauthenticated` */
  open(key: string, ip: string): Promise<OpenedKey>;
}

export interface ApiKeysParts extends OpeningParts {
  database: Database;
  audit: Pick<Audit, 'security'>;
}

const PREFIX_LENGTH = 12;

export function createApiKeys(parts: ApiKeysParts): ApiKeys {
  const { database, signals, access, audit } = parts;
  const { models, transaction } = database;
  const open = createOpening(parts);
  const name = async (userId: string) => (await models.users.findByPk(userId, { attributes: ['name'] }))?.name ?? '';

  return {
    create: (caller, { userId = caller.userId, expiresAt, ...input }) =>
      transaction(async () => {
        if (expiresAt !== null && Date.parse(expiresAt) <= Date.now())
          throw new ApiError('invalid_request', { details: [{ field: 'body.expiresAt', message: 'is over' }] });
        if (!(await access.of(userId)).active) throw new ApiError('unknown_user');
        const key = `${MARK}${randomBytes(32).toString('base64url')}`;
        const stored = { keyHash: hashOf(key), prefix: key.slice(0, PREFIX_LENGTH), createdBy: caller.userId };
        const row = await models.apiKeys.create({
          id: uuid(),
          userId,
          ...input,
          ...stored,
          expiresAt: expiresAt ? new Date(expiresAt) : null,
        });
        await signals.send('cache', CACHE);
        await tell('api_key_created', caller, row);
        return { ...viewOf(row, await name(userId)), key };
      }),

    async list(query) {
      const { page, pageSize, userId, sort } = query;
      const where = userId === undefined ? {} : { userId };
      const { rows, count } = await models.apiKeys.findAndCountAll({ where, order: orderOf(sort), ...slice(query) });
      const people = await models.users.findAll({ where: { id: rows.map((row) => row.userId) }, attributes: ['id', 'name'] });
      const names = new Map(people.map((person) => [person.id, person.name]));
      return { items: rows.map((row) => viewOf(row, names.get(row.userId) ?? '')), pagination: { page, pageSize, total: count } };
    },

    revoke: (caller, id) =>
      transaction(async () => {
        const row = await models.apiKeys.findByPk(id, { lock: true });
        if (!row) throw new ApiError('not_found');
        if (!row.revokedAt) {
          await row.update({ revokedAt: new Date() });
          await signals.send('cache', CACHE);
          await tell('api_key_revoked', caller, row);
        }
        return viewOf(row, await name(row.userId));
      }),

    open,
  };

  function tell(kind: string, { userId, ip, requestId }: Caller, { id, scopes }: ApiKeyRow): Promise<void> {
    return audit.security(kind, { userId, ip, requestId, details: { apiKeyId: id, scopes } });
  }
}

function viewOf(row: ApiKeyRow, userName: string): View {
  const { id, name, userId, prefix, scopes, expiresAt, lastUsedAt, lastIp, revokedAt, createdAt } = row;
  const expired = expiresAt !== null && expiresAt.getTime() <= Date.now();
  return {
    ...{ id, name, user: { id: userId, name: userName }, prefix, scopes, lastIp: lastIp ?? null },
    state: revokedAt ? 'revoked' : expired ? 'expired' : 'active',
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}
