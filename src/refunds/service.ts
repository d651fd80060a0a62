/** Refunds: asked for and decided about, or following by themselves (ORD-17, ORD-18). */
import { Op, type WhereAttributeHash } from 'sequelize';
import type { z } from 'zod';
import type { Vault } from '#src/crypto/vault.ts';
import { ApiError } from '#src/errors.ts';
import type { Orders } from '#src/orders/service.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { Settings } from '#src/settings/service.ts';
import { type AutomaticRefunds, createAutomaticRefunds } from './automatic.ts';
import { createDeciding, type Deciding } from './deciding.ts';
import { createExecution, type Execution, type ExecutionParts } from './execution.ts';
import type { RefundRow } from './model.ts';
import type * as schemas from './schemas.ts';
import { refundViews, type RefundView } from './views.ts';

export interface Refunds extends Deciding, AutomaticRefunds, Pick<Execution, 'proceed' | 'told'> {
  /** Own ones; everybody's for those who decide about them. */
  list(caller: Caller, query: z.infer<typeof schemas.query>): Promise<z.infer<typeof schemas.list>>;
  /** @throws {ApiError} `not_found` */
  get(caller: Caller, id: string): Promise<RefundView>;
  /** What a notification says. */
  tell(id: string): Promise<{ orderId: string; orderNo: string; amount: number; approved: boolean }>;
  /** Job by the clock: sets off again what has been quiet for long. */
  resume(): Promise<void>;
}

export interface RefundsParts extends ExecutionParts {
  vault: Vault;
  settings: Pick<Settings, 'get'>;
  orders: ExecutionParts['orders'] & Pick<Orders, 'own' | 'listen' | 'fire' | 'completedAt'>;
}

/** Longer than the longest pause between two steps. */
const QUIET_MS = 12 * 3_600_000;

export function createRefunds(parts: RefundsParts): Refunds {
  const { database, outbox, orders } = parts;
  const { models } = database;
  const execution = createExecution(parts);
  const automatic = createAutomaticRefunds({ ...parts, execution });
  orders.listen('*', { cancelled: automatic.forCancelled });

  const view = async (caller: Caller, row: RefundRow): Promise<RefundView> => {
    const [shown] = await refundViews(parts, [row], caller);
    if (!shown) throw new ApiError('not_found');
    return shown;
  };

  return {
    ...automatic,
    ...createDeciding({ ...parts, execution, view }),
    proceed: execution.proceed,
    told: execution.told,

    async list(caller, { page, pageSize, sort, from, to, userId, ...filters }) {
      const asked = { ...filters, userId: seesAll(caller) ? userId : caller.userId };
      const where: WhereAttributeHash = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
      if (from || to) where['createdAt'] = { ...(from && { [Op.gte]: new Date(from) }), ...(to && { [Op.lt]: new Date(to) }) };
      const { rows, count } = await models.refunds.findAndCountAll({ where, order: orderOf(sort), ...slice({ page, pageSize }) });
      return { items: await refundViews(parts, rows, caller), pagination: { page, pageSize, total: count } };
    },
    async get(caller, id) {
      const row = await models.refunds.findOne({ where: { id, ...(!seesAll(caller) && { userId: caller.userId }) } });
      if (!row) throw new ApiError('not_found');
      return view(caller, row);
    },

    async tell(id) {
      const { orderId, amount, state } = await models.refunds.findByPk(id, { rejectOnEmpty: true });
      const { orderNo } = await models.orders.findByPk(orderId, { attributes: ['orderNo'], rejectOnEmpty: true });
      return { orderId, orderNo, amount, approved: state !== 'rejected' };
    },

    async resume() {
      const where = { state: ['approved', 'processing'], updatedAt: { [Op.lt]: new Date(Date.now() - QUIET_MS) } };
      const day = new Date().toISOString().slice(0, 10);
      for (const { id: refundId } of await models.refunds.findAll({ where, attributes: ['id'] })) {
        // Beyond all pauses, so that the longest one follows.
        await outbox.append('refund.execute', { refundId, step: 1_000 }, { dedupeKey: `refund.execute:${refundId}:${day}` });
      }
    },
  };
}

const seesAll = (caller: Caller): boolean => caller.can('refunds:review') || caller.can('orders:read-all');
