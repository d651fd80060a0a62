/** The log of messages and its figures (NTF-05). */
import { Op, QueryTypes, type WhereOptions } from 'sequelize';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { createNotificationStore, type Subject } from '#src/notifications/store.ts';
import { ageOrder, slice } from '#src/plugins/fields.ts';
import { type DeliveryRow, type DeliveryState, deliveryStates, type OutsideChannel } from './model.ts';
import type * as schemas from './schemas.ts';
import type { MessageKind } from './templates/catalogue.ts';

export interface MessageLog {
  deliveries(query: z.infer<typeof schemas.deliveryQuery>): Promise<z.infer<typeof schemas.deliveryList>>;
  statistics(query: z.infer<typeof schemas.statisticsQuery>): Promise<z.infer<typeof schemas.statisticsView>>;
  /** What became of what was told about something: who read it in the page, and the messages. */
  about(subject: Subject): Promise<{ read: number; deliveries: Omit<StateGroup, 'seen'>[] }>;
}

/** What went out, and whose receiver has opened in the page what it tells. */
const wentOut = (state: DeliveryState): boolean => state === 'sent' || state === 'delivered';

/** Messages with the notification that each repeats outside of the page. */
export const TOLD = 'deliveries d LEFT JOIN notifications n ON n.id = d.notification_id';

/** Messages in one state; `seen` of them were opened in the page. Columns of `TOLD`. */
export interface StateGroup {
  channel: OutsideChannel;
  state: DeliveryState;
  count: number;
  seen: number;
}

export function countsOf(groups: readonly StateGroup[]): Record<DeliveryState | 'read', number> {
  const sum = (of: (group: StateGroup) => number): number => groups.reduce((total, group) => total + Number(of(group)), 0);
  const states = deliveryStates.map((name) => [name, sum(({ state, count }) => (state === name ? count : 0))]);
  const read = sum(({ state, seen }) => (wentOut(state) ? seen : 0));
  return { ...(Object.fromEntries(states) as Record<DeliveryState, number>), read };
}

const within = ({ from, to }: { from?: string | undefined; to?: string | undefined }) =>
  from || to ? { createdAt: { ...(from && { [Op.gte]: new Date(from) }), ...(to && { [Op.lt]: new Date(to) }) } } : {};

export function createMessageLog(database: Database): MessageLog {
  const { models, sequelize, time } = database;
  const { everybody } = createNotificationStore(database);
  return {
    async deliveries(query) {
      const { page, pageSize, channel, state, kind, template, userId } = query;
      const filters = Object.entries({ channel, state, kind, template, userId }).filter(([, value]) => value !== undefined);
      const where: WhereOptions<DeliveryRow> = { ...Object.fromEntries(filters), ...within(query) };
      const { rows, count } = await models.deliveries.findAndCountAll({ where, order: ageOrder(query.sort), ...slice(query) });
      const told = rows.flatMap(({ notificationId }) => notificationId ?? []);
      const readAt = await everybody.readAt(told);
      const items = rows.map((row) => deliveryView(row, readAt.get(row.notificationId ?? '') ?? null));
      return { items, pagination: { page, pageSize, total: count } };
    },

    async about(subject) {
      const { read } = await everybody.count({ subject });
      const groups = await sequelize.query<Omit<StateGroup, 'seen'>>(
        `SELECT d.channel AS channel, d.state AS state, COUNT(*) AS count
         FROM ${TOLD} WHERE n.subject_type = :type AND n.subject_id = :id GROUP BY d.channel, d.state`,
        { type: QueryTypes.SELECT, replacements: { ...subject } },
      );
      return { read, deliveries: groups.map(({ channel, state, count }) => ({ channel, state, count: Number(count) })) };
    },

    async statistics(query) {
      const { from, to } = query;
      const period = [...(from ? ['d.created_at >= :from'] : []), ...(to ? ['d.created_at < :to'] : [])];
      const groups = await sequelize.query<StateGroup & { kind: MessageKind }>(
        `SELECT d.channel AS channel, d.kind AS kind, d.state AS state, COUNT(*) AS count, COUNT(n.read_at) AS seen
         FROM ${TOLD} ${period.length > 0 ? `WHERE ${period.join(' AND ')}` : ''} GROUP BY d.channel, d.kind, d.state`,
        { type: QueryTypes.SELECT, replacements: { from: from && time(new Date(from)), to: to && time(new Date(to)) } },
      );
      const rows = [...Map.groupBy(groups, ({ channel, kind }) => `${channel} ${kind}`).values()].map((states) => {
        const [{ channel, kind }] = states as [(typeof states)[number]];
        return { channel, kind, ...countsOf(states) };
      });
      const app = await everybody.count({ ...(from && { from: new Date(from) }), ...(to && { to: new Date(to) }) });
      return { app, outside: rows };
    },
  };
}

function deliveryView(row: DeliveryRow, readAt: Date | null): z.infer<typeof schemas.deliveryView> {
  const { id, notificationId, userId, channel, kind, template, recipient, provider, providerId, state, errorCode, attempts } = row;
  return {
    ...{ id, notificationId, userId, channel, kind, template, recipient, state, attempts },
    provider: provider ?? null,
    providerId: providerId ?? null,
    errorCode: errorCode ?? null,
    sentAt: row.sentAt?.toISOString() ?? null,
    deliveredAt: row.deliveredAt?.toISOString() ?? null,
    readAt: readAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
