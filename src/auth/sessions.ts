/**
 * Sessions: one for each login, held in the database. Access tokens name them and are good without a look-up; what ends before its
 * tokens do is told to every process by a signal and remembered there until they have run out.
 */
import { Op, type WhereAttributeHash } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { Config } from '#config/index.ts';
import type { Database } from '#src/database/database.ts';
import type { Signals } from '#src/signals/signals.ts';
import type { ClientType, EndReason, LoginMethod, SessionRow } from './model.ts';
import { type ClientClaim, clientType, deviceName, type Origin } from './networks.ts';
import { createRefreshTokens, type RefreshToken, type Rotation } from './refresh.ts';

/** How long a session counts as freshly verified, in milliseconds (IDN-19). */
export const FRESH_MS = 300_000;

export interface NewSession {
  userId: string;
  method: LoginMethod;
  client: ClientClaim;
  from: Origin;
}

export interface Sessions {
  /** Begins a session, and ends the oldest ones of this kind of client beyond the limit. Inside the caller's transaction. */
  open(session: NewSession): Promise<{ session: SessionRow; refresh: RefreshToken }>;
  /** Spends a refresh token; a reused one ends its session. */
  renew(refreshToken: string, from: Origin): Promise<Rotation>;
  /** Those that go on, newest first. */
  list(userId: string): Promise<SessionRow[]>;
  /** Ends one session of this user. @returns false: there is none */
  end(userId: string, sessionId: string, reason: EndReason): Promise<boolean>;
  /** Ends every session of this user, or all but one. @returns how many */
  endAll(userId: string, reason: EndReason, except?: string): Promise<number>;
  /** The person behind the session has just proved who they are. */
  verified(sessionId: string): Promise<void>;
  freshlyVerified(sessionId: string): Promise<boolean>;
  /** Notes that a session is in use. Costs a look into a map; rows are written together. */
  seen(sessionId: string, ip: string): void;
  /** Writes what `seen` has collected. */
  flush(): Promise<void>;
}

type Settings = Pick<Config, 'SESSION_IDLE_SECONDS' | 'SESSION_MAX_SECONDS' | 'SESSION_LIMIT' | 'SESSION_LIMITS'>;

export function createSessions(config: Settings, database: Database, signals: Pick<Signals, 'send'>): Sessions {
  const { models, transaction } = database;
  const { sessions } = models;
  const tokens = createRefreshTokens(database, config.SESSION_IDLE_SECONDS * 1_000);
  const inUse = createInUse(database);
  const endWhere = createEnding(database, signals);

  async function keepWithinLimit(userId: string, clientType: ClientType): Promise<void> {
    const limit = config.SESSION_LIMITS[clientType] ?? config.SESSION_LIMIT;
    const rows = await sessions.findAll({ where: going({ userId, clientType }), attributes: ['id'], order: newestFirst() });
    const surplus = rows.slice(limit).map(({ id }) => id);
    if (surplus.length > 0) await endWhere({ id: surplus }, 'limit');
  }

  return {
    async open(begun) {
      const session = await sessions.create(rowOf(begun, config.SESSION_MAX_SECONDS));
      await keepWithinLimit(session.userId, session.clientType);
      return { session, refresh: await tokens.first(session) };
    },

    async renew(refreshToken, { ip }) {
      const rotation = await transaction(async () => {
        const result = await tokens.rotate(refreshToken);
        if (result.state === 'reused') await endWhere({ id: result.session.id }, 'reuse');
        return result;
      });
      if (rotation.state === 'renewed') inUse.seen(rotation.session.id, ip);
      return rotation;
    },

    list: (userId) => sessions.findAll({ where: going({ userId }), order: newestFirst() }),
    end: async (userId, id, reason) => (await endWhere({ userId, id }, reason)) > 0,
    endAll: (userId, reason, except) => endWhere({ userId, ...(except && { id: { [Op.ne]: except } }) }, reason),

    async verified(id) {
      await transaction(() => sessions.update({ verifiedAt: new Date() }, { where: { id } }));
    },
    async freshlyVerified(id) {
      return (await sessions.count({ where: { id, verifiedAt: { [Op.gt]: new Date(Date.now() - FRESH_MS) } } })) > 0;
    },
    ...inUse,
  };
}

const going = (where: WhereAttributeHash<SessionRow>) => ({ ...where, revokedAt: null, expiresAt: { [Op.gt]: new Date() } });
const newestFirst = (): [string, string][] => [
  ['createdAt', 'DESC'],
  ['id', 'DESC'],
];

function rowOf({ userId, method, client, from: { ip, userAgent } }: NewSession, maxSeconds: number) {
  const now = new Date();
  return {
    id: uuid(),
    userId,
    method,
    clientType: clientType(client, userAgent),
    deviceId: client.deviceId ?? null,
    deviceName: client.deviceName ?? deviceName(userAgent),
    userAgent,
    ip,
    lastIp: ip,
    lastSeenAt: now,
    expiresAt: new Date(now.getTime() + maxSeconds * 1_000),
  };
}

/** Ends sessions and tells every process. @returns how many there were */
function createEnding({ models: { sessions }, transaction }: Database, signals: Pick<Signals, 'send'>) {
  return (where: WhereAttributeHash<SessionRow>, reason: EndReason): Promise<number> =>
    transaction(async () => {
      const ids = (await sessions.findAll({ where: going(where), attributes: ['id'] })).map(({ id }) => id);
      if (ids.length === 0) return 0;
      await sessions.update({ revokedAt: new Date(), revokedReason: reason }, { where: { id: ids, revokedAt: null } });
      for (const id of ids) await signals.send('session', id);
      return ids.length;
    });
}

/** Which sessions are in use: collected, and written together. */
function createInUse({ models: { sessions }, transaction }: Database): Pick<Sessions, 'seen' | 'flush'> {
  let noted = new Map<string, { lastSeenAt: Date; lastIp: string }>();
  return {
    seen(sessionId, lastIp) {
      if (!noted.has(sessionId)) noted.set(sessionId, { lastSeenAt: new Date(), lastIp });
    },
    async flush() {
      if (noted.size === 0) return;
      const written = noted;
      noted = new Map();
      await transaction(async () => {
        // Not worth a line in the log of changes.
        for (const [id, values] of written) await sessions.update(values, { where: { id }, hooks: false });
      });
    },
  };
}
