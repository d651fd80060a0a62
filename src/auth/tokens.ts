/**
 * Access tokens: HS256 JWTs, one audience for users and one for guests of a visit. Verified tokens are remembered until
 * they expire, because the signature costs more than all the rest of a request; revocation is asked each time.
 */
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { type KeptCache, watchCache } from '#src/signals/cached.ts';
import type { Signals } from '#src/signals/signals.ts';
import type { Identity } from '#rooms/ports.ts';
import { RoomError } from '#rooms/errors.ts';
import { guestSession } from './guests.ts';

/**
 * Who sends a request: what the rooms know of an identity, and the roles that a user had when the token was made. What the user
 * may do now is `Access`.
 */
export type Principal = Extract<Identity, { kind: 'guest' }> | UserPrincipal;
export type UserPrincipal = Extract<Identity, { kind: 'user' }> & { roles: string[] };

const ISSUER = 'wenzhen';
const AUDIENCE = { user: 'wenzhen:user', guest: 'wenzhen:guest' } as const;
/** Verified tokens remembered; about 1 kB each. */
const CACHE_SIZE = 10_000;

const claims = z.discriminatedUnion('aud', [
  z.object({
    aud: z.literal(AUDIENCE.user),
    sub: z.string(),
    iat: z.number(),
    exp: z.number(),
    sid: z.string(),
    name: z.string(),
    roles: z.array(z.string()),
  }),
  z.object({ aud: z.literal(AUDIENCE.guest), sub: z.string(), exp: z.number(), name: z.string(), visit: z.string(), epoch: z.int() }),
]);

export interface Tokens {
  forUser(user: { id: string; name: string; roles: string[] }, sessionId: string, expiresAt: Date): string;
  /** Token of an invitation; `accessEpoch` makes it die when the guest is removed. */
  forGuest(guest: { memberId: string; consultationId: string; accessEpoch: number; name: string }, expiresAt: Date): string;
  /** @throws {RoomError} `unauthenticated` unless the token is ours, meant for this server and unexpired */
  verify(token: string): Principal;
}

/**
 * @param userLife seconds that a user's token may be made for. One that was made for longer, before the setting was changed, is refused:
 *   ended sessions are remembered for this long only
 * @param signals shows what is remembered of tokens among the caches
 */
export function createTokens(secret: string, userLife = Infinity, signals?: Pick<Signals, 'on'>): Tokens {
  const verified = new Map<string, Principal>();
  const figures = signals && watchCache(signals, 'sessions', keptSessions(verified));

  function sign(payload: object, audience: string, subject: string, expiresAt: Date): string {
    const exp = Math.floor(expiresAt.getTime() / 1_000);
    return jwt.sign({ ...payload, exp }, secret, { algorithm: 'HS256', issuer: ISSUER, audience, subject });
  }

  function check(token: string): Principal {
    try {
      const payload = jwt.verify(token, secret, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: Object.values(AUDIENCE) as [string, string],
      });
      const said = claims.parse(payload);
      if (said.aud === AUDIENCE.user && said.exp - said.iat > userLife) throw new Error('made for too long');
      return principalOf(said);
    } catch (error) {
      throw new RoomError('unauthenticated', undefined, { cause: error });
    }
  }

  return {
    forUser: ({ id, name, roles }, sessionId, expiresAt) => sign({ sid: sessionId, name, roles }, AUDIENCE.user, id, expiresAt),
    forGuest: ({ memberId, consultationId, accessEpoch, name }, expiresAt) =>
      sign({ visit: consultationId, epoch: accessEpoch, name }, AUDIENCE.guest, memberId, expiresAt),
    verify(token) {
      const known = verified.get(token);
      if (known) {
        if (known.expiresAt > Date.now()) {
          if (figures) figures.hits++;
          return known;
        }
        verified.delete(token);
        throw new RoomError('unauthenticated');
      }
      if (figures) figures.misses++;
      const principal = check(token);
      const oldest = verified.size >= CACHE_SIZE ? verified.keys().next().value : undefined;
      if (oldest !== undefined) verified.delete(oldest);
      verified.set(token, principal);
      return principal;
    },
  };
}

/** Shown by their sessions, never as they are. Whether a session has ended is asked apart from what is kept here. */
function keptSessions(verified: Map<string, Principal>): KeptCache {
  return {
    strategy: 'keyed',
    keys(limit) {
      const users = verified.values().filter(({ kind }) => kind === 'user');
      return [...new Set(users.map(({ sessionId }) => sessionId).take(limit))];
    },
    clear(sessionId) {
      if (sessionId === null) verified.clear();
      for (const [token, principal] of verified) if (principal.sessionId === sessionId) verified.delete(token);
    },
  };
}

function principalOf(payload: z.infer<typeof claims>): Principal {
  const expiresAt = payload.exp * 1_000;
  if (payload.aud === AUDIENCE.user) {
    return { kind: 'user', userId: payload.sub, name: payload.name, roles: payload.roles, sessionId: payload.sid, expiresAt };
  }
  const { sub, visit, epoch, name } = payload;
  return { kind: 'guest', memberId: sub, consultationId: visit, accessEpoch: epoch, name, sessionId: guestSession(sub, epoch), expiresAt };
}
