/** What patients say of visits (REV-01..05). */
import { col, fn, UniqueConstraintError, type WhereAttributeHash } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { maskName } from '#src/crypto/masks.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import { slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { PractitionerLookup } from '#src/practitioners/lookup.ts';
import type { ReviewRow } from './model.ts';
import type * as schemas from './schemas.ts';
import { createTags, type ReviewTags } from './tags.ts';

type View = z.infer<typeof schemas.reviewView>;
type List = z.infer<typeof schemas.list>;

export interface Reviews extends ReviewTags {
  /** By the patient, once, of a completed visit. @throws {ApiError} `not_found`, `wrong_state`, `already_exists`, `unknown_tag` */
  write(caller: Caller, input: z.infer<typeof schemas.newReview>): Promise<View>;
  /** By the reviewed practitioner and no other. @throws {ApiError} `not_found` */
  reply(caller: Caller, id: string, text: string): Promise<View>;
  /** @throws {ApiError} `not_found` */
  setHidden(id: string, hidden: boolean): Promise<View>;
  /** Public: what is not hidden, newest first. */
  of(practitionerId: string, query: z.infer<typeof schemas.query>): Promise<List>;
  all(query: z.infer<typeof schemas.adminQuery>): Promise<List>;
  statistics(practitionerId: string): Promise<z.infer<typeof schemas.statistics>>;
}

export interface ReviewParts {
  database: Database;
  outbox: Outbox;
  practitioners: PractitionerLookup;
}

export function createReviews(parts: ReviewParts): Reviews {
  const { database, outbox, practitioners } = parts;
  const { models, transaction } = database;

  return {
    ...createTags(database),

    write: (caller, input) => write(database, caller, input),

    async reply(caller, id, text) {
      const own = await practitioners.byUser(caller.userId);
      const review = own && (await models.reviews.findOne({ where: { id, practitionerId: own.id } }));
      if (!review) throw new ApiError('not_found');
      await transaction(async () => {
        await review.update({ reply: text, repliedAt: new Date() });
        const told = { userId: review.userId, kind: 'review.replied', subjectType: 'review', subjectId: id } as const;
        await outbox.append('notification.send', told, { requestId: caller.requestId });
      });
      return viewOf(database, review);
    },

    async setHidden(id, hidden) {
      const review = await models.reviews.findByPk(id);
      if (!review) throw new ApiError('not_found');
      await transaction(() => review.update({ hidden }));
      return viewOf(database, review);
    },

    of: (practitionerId, query) => list(database, { practitionerId, hidden: false }, query),
    all: (query) =>
      list(
        database,
        { ...(query.practitionerId && { practitionerId: query.practitionerId }), ...(query.hidden && { hidden: query.hidden === 'true' }) },
        query,
      ),
    statistics: (practitionerId) => statistics(database, practitionerId),
  };
}

async function write(
  database: Database,
  caller: Caller,
  { appointmentId, rating, text, tagIds }: z.infer<typeof schemas.newReview>,
): Promise<View> {
  const { models, transaction } = database;
  const appointment = await models.appointments.findOne({ where: { id: appointmentId, userId: caller.userId } });
  if (!appointment) throw new ApiError('not_found');
  if (appointment.status !== 'completed' || appointment.outcome === 'patient_absent') throw new ApiError('wrong_state');
  const tags = await models.reviewTags.findAll({ where: { id: tagIds, enabled: true } });
  if (tags.length < new Set(tagIds).size) throw new ApiError('unknown_tag');
  const row = {
    id: uuid(),
    appointmentId,
    practitionerId: appointment.practitionerId,
    userId: caller.userId,
    rating,
    text,
    hidden: false,
  };
  try {
    return await transaction(async () => {
      const review = await models.reviews.create(row);
      await models.reviewTagChoices.bulkCreate(tags.map(({ id: tagId }) => ({ reviewId: review.id, tagId })));
      return viewOf(database, review);
    });
  } catch (error) {
    throw error instanceof UniqueConstraintError ? new ApiError('already_exists', { cause: error }) : error;
  }
}

async function list(database: Database, where: WhereAttributeHash, query: z.infer<typeof schemas.query>): Promise<List> {
  const order: [string, string][] = [
    ['createdAt', 'DESC'],
    ['id', 'DESC'],
  ];
  const { rows, count } = await database.models.reviews.findAndCountAll({ where, order, ...slice(query) });
  const items = await Promise.all(rows.map((row) => viewOf(database, row)));
  return { items, pagination: { page: query.page, pageSize: query.pageSize, total: count } };
}

async function viewOf({ models }: Database, review: ReviewRow): Promise<View> {
  const { id, practitionerId, userId, rating, text, hidden, reply, repliedAt, createdAt } = review;
  const author = await models.users.findByPk(userId, { attributes: ['name'] });
  const choices = await models.reviewTagChoices.findAll({ where: { reviewId: id } });
  const tags = await models.reviewTags.findAll({ where: { id: choices.map(({ tagId }) => tagId) }, order: ['name'] });
  return {
    ...{ id, practitionerId, rating, text, hidden: Boolean(hidden), reply: reply ?? null },
    author: maskName(author?.name ?? ''),
    tags: tags.map(({ name }) => name),
    repliedAt: repliedAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}

async function statistics({ models }: Database, practitionerId: string): Promise<z.infer<typeof schemas.statistics>> {
  const shown = { practitionerId, hidden: false };
  const groups = (await models.reviews.findAll({
    where: shown,
    attributes: ['rating', [fn('COUNT', col('id')), 'count']],
    group: ['rating'],
    raw: true,
  })) as unknown as { rating: number; count: number }[];
  const stars = Object.fromEntries([1, 2, 3, 4, 5].map((star) => [star, Number(groups.find(({ rating }) => rating === star)?.count ?? 0)]));
  const count = Object.values(stars).reduce((sum, number) => sum + number, 0);
  const total = Object.entries(stars).reduce((sum, [star, number]) => sum + Number(star) * number, 0);
  const happy = (stars[4] ?? 0) + (stars[5] ?? 0);
  const ids = (await models.reviews.findAll({ where: shown, attributes: ['id'] })).map(({ id }) => id);
  const choices = Map.groupBy(await models.reviewTagChoices.findAll({ where: { reviewId: ids } }), ({ tagId }) => tagId);
  const names = new Map((await models.reviewTags.findAll({ where: { id: [...choices.keys()] } })).map(({ id, name }) => [id, name]));
  const tags = [...choices].map(([tagId, chosen]) => ({ name: names.get(tagId) ?? '', count: chosen.length }));
  return {
    ...{ practitionerId, count, stars },
    average: count === 0 ? null : Math.round((total / count) * 100) / 100,
    satisfaction: count === 0 ? null : Math.round((happy / count) * 1_000) / 1_000,
    tags: tags.toSorted((a, b) => b.count - a.count),
  };
}
