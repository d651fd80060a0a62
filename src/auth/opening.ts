/** Sessions of people who have proved who they are: beginning one, renewing it, and what the client gets. */
import type { z } from 'zod';
import type { Config } from '#config/index.ts';
import { maskPhone } from '#src/crypto/masks.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { AccessCache } from '#src/permissions/access.ts';
import type { NewAccount } from '#src/users/accounts.ts';
import { countBusiness } from '#src/statistics/business-counts.ts';
import type { UserRow } from '#src/users/model.ts';
import type { Users } from '#src/users/service.ts';
import type { Attempt, LoginLog } from './login-log.ts';
import type { LoginMethod, SessionRow } from './model.ts';
import type { ClientClaim, Origin } from './networks.ts';
import { hashPassword } from './passwords.ts';
import { localPhone } from './phones.ts';
import type { SecurityNotices } from './ports.ts';
import type { RefreshToken } from './refresh.ts';
import type * as schemas from './schemas.ts';
import type { Auth } from './service.ts';
import type { Tokens } from './tokens.ts';

export type Login = z.infer<typeof schemas.login>;

export interface Opening {
  /**
   * Begins a session. @param outdated the password, when it is to be stored in today's form
   * @throws {ApiError} `account_disabled`, `account_locked`
   */
  open(attempt: Attempt & { userId: string }, outdated?: string): Promise<Login>;
  begin(userId: string, method: LoginMethod, client: ClientClaim, from: Origin): Promise<Login>;
  /** Makes an account and begins its first session. @throws {ApiError} like `Accounts.create` */
  enroll(account: NewAccount, method: LoginMethod, client: ClientClaim, from: Origin): Promise<Login>;
  /** @throws {ApiError} `refresh_refused` */
  refresh(refreshToken: string, from: Origin): Promise<Login>;
}

export interface OpeningParts {
  config: Pick<Config, 'JWT_TTL_SECONDS'>;
  database: Database;
  tokens: Pick<Tokens, 'forUser'>;
  access: Pick<AccessCache, 'of'>;
  auth: Pick<Auth, 'sessions'>;
  users: Users;
  log: LoginLog;
  notices: SecurityNotices;
}

export function createOpening(parts: OpeningParts): Opening {
  const { database, auth, users, log, notices } = parts;

  const open: Opening['open'] = async (attempt, outdated) => {
    const passwordHash = outdated === undefined ? undefined : await hashPassword(outdated);
    const { user, session, refresh } = await logged(log, attempt, () => openSession(parts, attempt, passwordHash));
    return answer(parts, user, session, refresh);
  };

  const begin: Opening['begin'] = async (userId, method, client, from) => {
    const user = await users.byId(userId);
    const phone = user && users.phoneOf(user);
    return open({ userId, account: user?.account ?? (phone ? maskPhone(localPhone(phone)) : null), method, client, from });
  };

  return {
    open,
    begin,
    async enroll(account, method, client, from) {
      const { id } = await users.create(account);
      countBusiness(database, 'user.register');
      return begin(id, method, client, from);
    },
    async refresh(refreshToken, from) {
      const rotation = await auth.sessions.renew(refreshToken, from);
      if (rotation.state === 'reused') {
        const { ip, requestId } = from;
        await notices.suspicious('refresh_token_reused', { userId: rotation.session.userId, ip, requestId });
      }
      const user = rotation.state === 'renewed' ? await users.byId(rotation.session.userId) : null;
      if (rotation.state !== 'renewed' || user?.status !== 'active') throw new ApiError('refresh_refused');
      return answer(parts, user, rotation.session, rotation.next);
    },
  };
}

/** Runs a check whose refusals belong into the log. */
export async function logged<T>(log: LoginLog, attempt: Attempt, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof ApiError) await log.failed(attempt, error.code);
    throw error;
  }
}

function openSession({ database, auth, log }: OpeningParts, attempt: Attempt & { userId: string }, passwordHash: string | undefined) {
  return database.transaction(async () => {
    // Whoever disables or locks the account meanwhile waits here, and then ends this session too.
    const user = await database.models.users.findByPk(attempt.userId, { lock: true });
    if (!user) throw new ApiError('bad_credentials');
    refuse(user);
    const { session, refresh } = await auth.sessions.open(attempt);
    await user.update({ lastLoginAt: new Date(), ...(passwordHash && { passwordHash }) });
    await log.succeeded(attempt, session.id);
    return { user, session, refresh };
  });
}

/** To somebody who has proved who they are. @throws {ApiError} `account_disabled`, `account_locked` */
function refuse({ status, lockedUntil, lockReason }: UserRow): void {
  if (status !== 'active') throw new ApiError('account_disabled');
  // A lock for wrong passwords is kept by those who count them.
  if (lockReason === 'administrator' && lockedUntil && lockedUntil > new Date()) throw new ApiError('account_locked');
}

async function answer(parts: OpeningParts, user: UserRow, session: SessionRow, refresh: RefreshToken): Promise<Login> {
  const { config, tokens, access, users } = parts;
  const { id, name, account } = user;
  const { roles: held, permissions } = await access.of(id);
  const roles = [...held];
  const expiresAt = new Date(Date.now() + config.JWT_TTL_SECONDS * 1_000);
  const phone = users.phoneOf(user);
  const avatar = await users.avatarOf(user);
  return {
    token: tokens.forUser({ id, name, roles }, session.id, expiresAt),
    expiresAt: expiresAt.toISOString(),
    refreshToken: refresh.token,
    refreshExpiresAt: refresh.expiresAt.toISOString(),
    sessionId: session.id,
    user: { id, name, roles, permissions: [...permissions], account, phone: phone && localPhone(phone), avatar },
  };
}
