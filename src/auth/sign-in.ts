/** Signing in and registering: who is it, may they, and the session that begins. */
import { Op } from 'sequelize';
import type { z } from 'zod';
import type { Config } from '#config/index.ts';
import { maskPhone } from '#src/crypto/masks.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { AccessCache } from '#src/permissions/access.ts';
import type { UserRow } from '#src/users/model.ts';
import type { NewAccount } from '#src/users/accounts.ts';
import type { Users } from '#src/users/service.ts';
import type { Attempt, LoginLog } from './login-log.ts';
import type { LoginMethod, SessionRow } from './model.ts';
import type { ClientClaim, Origin } from './networks.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { localPhone } from './phones.ts';
import type { SecurityNotices } from './ports.ts';
import type { RefreshToken } from './refresh.ts';
import type * as schemas from './schemas.ts';
import type { Auth } from './service.ts';
import type { SmsCodes } from './sms-codes.ts';
import type { Tokens } from './tokens.ts';

export type Login = z.infer<typeof schemas.login>;
type Credentials = z.infer<typeof schemas.credentials>;
type Registration = z.infer<typeof schemas.registration>;

export interface SignIn {
  /**
   * With a password, or with a code from a text message; an unknown phone is registered then.
   * @throws {ApiError} `bad_credentials` (the same for an unknown account), `bad_code`, `too_many_attempts`; to those who have proved
   *   who they are also `account_disabled`, `account_locked`
   */
  login(credentials: Credentials, from: Origin): Promise<Login>;
  /** @throws {ApiError} `account_taken`, `phone_taken`, `bad_code`, `too_many_attempts` */
  register(registration: Registration, from: Origin): Promise<Login>;
  /** @throws {ApiError} `refresh_refused` */
  refresh(refreshToken: string, from: Origin): Promise<Login>;
  /** Checks a password, counted like one at sign-in. @returns whether it is right */
  isPassword(user: UserRow, password: string, from: Origin): Promise<boolean>;
  /** Begins a session of somebody who has proved who they are. @throws {ApiError} `account_disabled`, `account_locked` */
  begin(userId: string, method: LoginMethod, client: ClientClaim, from: Origin): Promise<Login>;
  /** Makes an account for somebody who has proved who they are, and signs them in. */
  enroll(account: NewAccount, method: LoginMethod, client: ClientClaim, from: Origin): Promise<Login>;
}

export interface SignInParts {
  config: Pick<Config, 'JWT_TTL_SECONDS'>;
  database: Database;
  vault: Pick<Vault, 'index'>;
  tokens: Pick<Tokens, 'forUser'>;
  access: Pick<AccessCache, 'of'>;
  auth: Pick<Auth, 'sessions' | 'guessing'>;
  users: Users;
  codes: SmsCodes;
  log: LoginLog;
  notices: SecurityNotices;
}

export function createSignIn(parts: SignInParts): SignIn {
  const { config, database, vault, tokens, access, auth, users, codes, log, notices } = parts;
  const { models, transaction } = database;

  async function answer(user: UserRow, session: SessionRow, refresh: RefreshToken): Promise<Login> {
    const { id, name } = user;
    const { roles: held, permissions } = await access.of(id);
    const roles = [...held];
    const expiresAt = new Date(Date.now() + config.JWT_TTL_SECONDS * 1_000);
    const phone = users.phoneOf(user);
    return {
      token: tokens.forUser({ id, name, roles }, session.id, expiresAt),
      expiresAt: expiresAt.toISOString(),
      refreshToken: refresh.token,
      refreshExpiresAt: refresh.expiresAt.toISOString(),
      sessionId: session.id,
      user: {
        id,
        name,
        roles,
        permissions: [...permissions],
        account: user.account,
        phone: phone && localPhone(phone),
        avatar: await users.avatarOf(user),
      },
    };
  }

  /** @param outdated the password that is to be stored in today's form */
  async function open(attempt: Attempt & { userId: string }, outdated?: string): Promise<Login> {
    const { userId, method, client, from } = attempt;
    const passwordHash = outdated === undefined ? undefined : await hashPassword(outdated);
    try {
      const opened = await transaction(async () => {
        // Whoever disables or locks the account meanwhile waits, and then ends this session too.
        const user = await models.users.findByPk(userId, { lock: true });
        if (!user) throw new ApiError('bad_credentials');
        refuse(user);
        const { session, refresh } = await auth.sessions.open({ userId, method, client, from });
        await user.update({ lastLoginAt: new Date(), ...(passwordHash && { passwordHash }) });
        await log.succeeded(attempt, session.id);
        return { user, session, refresh };
      });
      return await answer(opened.user, opened.session, opened.refresh);
    } catch (error) {
      if (error instanceof ApiError) await log.failed(attempt, error.code);
      throw error;
    }
  }

  function attemptOf(user: UserRow | null, typed: string, method: LoginMethod, client: ClientClaim, from: Origin): Attempt {
    // What strangers type may be anything, a password too.
    const stranger = `${[...typed][0] ?? ''}***`;
    const account = method === 'code' ? maskPhone(localPhone(typed)) : user ? (user.account ?? user.staffNo ?? maskPhone(typed)) : stranger;
    return { userId: user?.id ?? null, account, method, client, from };
  }

  /** Runs a check whose refusals belong into the log. */
  async function logged<T>(attempt: Attempt, check: () => Promise<T>): Promise<T> {
    try {
      return await check();
    } catch (error) {
      if (error instanceof ApiError) await log.failed(attempt, error.code);
      throw error;
    }
  }

  async function lockedOut(userId: string, until: Date): Promise<void> {
    await transaction(async () => {
      const free = { [Op.or]: [{ lockedUntil: null }, { lockedUntil: { [Op.lte]: new Date() } }, { lockReason: 'attempts' as const }] };
      const [changed] = await models.users.update({ lockedUntil: until, lockReason: 'attempts' }, { where: { id: userId, ...free } });
      if (changed > 0) await notices.locked(userId);
    });
  }

  function checkPassword(user: UserRow | null, subject: string, password: string, ip: string): Promise<'right' | 'outdated' | null> {
    const check = async () => {
      const verdict = await verifyPassword(user?.passwordHash ?? null, password);
      return verdict === 'wrong' ? null : verdict;
    };
    return auth.guessing.attempt(subject, ip, check, async (until) => {
      if (user) await lockedOut(user.id, until);
    });
  }

  async function withPassword(name: string, password: string, client: ClientClaim, from: Origin): Promise<Login> {
    const user = await users.bySignInName(name);
    const attempt = attemptOf(user, name, 'password', client, from);
    const subject = user?.id ?? vault.index('sign-in-name', name);
    const verdict = await logged(attempt, async () => {
      const found = await checkPassword(user, subject, password, from.ip);
      if (!found) throw new ApiError('bad_credentials');
      return found;
    });
    if (!user) throw new TypeError('a password of nobody is right');
    return open({ ...attempt, userId: user.id }, verdict === 'outdated' ? password : undefined);
  }

  async function takeCode(phone: string, scene: 'login' | 'register', code: string, from: Origin): Promise<void> {
    const right = await auth.guessing.fromAddress(from.ip, async () => (await codes.take(phone, scene, code)) || null);
    if (!right) throw new ApiError('bad_code');
  }

  async function withCode(phone: string, code: string, client: ClientClaim, from: Origin): Promise<Login> {
    const user = await users.byPhone(phone);
    const attempt = attemptOf(user, phone, 'code', client, from);
    await logged(attempt, () => takeCode(phone, 'login', code, from));
    if (user) return open({ ...attempt, userId: user.id });
    const name = maskPhone(localPhone(phone));
    return enroll({ phone, name, roles: ['patient'] }, 'code', client, from).catch(async (error: unknown) => {
      // Somebody registered this phone a moment ago.
      const owner = error instanceof ApiError && error.code === 'phone_taken' ? await users.byPhone(phone) : null;
      if (!owner) throw error;
      return open({ ...attempt, userId: owner.id });
    });
  }

  async function enroll(account: NewAccount, method: LoginMethod, client: ClientClaim, from: Origin): Promise<Login> {
    const user = await users.create(account);
    return begin(user.id, method, client, from, user);
  }

  async function begin(userId: string, method: LoginMethod, client: ClientClaim, from: Origin, known?: UserRow): Promise<Login> {
    const user = known ?? (await users.byId(userId));
    const phone = user && users.phoneOf(user);
    return open({ userId, account: user?.account ?? (phone ? maskPhone(localPhone(phone)) : null), method, client, from });
  }

  return {
    begin,
    enroll,

    login: (credentials, from) =>
      'code' in credentials
        ? withCode(credentials.phone, credentials.code, credentials.client, from)
        : withPassword(credentials.account, credentials.password, credentials.client, from),

    async register({ client, role, name, password, ...way }, from) {
      if ('account' in way)
        return enroll({ account: way.account, password, name: name ?? way.account, roles: [role] }, 'register', client, from);
      await takeCode(way.phone, 'register', way.code, from);
      const shown = name ?? maskPhone(localPhone(way.phone));
      return enroll({ phone: way.phone, password, name: shown, roles: [role] }, 'register', client, from);
    },

    async refresh(refreshToken, from) {
      const rotation = await auth.sessions.renew(refreshToken, from);
      if (rotation.state !== 'renewed') throw new ApiError('refresh_refused');
      const user = await users.byId(rotation.session.userId);
      if (user?.status !== 'active') throw new ApiError('refresh_refused');
      return answer(user, rotation.session, rotation.next);
    },

    isPassword: async (user, password, { ip }) => (await checkPassword(user, user.id, password, ip)) !== null,
  };
}

/** To somebody who has proved who they are. @throws {ApiError} `account_disabled`, `account_locked` */
function refuse({ status, lockedUntil, lockReason }: UserRow): void {
  if (status !== 'active') throw new ApiError('account_disabled');
  // A lock for wrong passwords is kept by those who count them.
  if (lockReason === 'administrator' && lockedUntil && lockedUntil > new Date()) throw new ApiError('account_locked');
}
