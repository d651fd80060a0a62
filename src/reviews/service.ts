/** What patients say of visits and services (REV-01..06). */
import { col, fn, QueryTypes, UniqueConstraintError, type WhereAttributeHash } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { SharedCaches } from '#src/cache/shared.ts';
import { maskName } from '#src/crypto/masks.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { PractitionerLookup } from '#src/practitioners/lookup.ts';
import type { ReviewRow } from './model.ts';
import * as schemas from './schemas.ts';
import { subjectOf } from './subjects.ts';
import { createTags, type ReviewTags } from './tags.ts';

type View = z.infer<typeof schemas.reviewView>;
type List = z.infer<typeof schemas.list>;
type Figures = z.infer<typeof schemas.figures>;
type Whose = { practitionerId: string } | { serviceId: string };

export interface Reviews extends ReviewTags {
  /**
   * By the patient, once, of a completed appointment, a visit that took place, or an order whose service is done.
   * @throws {ApiError} `not_found`, `wrong_state`, `already_exists`, `unknown_tag`
   */
  write(caller: Caller, input: z.infer<typeof schemas.newReview>): Promise<View>;
  /** What was said of one visit, to either side of it. @throws {ApiError} `not_found` */
  ofAppointment(caller: Caller, appointmentId: string): Promise<{ review: View | null }>;
  /** Of one visit, booked or not, to either side of it. @throws {ApiError} `not_found`, `forbidden` */
  ofConsultation(caller: Caller, consultationId: string): Promise<{ review: View | null }>;
  /** By the reviewed practitioner and no other. @throws {ApiError} `not_found` */
  reply(caller: Caller, id: string, text: string): Promise<View>;
  /** @throws {ApiError} `not_found` */
  setHidden(id: string, hidden: boolean): Promise<View>;
  /** Public: what is not hidden. */
  of(whose: Whose, query: z.infer<typeof schemas.query>): Promise<List>;
  /** The caller's own, hidden ones too. */
  own(userId: string, query: z.infer<typeof schemas.query>): Promise<z.infer<typeof schemas.ownList>>;
  all(query: z.infer<typeof schemas.adminQuery>): Promise<List>;
  statistics<W extends Whose>(whose: W): Promise<W & Figures>;
}

export interface ReviewParts {
  database: Database;
  outbox: Outbox;
  practitioners: PractitionerLookup;
  caches: Pick<SharedCaches, 'open'>;
}

/** How long figures are kept that a change has missed. */
const FIGURES_MS = 300_000;

export function createReviews(parts: ReviewParts): Reviews {
  const { database, outbox, practitioners } = parts;
  const { models, transaction } = database;
  const { changed, statistics } = createFigures(parts);

  return {
    ...createTags(database),

    write: (caller, input) => write(parts, caller, input, changed),

    ...ofOneVisit(parts),

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
      await transaction(async () => {
        await review.update({ hidden });
        await changed(review);
      });
      return viewOf(database, review);
    },

    of: (whose, query) => list(database, { ...whose, hidden: false }, query),
    async own(userId, query) {
      const { rows, ...page } = await read(database, { userId }, query);
      const views = await viewsOf(database, rows);
      const items = rows.map(({ id, appointmentId, consultationId, orderId }) => ({
        ...(views.get(id) as View),
        ...{ appointmentId, consultationId, orderId },
      }));
      return { items, ...page };
    },
    all(query) {
      const { practitionerId, serviceId, hidden } = query;
      return list(
        database,
        { ...(practitionerId && { practitionerId }), ...(serviceId && { serviceId }), ...(hidden && { hidden: hidden === 'true' }) },
        query,
      );
    },
    statistics,
  };
}

/** Figures are asked for whenever somebody looks at a practitioner or a service. */
function createFigures({ database, caches }: ReviewParts) {
  const figures = caches.open({ name: 'review-figures', schema: schemas.figures, ttlMs: FIGURES_MS });
  return {
    /** In the transaction of the change. */
    async changed({ practitionerId, serviceId }: ReviewRow): Promise<void> {
      for (const id of [practitionerId, serviceId]) if (id) await figures.drop(id);
    },
    async statistics<W extends Whose>(whose: W): Promise<W & Figures> {
      const id = 'practitionerId' in whose ? whose.practitionerId : whose.serviceId;
      return { ...whose, ...(await figures.read(id, () => figuresOf(database, whose))) };
    },
  };
}

/** What was said of one visit, to its two sides. */
function ofOneVisit({ database, practitioners }: ReviewParts): Pick<Reviews, 'ofAppointment' | 'ofConsultation'> {
  const { models } = database;
  return {
    async ofAppointment(caller, appointmentId) {
      const appointment = await models.appointments.findByPk(appointmentId, { attributes: ['userId', 'practitionerId'] });
      const own = appointment && appointment.userId !== caller.userId ? await practitioners.byUser(caller.userId) : null;
      const reach = appointment?.userId === caller.userId || (own && own.id === appointment?.practitionerId);
      if (!reach) throw new ApiError('not_found');
      const review = await models.reviews.findOne({ where: { appointmentId } });
      return { review: review && (await viewOf(database, review)) };
    },

    async ofConsultation({ userId }, consultationId) {
      const visit = await models.consultations.findByPk(consultationId, { attributes: ['appointmentId'] });
      if (!visit) throw new ApiError('not_found');
      const sides = await models.members.count({ where: { consultationId, userId, role: ['patient', 'practitioner'] } });
      if (sides === 0) throw new ApiError('forbidden');
      const { appointmentId } = visit;
      const review = await models.reviews.findOne({ where: appointmentId ? { appointmentId } : { consultationId } });
      return { review: review && (await viewOf(database, review)) };
    },
  };
}

async function write(
  { database, practitioners }: ReviewParts,
  caller: Caller,
  { rating, text, tagIds, ...named }: z.infer<typeof schemas.newReview>,
  changed: (review: ReviewRow) => Promise<void>,
): Promise<View> {
  const { models, transaction } = database;
  const subject = await subjectOf(database, practitioners, caller.userId, named);
  const tags = await models.reviewTags.findAll({ where: { id: tagIds, enabled: true } });
  if (tags.length < new Set(tagIds).size) throw new ApiError('unknown_tag');
  const row = { id: uuid(), ...subject, userId: caller.userId, rating, text, hidden: false };
  try {
    return await transaction(async () => {
      const review = await models.reviews.create(row);
      await models.reviewTagChoices.bulkCreate(tags.map(({ id: tagId }) => ({ reviewId: review.id, tagId })));
      await changed(review);
      return viewOf(database, review);
    });
  } catch (error) {
    throw error instanceof UniqueConstraintError ? new ApiError('already_exists', { cause: error }) : error;
  }
}

async function read({ models }: Database, where: WhereAttributeHash, query: z.infer<typeof schemas.query>) {
  const { page, pageSize, rating, sort } = query;
  const wanted = { ...where, ...(rating !== undefined && { rating }) };
  const { rows, count } = await models.reviews.findAndCountAll({ where: wanted, order: orderOf(sort), ...slice(query) });
  return { rows, pagination: { page, pageSize, total: count } };
}

async function list(database: Database, where: WhereAttributeHash, query: z.infer<typeof schemas.query>): Promise<List> {
  const { rows, pagination } = await read(database, where, query);
  return { items: [...(await viewsOf(database, rows)).values()], pagination };
}

async function viewOf(database: Database, review: ReviewRow): Promise<View> {
  return (await viewsOf(database, [review])).get(review.id) as View;
}

/** By id, in the order of the rows. */
async function viewsOf({ models }: Database, rows: readonly ReviewRow[]): Promise<Map<string, View>> {
  const authors = await models.users.findAll({ where: { id: rows.map(({ userId }) => userId) }, attributes: ['id', 'name'] });
  const nameOf = new Map(authors.map(({ id, name }) => [id, name]));
  const chosen = await models.reviewTagChoices.findAll({ where: { reviewId: rows.map(({ id }) => id) } });
  const tags = await models.reviewTags.findAll({ where: { id: [...new Set(chosen.map(({ tagId }) => tagId))] }, order: ['name'] });
  const of = (id: string) => new Set(chosen.filter(({ reviewId }) => reviewId === id).map(({ tagId }) => tagId));
  return new Map(
    rows.map(({ id, practitionerId, serviceId, userId, rating, text, hidden, reply, repliedAt, createdAt }) => [
      id,
      {
        ...{ id, practitionerId, serviceId: serviceId ?? null, rating, text, hidden: Boolean(hidden), reply: reply ?? null },
        author: maskName(nameOf.get(userId) ?? ''),
        tags: tags.filter((tag) => of(id).has(tag.id)).map(({ name }) => name),
        repliedAt: repliedAt?.toISOString() ?? null,
        createdAt: createdAt.toISOString(),
      },
    ]),
  );
}

async function figuresOf({ models, sequelize }: Database, whose: Whose): Promise<Figures> {
  const groups = (await models.reviews.findAll({
    where: { ...whose, hidden: false },
    attributes: ['rating', [fn('COUNT', col('id')), 'count']],
    group: ['rating'],
    raw: true,
  })) as unknown as { rating: number; count: number }[];
  const stars = Object.fromEntries([1, 2, 3, 4, 5].map((star) => [star, Number(groups.find(({ rating }) => rating === star)?.count ?? 0)]));
  const count = Object.values(stars).reduce((sum, number) => sum + number, 0);
  const total = Object.entries(stars).reduce((sum, [star, number]) => sum + Number(star) * number, 0);
  const happy = (stars[4] ?? 0) + (stars[5] ?? 0);
  const [column, id] = 'practitionerId' in whose ? ['practitioner_id', whose.practitionerId] : ['service_id', whose.serviceId];
  const tags = await sequelize.query<{ name: string; count: number }>(
    `SELECT t.name, COUNT(*) AS count FROM reviews r JOIN review_tag_choices c ON c.review_id = r.id JOIN review_tags t ON t.id = c.tag_id
     WHERE r.${column} = :id AND r.hidden = 0 GROUP BY t.id, t.name ORDER BY count DESC, t.name`,
    { type: QueryTypes.SELECT, replacements: { id } },
  );
  return {
    ...{ count, stars },
    average: count === 0 ? null : Math.round((total / count) * 100) / 100,
    satisfaction: count === 0 ? null : Math.round((happy / count) * 1_000) / 1_000,
    tags: tags.map((tag) => ({ ...tag, count: Number(tag.count) })),
  };
}
