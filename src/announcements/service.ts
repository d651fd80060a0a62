/** Announcements: one text for many people (NTF-04), told in batches behind the scenes, each person once. */
import { literal, Op, type WhereOptions } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { MessageLog } from '#src/messaging/log.ts';
import type { Notifications } from '#src/notifications/service.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import { ageOrder, slice } from '#src/plugins/fields.ts';
import type { UserRow } from '#src/users/model.ts';
import type { AnnouncementRow, Audience } from './model.ts';
import type * as schemas from './schemas.ts';

type View = z.infer<typeof schemas.announcementView>;

export interface Announcements {
  /** Begins to tell it. */
  create(userId: string, announcement: z.infer<typeof schemas.newAnnouncement>): Promise<View>;
  list(query: z.infer<typeof schemas.announcementQuery>): Promise<z.infer<typeof schemas.announcementList>>;
  /** With what came of it so far. @throws {ApiError} `not_found` */
  get(id: string): Promise<z.infer<typeof schemas.announcementResult>>;
  /** Nobody else is told. @throws {ApiError} `not_found`, `wrong_state` */
  cancel(id: string): Promise<View>;
  /** Does an `announcement.batch` row, in the transaction that marks it done: tells the next people and asks for the batch after. */
  batch(id: string): Promise<void>;
}

/** People in one transaction: on SQLite everybody else waits for it. */
const BATCH = 25;

interface AnnouncementParts {
  database: Database;
  outbox: Outbox;
  notifications: Notifications;
  messaging: Pick<MessageLog, 'about'>;
}

export function createAnnouncements({ database, outbox, notifications, messaging }: AnnouncementParts): Announcements {
  const { models, transaction } = database;
  const { announcements } = models;
  notifications.describe('announcement', async (id) => {
    const row = await announcements.findByPk(id);
    return row && row.state !== 'cancelled' ? { title: row.title, body: row.body, ...(row.path !== null && { path: row.path }) } : null;
  });

  async function found(id: string): Promise<AnnouncementRow> {
    const row = await announcements.findByPk(id);
    if (!row) throw new ApiError('not_found');
    return row;
  }

  return {
    create: (userId, { path, ...announcement }) =>
      transaction(async () => {
        const progress = { state: 'running' as const, reached: 0, told: 0 };
        const row = await announcements.create({ id: uuid(), ...announcement, path: path ?? null, ...progress, createdBy: userId });
        await outbox.append('announcement.batch', { id: row.id });
        return viewOf(row);
      }),

    async list({ page, pageSize, state, sort }) {
      const where = state ? { state } : {};
      const { rows, count } = await announcements.findAndCountAll({ where, order: ageOrder(sort), ...slice({ page, pageSize }) });
      return { items: rows.map(viewOf), pagination: { page, pageSize, total: count } };
    },

    async get(id) {
      return { ...viewOf(await found(id)), ...(await messaging.about({ type: 'announcement', id })) };
    },

    cancel: (id) =>
      transaction(async () => {
        const values = { state: 'cancelled' as const, finishedAt: new Date() };
        const [changed] = await announcements.update(values, { where: { id, state: 'running' } });
        const row = await found(id);
        if (changed === 0) throw new ApiError('wrong_state');
        return viewOf(row);
      }),

    batch: (id) => batch({ database, outbox, notifications }, id),
  };
}

interface BatchParts {
  database: Database;
  outbox: Pick<Outbox, 'append'>;
  notifications: Pick<Notifications, 'send'>;
}

async function batch({ database, outbox, notifications }: BatchParts, id: string): Promise<void> {
  const row = await database.models.announcements.findOne({ where: { id, state: 'running' }, lock: true });
  if (!row) return;
  const people = await nextOf(database, row);
  let told = 0;
  const kind = row.class === 'marketing' ? 'promotion' : 'announcement';
  for (const { id: userId } of people) {
    const order = { userId, kind, subjectType: 'announcement', subjectId: id } as const;
    if (await notifications.send(uuid(), order, row.channels)) told++;
  }
  const last = people.length < BATCH;
  await row.update({
    ...{ reached: row.reached + people.length, told: row.told + told, position: people.at(-1)?.id ?? row.position ?? null },
    ...(last && { state: 'done', finishedAt: new Date() }),
  });
  if (!last) await outbox.append('announcement.batch', { id });
}

/** The people after the last one, by id: nobody comes twice, and who joins meanwhile has a larger id and comes too. */
async function nextOf({ models, sequelize }: Database, { audience, position }: AnnouncementRow): Promise<Pick<UserRow, 'id'>[]> {
  const where: WhereOptions<UserRow>[] = [{ status: 'active' }, whom(audience, (text) => sequelize.escape(text))];
  if (position) where.push({ id: { [Op.gt]: position } });
  return models.users.findAll({ where: { [Op.and]: where }, attributes: ['id'], order: ['id'], limit: BATCH });
}

function whom(audience: Audience, quoted: (text: string) => string): WhereOptions<UserRow> {
  if ('userIds' in audience) return { id: audience.userIds };
  if (!('roles' in audience)) return {};
  return { id: { [Op.in]: literal(`(SELECT user_id FROM user_roles WHERE role_key IN (${audience.roles.map(quoted).join(', ')}))`) } };
}

function viewOf(row: AnnouncementRow): View {
  const { id, class: name, title, body, path, channels, audience, state, reached, told, createdBy } = row;
  const finishedAt = row.finishedAt?.toISOString() ?? null;
  return {
    id,
    class: name,
    title,
    body,
    path,
    channels,
    audience,
    state,
    reached,
    told,
    createdBy,
    createdAt: row.createdAt.toISOString(),
    finishedAt,
  };
}
