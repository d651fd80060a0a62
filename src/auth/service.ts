/** Signing in and out. Implements the `Authenticator` that rooms ask about sockets. */
import { Op } from 'sequelize';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Config } from '#config/index.ts';
import { RoomError } from '#rooms/errors.ts';
import type { Authenticator } from '#rooms/ports.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { verifyPassword } from './passwords.ts';
import { createRevocations } from './revocations.ts';
import type { login } from './schemas.ts';
import type { Principal, Tokens, UserPrincipal } from './tokens.ts';

const ATTEMPT_WINDOW_SECONDS = 15 * 60;

export interface Auth extends Authenticator {
  /** @throws {RoomError} `unauthenticated`, `session_revoked` */
  verify(token: string): Principal;
  /**
   * @param account lower case
   * @param address where the request comes from; wrong passwords are counted per account and address
   * @throws {ApiError} `bad_credentials` (the same for an unknown account), `too_many_attempts`
   */
  login(account: string, password: string, address: string): Promise<z.infer<typeof login>>;
  /** Ends the session on REST and on open sockets. */
  logout(user: UserPrincipal): Promise<void>;
}

/** Reads the sessions that are revoked already, hence the promise. */
export async function createAuth(
  config: Pick<Config, 'JWT_TTL_SECONDS' | 'LOGIN_ATTEMPTS'>,
  database: Database,
  tokens: Tokens,
): Promise<Auth> {
  const { users, sessions } = database.models;
  const attempts = new RateLimiterMemory({ points: config.LOGIN_ATTEMPTS, duration: ATTEMPT_WINDOW_SECONDS });
  const revocations = createRevocations();
  const revoked = await sessions.findAll({ where: { revokedAt: { [Op.ne]: null }, expiresAt: { [Op.gt]: new Date() } } });
  for (const session of revoked) revocations.add(session.id, session.expiresAt.getTime());

  function verify(token: string): Principal {
    const principal = tokens.verify(token);
    if (revocations.has(principal.sessionId)) throw new RoomError('session_revoked');
    return principal;
  }

  /** Counted before the password is checked, so that parallel guesses do not slip through. */
  async function countAttempt(key: string): Promise<void> {
    await attempts.consume(key).catch((reason: unknown) => {
      if (!(reason instanceof RateLimiterRes)) throw reason;
      throw new ApiError('too_many_attempts', { retryAfter: Math.ceil(reason.msBeforeNext / 1_000) });
    });
  }

  return {
    verify,
    authenticate: async (token) => verify(token),
    isRevoked: revocations.has,
    onRevoked: revocations.subscribe,

    async login(account, password, address) {
      const key = `${account} ${address}`;
      await countAttempt(key);
      const user = await users.findOne({ where: { account } });
      const known = user?.status === 'active' ? user : null;
      if (!(await verifyPassword(known?.passwordHash ?? null, password)) || !known) throw new ApiError('bad_credentials');
      await attempts.delete(key);
      const { id, name, roles } = known;
      const sessionId = uuid();
      const expiresAt = new Date(Date.now() + config.JWT_TTL_SECONDS * 1_000);
      await database.transaction(() => sessions.create({ id: sessionId, userId: id, expiresAt }));
      return {
        token: tokens.forUser({ id, name, roles }, sessionId, expiresAt),
        expiresAt: expiresAt.toISOString(),
        user: { id, name, roles },
      };
    },

    async logout({ sessionId, expiresAt }) {
      await database.transaction(() => sessions.update({ revokedAt: new Date() }, { where: { id: sessionId, revokedAt: null } }));
      revocations.add(sessionId, expiresAt);
    },
  };
}
