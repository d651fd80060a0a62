/** Payments as their payers and the staff look at them (ORD-16). */
import { Op, type WhereAttributeHash } from 'sequelize';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Orders } from '#src/orders/service.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { Settings } from '#src/settings/service.ts';
import type * as schemas from './schemas.ts';
import { paymentStatistics } from './statistics.ts';
import { paymentViews, type PaymentView } from './views.ts';

export interface PaymentReading {
  /** @throws {ApiError} `not_found` */
  get(caller: Caller, id: string): Promise<PaymentView>;
  /** Every attempt, oldest first. @throws {ApiError} `not_found` */
  ofOrder(caller: Caller, orderId: string): Promise<{ items: PaymentView[] }>;
  /** Everybody's. */
  list(caller: Caller, query: z.infer<typeof schemas.query>): Promise<z.infer<typeof schemas.list>>;
  statistics(query: z.infer<typeof schemas.statisticsQuery>): Promise<z.infer<typeof schemas.statistics>>;
}

interface ReadingParts {
  database: Database;
  orders: Pick<Orders, 'own'>;
  settings: Pick<Settings, 'get'>;
}

export function createPaymentReading({ database, orders, settings }: ReadingParts): PaymentReading {
  const { models } = database;
  return {
    async get(caller, id) {
      const own = caller.can('orders:read-all') ? {} : { userId: caller.userId };
      const row = await models.payments.findOne({ where: { id, ...own } });
      const [view] = row ? await paymentViews(database, [row], caller) : [];
      if (!view) throw new ApiError('not_found');
      return view;
    },

    async ofOrder(caller, orderId) {
      if (!caller.can('orders:read-all')) await orders.own(caller.userId, orderId);
      const rows = await models.payments.findAll({ where: { orderId }, order: ['createdAt', 'id'] });
      return { items: await paymentViews(database, rows, caller) };
    },

    statistics: (query) => paymentStatistics(database, query, settings.get('clinic.zone')),

    async list(caller, query) {
      const { page, pageSize } = query;
      const { rows, count } = await models.payments.findAndCountAll({
        where: conditionsOf(query),
        order: orderOf(query.sort),
        ...slice(query),
      });
      return { items: await paymentViews(database, rows, caller), pagination: { page, pageSize, total: count } };
    },
  };
}

function conditionsOf({ method, state, userId, orderId, paymentNo, from, to, surplus }: z.infer<typeof schemas.query>) {
  const filters = Object.entries({ method, state, userId, orderId, paymentNo }).filter(([, value]) => value !== undefined);
  const where: WhereAttributeHash = Object.fromEntries(filters);
  if (from || to) where['createdAt'] = { ...(from && { [Op.gte]: new Date(from) }), ...(to && { [Op.lt]: new Date(to) }) };
  // Beside a state that was asked for: both must hold.
  const paid = surplus && { state: 'paid', paidOrderId: surplus === 'true' ? null : { [Op.not]: null } };
  return paid ? { [Op.and]: [where, paid] } : where;
}
