/** The log of messages and its figures (NTF-05). */
import { col, fn, Op, type WhereOptions } from 'sequelize';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { ageOrder, slice } from '#src/plugins/fields.ts';
import { type DeliveryRow, type DeliveryState, deliveryStates, type OutsideChannel } from './model.ts';
import type * as schemas from './schemas.ts';
import type { MessageKind } from './templates/catalogue.ts';

export interface MessageLog {
  deliveries(query: z.infer<typeof schemas.deliveryQuery>): Promise<z.infer<typeof schemas.deliveryList>>;
  statistics(query: z.infer<typeof schemas.statisticsQuery>): Promise<z.infer<typeof schemas.statisticsView>>;
}

interface Group {
  channel: OutsideChannel;
  kind: MessageKind;
  state: DeliveryState;
  count: number;
}

const within = ({ from, to }: { from?: string | undefined; to?: string | undefined }) =>
  from || to ? { createdAt: { ...(from && { [Op.gte]: new Date(from) }), ...(to && { [Op.lt]: new Date(to) }) } } : {};

export function createMessageLog({ models }: Database): MessageLog {
  return {
    async deliveries(query) {
      const { page, pageSize, channel, state, kind, template, userId } = query;
      const filters = Object.entries({ channel, state, kind, template, userId }).filter(([, value]) => value !== undefined);
      const where: WhereOptions<DeliveryRow> = { ...Object.fromEntries(filters), ...within(query) };
      const { rows, count } = await models.deliveries.findAndCountAll({ where, order: ageOrder(query.sort), ...slice(query) });
      return { items: rows.map(deliveryView), pagination: { page, pageSize, total: count } };
    },

    async statistics(query) {
      const where = within(query);
      const counted = await models.deliveries.findAll({
        where,
        attributes: ['channel', 'kind', 'state', [fn('COUNT', col('id')), 'count']],
        group: ['channel', 'kind', 'state'],
        raw: true,
      });
      // Raw rows have the names of the attributes.
      const groups = counted as unknown as Group[];
      const rows = [...Map.groupBy(groups, ({ channel, kind }) => `${channel} ${kind}`).values()].map((states) => {
        const [first] = states as [Group];
        const of = (state: DeliveryState) => Number(states.find((group) => group.state === state)?.count ?? 0);
        const counts = Object.fromEntries(deliveryStates.map((state) => [state, of(state)])) as Record<DeliveryState, number>;
        return { channel: first.channel, kind: first.kind, ...counts };
      });
      const inPage = await models.notifications.count({ where });
      const read = await models.notifications.count({ where: { ...where, readAt: { [Op.not]: null } } });
      return { app: { sent: inPage, read }, outside: rows };
    },
  };
}

function deliveryView(row: DeliveryRow): z.infer<typeof schemas.deliveryView> {
  const { id, notificationId, userId, channel, kind, template, recipient, provider, providerId, state, errorCode, attempts } = row;
  return {
    ...{ id, notificationId, userId, channel, kind, template, recipient, state, attempts },
    provider: provider ?? null,
    providerId: providerId ?? null,
    errorCode: errorCode ?? null,
    sentAt: row.sentAt?.toISOString() ?? null,
    deliveredAt: row.deliveredAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
