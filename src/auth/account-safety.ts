/** What keeps an account its owner's: codes, passwords, the phone, proving once more who one is (IDN-04, IDN-15, IDN-19). */
import type { z } from 'zod';
import { withViolations } from '#src/database/constraints.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { userViolations } from '#src/users/accounts.ts';
import type { UserRow } from '#src/users/model.ts';
import type { Users } from '#src/users/service.ts';
import type { Origin } from './networks.ts';
import { hashPassword } from './passwords.ts';
import { localPhone } from './phones.ts';
import type * as schemas from './schemas.ts';
import type { Auth } from './service.ts';
import { FRESH_MS } from './sessions.ts';
import type { Login } from './opening.ts';
import type { SignIn } from './sign-in.ts';
import { CODE_SECONDS, type Scene, type SmsCodes } from './sms-codes.ts';

type Sent = z.infer<typeof schemas.codeSent>;

export type AccountSafety = Proving & Changing;

interface Proving {
  /** The same answer whether the phone is known or not. @throws {ApiError} `code_too_soon`, `code_limit`, `sms_unavailable` */
  sendCode(request: z.infer<typeof schemas.codeRequest>, from: Origin): Promise<Sent>;
  /** To the caller's own phone, for `prove`. @throws {ApiError} `no_phone` and those of `sendCode` */
  sendProofCode(caller: Caller): Promise<Sent>;
  /** Marks the caller's session as freshly verified. @throws {ApiError} `bad_credentials`, `bad_code`, `no_phone`, `too_many_attempts` */
  prove(caller: Caller, proof: z.infer<typeof schemas.proof>, from: Origin): Promise<z.infer<typeof schemas.verified>>;
}

interface Changing {
  /**
   * Ends every session, the caller's too, and begins a new one. An account without a password gets its first one from a
   * session that is freshly verified.
   * @throws {ApiError} `bad_credentials`, `step_up_required`, `too_many_attempts`
   */
  changePassword(caller: Caller, change: z.infer<typeof schemas.passwordChange>, from: Origin): Promise<Login>;
  /** Ends every session. @throws {ApiError} `bad_code`: also for a phone that nobody has; `too_many_attempts` */
  resetPassword(reset: z.infer<typeof schemas.reset>, from: Origin): Promise<void>;
  /** @throws {ApiError} `bad_code`, `phone_taken`, `too_many_attempts` */
  changePhone(caller: Caller, change: z.infer<typeof schemas.phoneChange>, from: Origin): Promise<{ phone: string }>;
}

export interface AccountSafetyParts {
  database: Database;
  auth: Pick<Auth, 'sessions' | 'guessing'>;
  users: Users;
  codes: SmsCodes;
  signIn: SignIn;
}

const SENT: Sent = { expiresIn: CODE_SECONDS };

export function createAccountSafety(parts: AccountSafetyParts): AccountSafety {
  return { ...createProving(parts), ...createChanging(parts) };
}

function createProving(parts: AccountSafetyParts): Proving {
  const { auth, users, codes, signIn } = parts;
  const phoneOf = (user: UserRow): string => {
    const phone = users.phoneOf(user);
    if (!phone) throw new ApiError('no_phone');
    return phone;
  };

  return {
    async sendCode({ phone, scene, locale }, { ip }) {
      // A code for a new password goes to phones that have an account only, and after the answer.
      const quietly = scene === 'reset' ? ((await users.byPhone(phone)) ? 'send' : 'skip') : undefined;
      await codes.send({ phone, scene, ip, locale, ...(quietly && { quietly }) });
      return SENT;
    },

    async sendProofCode(caller) {
      const user = await own(parts, caller);
      await codes.send({ phone: phoneOf(user), scene: 'verify', ip: caller.ip, locale: user.locale });
      return SENT;
    },

    async prove(caller, proof, from) {
      const user = await own(parts, caller);
      if ('code' in proof) await takeCode(parts, phoneOf(user), 'verify', proof.code, from);
      else if (!(await signIn.isPassword(user, proof.password, from))) throw new ApiError('bad_credentials');
      await auth.sessions.verified(caller.sessionId);
      return { until: new Date(Date.now() + FRESH_MS).toISOString() };
    },
  };
}

function createChanging(parts: AccountSafetyParts): Changing {
  const { database, auth, users, signIn } = parts;
  const { models, transaction } = database;

  async function writePassword(userId: string, password: string): Promise<void> {
    const passwordHash = await hashPassword(password);
    await transaction(async () => {
      await models.users.update({ passwordHash, passwordChangedAt: new Date() }, { where: { id: userId } });
      await models.users.update({ lockedUntil: null, lockReason: null }, { where: { id: userId, lockReason: 'attempts' } });
      await auth.sessions.endAll(userId, 'password');
    });
    await auth.guessing.forgive(userId);
  }

  return {
    async changePassword(caller, { oldPassword, password, client }, from) {
      const user = await own(parts, caller);
      if (user.passwordHash !== null) {
        if (oldPassword === undefined || !(await signIn.isPassword(user, oldPassword, from))) throw new ApiError('bad_credentials');
      } else if (!(await auth.sessions.freshlyVerified(caller.sessionId))) throw new ApiError('step_up_required');
      await writePassword(user.id, password);
      return signIn.begin(user.id, 'password', client, from);
    },

    async resetPassword({ phone, code, password }, from) {
      await takeCode(parts, phone, 'reset', code, from);
      const user = await users.byPhone(phone);
      if (!user) throw new ApiError('bad_code');
      await writePassword(user.id, password);
    },

    async changePhone({ userId }, { phone, code }, from) {
      await takeCode(parts, phone, 'bind', code, from);
      await withViolations(userViolations, () =>
        transaction(() => models.users.update(users.sealedPhone(userId, phone), { where: { id: userId } })),
      );
      return { phone: localPhone(phone) };
    },
  };
}

async function own({ users }: AccountSafetyParts, { userId }: Caller): Promise<UserRow> {
  const user = await users.byId(userId);
  if (!user) throw new ApiError('not_found');
  return user;
}

/** @throws {ApiError} `bad_code`, `too_many_attempts` */
async function takeCode({ auth, codes }: AccountSafetyParts, phone: string, scene: Scene, code: string, { ip }: Origin): Promise<void> {
  const right = await auth.guessing.fromAddress(ip, async () => (await codes.take(phone, scene, code)) || null);
  if (!right) throw new ApiError('bad_code');
}
