/** Whether a token is good. Implements the `Authenticator` that rooms ask about sockets; signing in is in `sign-in.ts`. */
import { Op } from 'sequelize';
import type { Config } from '#config/index.ts';
import { RoomError } from '#rooms/errors.ts';
import type { Authenticator, Logger } from '#rooms/ports.ts';
import type { Database } from '#src/database/database.ts';
import type { AccessCache } from '#src/permissions/access.ts';
import type { Signals } from '#src/signals/signals.ts';
import { createGuessing, type Guessing } from './guessing.ts';
import { type GuestSessions, guestSession, withdrawnSessions } from './guests.ts';
import { createLimits, type Limits } from './limits.ts';
import { createRevocations } from './revocations.ts';
import { createSessions, type Sessions } from './sessions.ts';
import type { Principal, Tokens } from './tokens.ts';

export interface Auth extends Authenticator, GuestSessions {
  /** Without a query. @throws {RoomError} `unauthenticated`, `session_revoked` */
  verify(token: string): Principal;
  readonly sessions: Sessions;
  readonly limits: Limits;
  readonly guessing: Guessing;
  /** Something that is still to be done before the database is closed. It must not throw. */
  beforeClose(work: () => Promise<void>): void;
  /** Writes what is still to be written; idempotent. */
  close(): Promise<void>;
}

export interface AuthParts {
  config: Config;
  database: Database;
  tokens: Pick<Tokens, 'verify'>;
  signals: Pick<Signals, 'send' | 'on'>;
  access: Pick<AccessCache, 'of'>;
  log: Logger;
}

/** How often it is written which sessions are in use, in milliseconds. */
const FLUSH_MS = 60_000;

/** Reads the sessions that ended while tokens of theirs may still be good, hence the promise. */
export async function createAuth({ config, database, tokens, signals, access, log }: AuthParts): Promise<Auth> {
  const revocations = createRevocations();
  const tokenLife = config.JWT_TTL_SECONDS * 1_000;
  // Before the query: what ends meanwhile is told twice rather than not at all.
  const ending = signals.on('session', (id) => revocations.add(id, Date.now() + tokenLife));
  const withdrawing = signals.on('guest', (subject) => {
    const [id = '', expiresAt] = subject.split(' ');
    revocations.refuse(id, Number(expiresAt));
  });
  const recent = { [Op.gt]: new Date(Date.now() - tokenLife) };
  for (const { id } of await database.models.sessions.findAll({ where: { revokedAt: recent }, attributes: ['id'] }))
    revocations.refuse(id, Date.now() + tokenLife);
  for (const { id, expiresAt } of await withdrawnSessions(database)) revocations.refuse(id, expiresAt);

  const sessions = createSessions(config, database, signals);
  const limits = createLimits(database);
  const last: (() => Promise<void>)[] = [];
  const flush = () => sessions.flush().catch((error: unknown) => log.warn({ err: error }, 'sessions in use not written'));
  const timer = setInterval(() => void flush(), FLUSH_MS);
  timer.unref();

  function verify(token: string): Principal {
    const principal = tokens.verify(token);
    if (revocations.has(principal.sessionId)) throw new RoomError('session_revoked');
    return principal;
  }

  return {
    verify,
    async authenticate(token) {
      const principal = verify(token);
      if (principal.kind === 'user' && !(await access.of(principal.userId)).active) throw new RoomError('session_revoked');
      return principal;
    },
    isRevoked: revocations.has,
    onRevoked: revocations.subscribe,
    endGuest: ({ id, accessEpoch }, expiresAt) => signals.send('guest', `${guestSession(id, accessEpoch)} ${expiresAt}`),
    sessions,
    limits,
    guessing: createGuessing(config, limits),
    beforeClose: (work) => void last.push(work),
    async close() {
      clearInterval(timer);
      ending();
      withdrawing();
      await flush();
      for (const work of last.splice(0)) await work();
    },
  };
}
