/**
 * Codes by text message (IDN-04, SEC-06): six digits, good once, for one phone and one purpose, for five minutes and five tries.
 * Only a keyed hash is stored.
 */
import { randomInt, timingSafeEqual } from 'node:crypto';
import { literal, Op } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { Config } from '#config/index.ts';
import type { Logger } from '#rooms/ports.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Limits } from './limits.ts';
import { networkOf } from './networks.ts';
import type { CodeSender, SecurityNotices } from './ports.ts';

/** What a code is for: `bind` is a phone that is to become an account's, `verify` a sensitive operation. */
export const scenes = ['login', 'register', 'reset', 'bind', 'verify'] as const;
export type Scene = (typeof scenes)[number];

export const CODE_SECONDS = 300;
const TRIES = 5;
const PAUSE_MS = 60_000;
const DAY_MS = 86_400_000;

export interface CodeRequest {
  /** E.164 */
  phone: string;
  scene: Scene;
  ip: string;
  locale: 'zh' | 'en';
  /** Nobody may learn from the answer or its time whether this phone is known: sent after the answer, or not at all. */
  quietly?: 'send' | 'skip';
}

export interface SmsCodes {
  /** @throws {ApiError} `code_too_soon`, `code_limit`, `sms_unavailable` */
  send(request: CodeRequest): Promise<void>;
  /** Uses a code up. @returns whether it was right */
  take(phone: string, scene: Scene, code: string): Promise<boolean>;
}

export interface SmsCodesParts {
  config: Pick<Config, 'LOGIN_CODES_PER_PHONE' | 'LOGIN_CODES_PER_ADDRESS'>;
  database: Database;
  vault: Pick<Vault, 'index'>;
  limits: Limits;
  sender: CodeSender;
  notices: Pick<SecurityNotices, 'suspicious'>;
  log: Logger;
}

export function createSmsCodes({ config, database, vault, limits, sender, notices, log }: SmsCodesParts): SmsCodes {
  const { models, transaction } = database;
  const { smsCodes } = models;
  const hashOf = (id: string, code: string) => vault.index('sms-code', `${id}:${code}`);

  async function spend(ip: string, key: string, limit: number, windowMs: number, refusal: 'code_too_soon' | 'code_limit'): Promise<void> {
    const { allowed, endsAt } = await limits.take(key, limit, windowMs);
    if (!allowed && refusal === 'code_limit') await notices.suspicious('codes_refused', { ip });
    if (!allowed) throw new ApiError(refusal, { retryAfter: Math.max(1, Math.ceil((endsAt.getTime() - Date.now()) / 1_000)) });
  }

  async function store(phoneIndex: string, scene: Scene, code: string): Promise<string> {
    const id = uuid();
    const expiresAt = new Date(Date.now() + CODE_SECONDS * 1_000);
    await transaction(async () => {
      await smsCodes.update({ usedAt: new Date() }, { where: { phoneIndex, scene, usedAt: null } });
      await smsCodes.create({ id, phoneIndex, scene, codeHash: hashOf(id, code), tries: 0, expiresAt });
    });
    return id;
  }

  return {
    async send({ phone, scene, ip, locale, quietly }) {
      const phoneIndex = vault.index('phone', phone);
      const pause = `code-pause:${phoneIndex}`;
      await spend(ip, pause, 1, PAUSE_MS, 'code_too_soon');
      await spend(ip, `code-phone:${phoneIndex}`, config.LOGIN_CODES_PER_PHONE, DAY_MS, 'code_limit');
      await spend(ip, `code-address:${networkOf(ip)}`, config.LOGIN_CODES_PER_ADDRESS, DAY_MS, 'code_limit');
      const code = String(randomInt(1_000_000)).padStart(6, '0');
      const id = await store(phoneIndex, scene, code);
      const sending = quietly === 'skip' ? Promise.resolve() : sender.send({ phone, code, locale });
      const told = sending.catch(async (error: unknown) => {
        log.warn({ err: error, scene }, 'code not sent');
        await transaction(() => smsCodes.update({ usedAt: new Date() }, { where: { id } }));
        await limits.clear(pause);
        throw new ApiError('sms_unavailable', { cause: error });
      });
      if (quietly) void told.catch(() => undefined);
      else await told;
    },

    async take(phone, scene, code) {
      const phoneIndex = vault.index('phone', phone);
      const row = await smsCodes.findOne({
        where: { phoneIndex, scene, usedAt: null, expiresAt: { [Op.gt]: new Date() } },
        order: [['createdAt', 'DESC']],
      });
      if (!row) return false;
      const { id } = row;
      const [counted] = await transaction(() =>
        smsCodes.update({ tries: literal('tries + 1') }, { where: { id, usedAt: null, tries: { [Op.lt]: TRIES } } }),
      );
      if (counted === 0 || !timingSafeEqual(Buffer.from(hashOf(id, code)), Buffer.from(row.codeHash))) return false;
      const [used] = await transaction(() => smsCodes.update({ usedAt: new Date() }, { where: { id, usedAt: null } }));
      return used > 0;
    },
  };
}
