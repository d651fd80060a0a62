/**
 * Refresh tokens: 32 random bytes of which only the hash is stored. Each can be used once and gives its successor; one that comes
 * back later was copied, and ends the session (IDN-08). Requests that were sent at the same time, or repeated because an
 * answer was lost, get the same successor for a moment: it is derived from the token itself and a salt in its row, so that
 * nothing that could be used is stored.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Database } from '#src/database/database.ts';
import type { SessionRow } from './model.ts';

/** How long a spent token gives its successor again, in milliseconds. */
const GRACE_MS = 10_000;
const BYTES = 32;
const FORM = /^[\w-]{43}$/;

export interface RefreshToken {
  token: string;
  expiresAt: Date;
}

/** `unknown`: never ours, or run out. `reused`: the session is to be ended. */
export type Rotation =
  | { state: 'renewed'; session: SessionRow; next: RefreshToken }
  | { state: 'unknown' }
  | { state: 'reused'; session: SessionRow };

export interface RefreshTokens {
  /** The first token of a session. Inside the transaction that begins it. */
  first(session: SessionRow): Promise<RefreshToken>;
  /** To be called inside a transaction; ending the session of a reused token is the caller's. */
  rotate(token: string): Promise<Rotation>;
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
const successorOf = (token: string, salt: string): string => createHmac('sha256', token).update(salt).digest('base64url');

/** @param idleMs life of a token that is not used; never longer than its session */
export function createRefreshTokens({ models: { refreshTokens, sessions } }: Pick<Database, 'models'>, idleMs: number): RefreshTokens {
  async function store(token: string, session: SessionRow, generation: number): Promise<RefreshToken> {
    const expiresAt = new Date(Math.min(Date.now() + idleMs, session.expiresAt.getTime()));
    await refreshTokens.create({ tokenHash: hashOf(token), sessionId: session.id, generation, expiresAt });
    return { token, expiresAt };
  }

  return {
    first: (session) => store(randomBytes(BYTES).toString('base64url'), session, 1),

    async rotate(token) {
      if (!FORM.test(token)) return { state: 'unknown' };
      const tokenHash = hashOf(token);
      // Those who come at the same time wait here, and then see the row as the first of them left it.
      const row = await refreshTokens.findByPk(tokenHash, { lock: true });
      const session = row && (await sessions.findByPk(row.sessionId));
      const now = Date.now();
      if (!session || session.revokedAt || session.expiresAt.getTime() <= now || row.expiresAt.getTime() <= now)
        return { state: 'unknown' };
      if (!row.usedAt) {
        const salt = randomBytes(BYTES).toString('hex');
        await refreshTokens.update({ usedAt: new Date(), salt }, { where: { tokenHash, usedAt: null } });
        return { state: 'renewed', session, next: await store(successorOf(token, salt), session, row.generation + 1) };
      }
      if (now - row.usedAt.getTime() > GRACE_MS || !row.salt) return { state: 'reused', session };
      const next = successorOf(token, row.salt);
      const { expiresAt } = await refreshTokens.findByPk(hashOf(next), { rejectOnEmpty: true });
      return { state: 'renewed', session, next: { token: next, expiresAt } };
    },
  };
}
