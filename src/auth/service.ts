/** Signing in and out. Implements the `Authenticator` that rooms ask about sockets. */
import { Op } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Config } from '#config/index.ts';
import { RoomError } from '#rooms/errors.ts';
import type { Authenticator } from '#rooms/ports.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { createAttempts } from './attempts.ts';
import { type GuestSessions, guestSession, withdrawnSessions } from './guests.ts';
import { verifyPassword } from './passwords.ts';
import { createRevocations } from './revocations.ts';
import type { login } from './schemas.ts';
import type { Principal, Tokens, UserPrincipal } from './tokens.ts';

export interface Auth extends Authenticator, GuestSessions {
  /** @throws {RoomError} `unauthenticated`, `session_revoked` */
  verify(token: string): Principal;
  /**
   * @param account lower case
   * @param address where the request comes from; wrong passwords are counted by account, by address and by both
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
  const { users, sessions, userRoles } = database.models;
  const attempts = createAttempts(config.LOGIN_ATTEMPTS);
  const revocations = createRevocations();
  const revoked = await sessions.findAll({ where: { revokedAt: { [Op.ne]: null }, expiresAt: { [Op.gt]: new Date() } } });
  for (const session of revoked) revocations.add(session.id, session.expiresAt.getTime());
  for (const { id, expiresAt } of await withdrawnSessions(database)) revocations.refuse(id, expiresAt);

  function verify(token: string): Principal {
    const principal = tokens.verify(token);
    if (revocations.has(principal.sessionId)) throw new RoomError('session_revoked');
    return principal;
  }

  return {
    verify,
    authenticate: async (token) => verify(token),
    isRevoked: revocations.has,
    onRevoked: revocations.subscribe,
    endGuest: ({ id, accessEpoch }, expiresAt) => revocations.refuse(guestSession(id, accessEpoch), expiresAt),

    async login(account, password, address) {
      const forget = await attempts.count(account, address);
      const user = await users.findOne({ where: { account } });
      const known = user?.status === 'active' ? user : null;
      if (!(await verifyPassword(known?.passwordHash ?? null, password)) || !known) throw new ApiError('bad_credentials');
      await forget();
      const { id, name } = known;
      const roles = (await userRoles.findAll({ where: { userId: id } })).map(({ roleKey }) => roleKey).sort();
      const sessionId = uuid();
      const expiresAt = new Date(Date.now() + config.JWT_TTL_SECONDS * 1_000);
      await database.transaction(async () => {
        // Whoever signs in clears away their own old sessions.
        await sessions.destroy({ where: { userId: id, expiresAt: { [Op.lt]: new Date() } } });
        await sessions.create({ id: sessionId, userId: id, expiresAt });
      });
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
