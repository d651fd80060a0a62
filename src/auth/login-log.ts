/** The log of every attempt to sign in, and what is unusual about one (IDN-18). */
import { type CreationAttributes, Op, type WhereAttributeHash } from 'sequelize';
import type { z } from 'zod';
import type { Logger } from '#rooms/ports.ts';
import type { Database } from '#src/database/database.ts';
import { ageOrder, slice } from '#src/plugins/fields.ts';
import { createBatch } from './batch.ts';
import type { LoginRow } from './login-model.ts';
import type { LoginMethod } from './model.ts';
import { type ClientClaim, clientType, deviceKey, deviceName, type Origin, regionOf } from './networks.ts';
import type { SecurityNotices } from './ports.ts';
import type * as schemas from './schemas.ts';

/** So many failures before a success are worth telling. */
const MANY_FAILURES = 3;
const LOOK_BACK_MS = 180 * 86_400_000;

export interface Attempt {
  userId: string | null;
  /** Fit to be stored: see `LoginRow.account`. */
  account: string | null;
  method: LoginMethod;
  client: ClientClaim;
  from: Origin;
}

export interface LoginLog {
  /** Those that were refused without a check may come in floods: they are written together, up to half a second later. */
  failed(attempt: Attempt, reason: string): Promise<void>;
  /** Writes what is still to be written. */
  flush(): Promise<void>;
  /** Inside the transaction that begins the session. Tells the person of what is unusual. @returns what that is */
  succeeded(attempt: Attempt & { userId: string }, sessionId: string): Promise<string[]>;
  list(query: z.infer<typeof schemas.loginQuery>): Promise<z.infer<typeof schemas.loginList>>;
  /** Logins of a user in a period, for figures. */
  count(userId: string, from: Date, to: Date): Promise<number>;
}

export function createLoginLog({ models: { logins }, transaction }: Database, notices: SecurityNotices, log: Logger): LoginLog {
  const refused = createBatch<CreationAttributes<LoginRow>>(async (rows) => {
    await transaction(() => logins.bulkCreate(rows));
  }, log);

  /** The first login of all is not unusual: there is nothing to compare it with. */
  async function unusual(userId: string, device: string, network: string): Promise<string[]> {
    const recent = { userId, createdAt: { [Op.gt]: new Date(Date.now() - LOOK_BACK_MS) } };
    const latest = await logins.findOne({ where: { ...recent, success: true }, order: [['id', 'DESC']] });
    if (!latest) return [];
    const before = async (where: WhereAttributeHash<LoginRow>) =>
      (await logins.findOne({ where: { ...recent, success: true, ...where } })) !== null;
    const failures = await logins.count({ where: { userId, success: false, id: { [Op.gt]: latest.id } } });
    return [
      ...((await before({ deviceKey: device })) ? [] : ['new_device']),
      ...((await before({ network })) ? [] : ['new_network']),
      ...(failures >= MANY_FAILURES ? ['after_failures'] : []),
    ];
  }

  return {
    async failed(attempt, reason) {
      const row = { ...rowOf(attempt), success: false, reason, createdAt: new Date() };
      if (reason === 'too_many_attempts') refused.add(row);
      else await transaction(() => logins.create(row));
    },
    flush: refused.flush,

    async succeeded(attempt, sessionId) {
      const row = rowOf(attempt);
      const abnormal = await unusual(attempt.userId, row.deviceKey, row.network);
      const flags = abnormal.length > 0 ? abnormal.join(',') : null;
      await logins.create({ ...row, success: true, sessionId, abnormal: flags });
      if (flags) await notices.newDevice(attempt.userId, sessionId);
      return abnormal;
    },

    async list({ userId, success, abnormal, ip, from, to, sort, ...page }) {
      const where: WhereAttributeHash<LoginRow> = {
        ...(userId && { userId }),
        ...(success !== undefined && { success }),
        ...(abnormal !== undefined && { abnormal: abnormal ? { [Op.ne]: null } : null }),
        ...(ip && { ip }),
        ...((from ?? to) && { createdAt: { ...(from && { [Op.gte]: new Date(from) }), ...(to && { [Op.lt]: new Date(to) }) } }),
      };
      const { rows, count } = await logins.findAndCountAll({ where, order: ageOrder(sort), ...slice(page) });
      return { items: rows.map(viewOf), pagination: { ...page, total: count } };
    },

    count: (userId, from, to) => logins.count({ where: { userId, success: true, createdAt: { [Op.gte]: from, [Op.lt]: to } } }),
  };
}

function rowOf({ userId, account, method, client, from }: Attempt) {
  const { ip, userAgent } = from;
  const device = { clientType: clientType(client, userAgent), deviceKey: deviceKey(client, userAgent), userAgent };
  return { userId, account, method, ...device, ip, network: regionOf(ip) };
}

function viewOf(row: LoginRow): z.infer<typeof schemas.loginView> {
  const { userId, account, method, success, reason, abnormal, clientType: type, userAgent, ip, createdAt } = row;
  return {
    id: String(row.id),
    userId,
    account,
    method,
    success,
    reason,
    abnormal: abnormal?.split(',') ?? [],
    clientType: type,
    device: deviceName(userAgent),
    ip,
    createdAt: createdAt.toISOString(),
  };
}
