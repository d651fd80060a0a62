/** Whom a key stands for. Every process holds the keys in memory and hears of a change within a second. */
import { createHash } from 'node:crypto';
import { RoomError } from '#rooms/errors.ts';
import type { Logger } from '#rooms/ports.ts';
import type { UserPrincipal } from '#src/auth/tokens.ts';
import type { Database } from '#src/database/database.ts';
import type { Access, AccessCache } from '#src/permissions/access.ts';
import { createCached } from '#src/signals/cached.ts';
import type { Signals } from '#src/signals/signals.ts';
import type { ApiKeyRow } from './model.ts';

export interface OpenedKey {
  principal: UserPrincipal;
  /** What both the person and the key may. */
  access: Access;
}

export interface OpeningParts {
  database: Pick<Database, 'models' | 'transaction'>;
  signals: Signals;
  access: Pick<AccessCache, 'of'>;
  log: Pick<Logger, 'warn'>;
}

/** Name of the cache that signals drop. */
export const CACHE = 'api-keys';
export const MARK = 'wzk_';
/** Uses within this time are written down once, in milliseconds. */
const USE_MS = 60_000;

export const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

/** @returns finds out whom a key stands for; throws {RoomError} `unauthenticated` */
export function createOpening({ database, signals, access, log }: OpeningParts): (key: string, ip: string) => Promise<OpenedKey> {
  const { models, transaction } = database;
  const held = createCached(signals, CACHE, async () => {
    const rows = await models.apiKeys.findAll({ where: { revokedAt: null } });
    const people = await models.users.findAll({
      where: { id: [...new Set(rows.map(({ userId }) => userId))] },
      attributes: ['id', 'name'],
    });
    const names = new Map(people.map(({ id, name }) => [id, name]));
    return new Map(rows.map((row) => [row.keyHash, { row, name: names.get(row.userId) ?? row.name }]));
  });
  const noted = new Map<string, number>();

  function used({ id }: ApiKeyRow, ip: string): void {
    const now = Date.now();
    if (now - (noted.get(id) ?? 0) < USE_MS) return;
    noted.set(id, now);
    // Not worth a line in the log of changes.
    const values = { lastUsedAt: new Date(now), lastIp: ip };
    transaction(() => models.apiKeys.update(values, { where: { id }, hooks: false })).catch((error: unknown) =>
      log.warn({ err: error }, 'use of an API key not written'),
    );
  }

  return async (key, ip) => {
    const found = key.startsWith(MARK) ? (await held()).get(hashOf(key)) : undefined;
    if (!found || (found.row.expiresAt && found.row.expiresAt.getTime() <= Date.now())) throw new RoomError('unauthenticated');
    const { row, name } = found;
    const own = await access.of(row.userId);
    const granted = new Set(row.scopes.filter((scope) => own.permissions.has(scope)));
    used(row, ip);
    const expiresAt = row.expiresAt?.getTime() ?? Number.MAX_SAFE_INTEGER;
    return {
      principal: { kind: 'user', userId: row.userId, name, roles: [...own.roles], sessionId: `api-key:${row.id}`, expiresAt },
      access: { active: own.active, roles: own.roles, permissions: granted, can: (permission) => granted.has(permission) },
    };
  };
}
