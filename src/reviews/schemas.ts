import { z } from 'zod';
import { id, listOf, paging, sortBy, text } from '#src/plugins/fields.ts';

export const params = z.object({ id });
export const practitionerParams = z.object({ practitionerId: id });

export const serviceParams = z.object({ serviceId: id });

const subjects = ['appointmentId', 'consultationId', 'orderId'] as const;
export const newReview = z
  .strictObject({
    appointmentId: id.optional(),
    consultationId: id.optional().describe('a visit that took place'),
    orderId: id.optional().describe('of a service that was completed'),
    rating: z.int().min(1).max(5),
    text: text(2_000),
    tagIds: z.array(id).max(10).default([]),
  })
  .refine((review) => subjects.filter((subject) => review[subject] !== undefined).length === 1, {
    path: ['appointmentId'],
    message: 'exactly one of appointmentId, consultationId and orderId is needed',
  })
  .meta({ examples: [{ appointmentId: '01a20089-7d06-73c8-978c-946fc11e3f21', rating: 5, text: '医生很耐心' }] });
export const reply = z.strictObject({ text: text(2_000) }).meta({ examples: [{ text: '祝早日康复' }] });
export const visibility = z.strictObject({ hidden: z.boolean() }).meta({ examples: [{ hidden: true }] });

export const reviewView = z.object({
  id: z.string(),
  practitionerId: z.string().nullable(),
  serviceId: z.string().nullable(),
  author: z.string().describe('masked'),
  rating: z.int(),
  text: z.string(),
  tags: z.array(z.string()),
  hidden: z.boolean(),
  reply: z.string().nullable(),
  repliedAt: z.string().nullable(),
  createdAt: z.string(),
});
export const reviewOfVisit = z.object({ review: reviewView.nullable().describe('null: not rated yet') });
const rating = z.coerce.number().int().min(1).max(5).optional().describe('only those with so many stars');
export const query = paging.extend({ rating, sort: sortBy(['createdAt', 'rating'], '-createdAt') });
export const adminQuery = query.extend({
  practitionerId: id.optional(),
  serviceId: id.optional(),
  hidden: z.enum(['true', 'false']).optional(),
});
export const list = listOf(reviewView);
/** The caller's own: with what they are of. */
export const ownList = listOf(
  reviewView.extend({ appointmentId: z.string().nullable(), consultationId: z.string().nullable(), orderId: z.string().nullable() }),
);

export const figures = z.object({
  count: z.int(),
  average: z.number().nullable().describe('two decimals; null without reviews'),
  satisfaction: z.number().nullable().describe('share of 4 and 5 stars, 0 to 1'),
  stars: z.record(z.string(), z.int()).describe('how often each of 1 to 5'),
  tags: z.array(z.object({ name: z.string(), count: z.int() })),
});
export const statistics = z.object({ practitionerId: z.string(), ...figures.shape });
export const serviceStatistics = z.object({ serviceId: z.string(), ...figures.shape });

export const newTag = z.strictObject({ name: text(40) }).meta({ examples: [{ name: '耐心' }] });
export const tagChange = z.strictObject({ enabled: z.boolean() }).meta({ examples: [{ enabled: false }] });
export const tagView = z.object({ id: z.string(), name: z.string(), enabled: z.boolean() });
export const tagList = z.object({ items: z.array(tagView) });
