/** Signing in and registering: who is it, and may they. */
import { Op } from 'sequelize';
import type { z } from 'zod';
import type { Config } from '#config/index.ts';
import { maskPhone } from '#src/crypto/masks.ts';
import type { Vault } from '#src/crypto/vault.ts';
import { ApiError } from '#src/errors.ts';
import type { UserRow } from '#src/users/model.ts';
import type { Attempt } from './login-log.ts';
import type { LoginMethod } from './model.ts';
import { type ClientClaim, networkOf, type Origin } from './networks.ts';
import { createOpening, logged, type Login, type Opening, type OpeningParts } from './opening.ts';
import { verifyPassword } from './passwords.ts';
import { localPhone } from './phones.ts';
import type * as schemas from './schemas.ts';
import type { Auth } from './service.ts';
import type { SmsCodes } from './sms-codes.ts';

type Credentials = z.infer<typeof schemas.credentials>;
type Registration = z.infer<typeof schemas.registration>;

export interface SignIn extends Pick<Opening, 'begin' | 'refresh'> {
  /**
   * With a password, or with a code from a text message; an unknown phone is registered then.
   * @throws {ApiError} `bad_credentials` (the same for an unknown account), `bad_code`, `too_many_attempts`; to those who have proved
   *   who they are also `account_disabled`, `account_locked`
   */
  login(credentials: Credentials, from: Origin): Promise<Login>;
  /** @throws {ApiError} `account_taken`, `phone_taken`, `bad_code`, `too_many_attempts`, `rate_limited` */
  register(registration: Registration, from: Origin): Promise<Login>;
  /** Checks a password, counted like one at sign-in. @returns whether it is right */
  isPassword(user: UserRow, password: string, from: Origin): Promise<boolean>;
}

export interface SignInParts extends OpeningParts {
  vault: Pick<Vault, 'index'>;
  config: Pick<Config, 'JWT_TTL_SECONDS' | 'LOGIN_REGISTRATIONS_PER_ADDRESS'>;
  auth: Pick<Auth, 'sessions' | 'guessing' | 'limits'>;
  codes: SmsCodes;
}

export function createSignIn(parts: SignInParts): SignIn {
  const { users, log } = parts;
  const opening = createOpening(parts);
  const passwords = createPasswordCheck(parts);
  const { open, enroll } = opening;

  async function withPassword(name: string, password: string, client: ClientClaim, from: Origin): Promise<Login> {
    const user = await users.bySignInName(name);
    const attempt = attemptOf(user, name, 'password', client, from);
    const found = await logged(log, attempt, async () => {
      const verdict = await passwords.check(user, name, password, from.ip);
      if (!verdict || !user) throw new ApiError('bad_credentials');
      return { userId: user.id, outdated: verdict === 'outdated' ? password : undefined };
    });
    return open({ ...attempt, userId: found.userId }, found.outdated);
  }

  async function withCode(phone: string, code: string, client: ClientClaim, from: Origin): Promise<Login> {
    const user = await users.byPhone(phone);
    const attempt = attemptOf(user, phone, 'code', client, from);
    await logged(log, attempt, () => takeCode(parts, phone, 'login', code, from));
    if (user) return open({ ...attempt, userId: user.id });
    const name = maskPhone(localPhone(phone));
    return enroll({ phone, name, roles: ['patient'] }, 'code', client, from).catch(async (error: unknown) => {
      // Somebody registered this phone a moment ago.
      const owner = error instanceof ApiError && error.code === 'phone_taken' ? await users.byPhone(phone) : null;
      if (!owner) throw error;
      return open({ ...attempt, userId: owner.id });
    });
  }

  return {
    begin: opening.begin,
    refresh: opening.refresh,

    login: (credentials, from) =>
      'code' in credentials
        ? withCode(credentials.phone, credentials.code, credentials.client, from)
        : withPassword(credentials.account, credentials.password, credentials.client, from),

    async register({ client, role, name, password, ...way }, from) {
      const roles = [role];
      await countRegistration(parts, from);
      if ('account' in way) return enroll({ account: way.account, password, name: name ?? way.account, roles }, 'register', client, from);
      await takeCode(parts, way.phone, 'register', way.code, from);
      return enroll({ phone: way.phone, password, name: name ?? maskPhone(localPhone(way.phone)), roles }, 'register', client, from);
    },

    isPassword: async (user, password, { ip }) => (await passwords.check(user, user.id, password, ip)) !== null,
  };
}

function attemptOf(user: UserRow | null, typed: string, method: LoginMethod, client: ClientClaim, from: Origin): Attempt {
  // What strangers type may be anything, a password too.
  const stranger = `${Array.from(typed)[0] ?? ''}***`;
  const account = method === 'code' ? maskPhone(localPhone(typed)) : user ? (user.account ?? user.staffNo ?? maskPhone(typed)) : stranger;
  return { userId: user?.id ?? null, account, method, client, from };
}

const DAY_MS = 86_400_000;

/** @throws {ApiError} `rate_limited` */
async function countRegistration({ config, auth }: SignInParts, { ip }: Origin): Promise<void> {
  const { allowed, endsAt } = await auth.limits.take(`register:${networkOf(ip)}`, config.LOGIN_REGISTRATIONS_PER_ADDRESS, DAY_MS);
  if (!allowed) throw new ApiError('rate_limited', { retryAfter: Math.ceil((endsAt.getTime() - Date.now()) / 1_000) });
}

/** @throws {ApiError} `bad_code`, `too_many_attempts` */
async function takeCode({ auth, codes }: SignInParts, phone: string, scene: 'login' | 'register', code: string, from: Origin) {
  const right = await auth.guessing.fromAddress(from.ip, async () => (await codes.take(phone, scene, code)) || null);
  if (!right) throw new ApiError('bad_code');
}

function createPasswordCheck({ database: { models, transaction }, vault, auth, notices }: SignInParts) {
  async function lockedOut(userId: string, until: Date, ip: string): Promise<void> {
    const free = { [Op.or]: [{ lockedUntil: null }, { lockedUntil: { [Op.lte]: new Date() } }, { lockReason: 'attempts' as const }] };
    await transaction(async () => {
      const values = { lockedUntil: until, lockReason: 'attempts' as const };
      const [changed] = await models.users.update(values, { where: { id: userId, ...free } });
      if (changed > 0) await notices.locked(userId);
      await notices.suspicious('account_locked', { userId, ip });
    });
  }

  return {
    /** @param name what was typed, for an account that does not exist */
    check(user: UserRow | null, name: string, password: string, ip: string): Promise<'right' | 'outdated' | null> {
      const subject = user?.id ?? vault.index('sign-in-name', name);
      const check = async () => {
        const verdict = await verifyPassword(user?.passwordHash ?? null, password);
        return verdict === 'wrong' ? null : verdict;
      };
      return auth.guessing.attempt(subject, ip, check, async (until) => {
        if (user) await lockedOut(user.id, until, ip);
      });
    },
  };
}
