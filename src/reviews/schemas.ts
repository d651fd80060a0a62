import { z } from 'zod';
import { id, listOf, paging, text } from '#src/plugins/fields.ts';

export const params = z.object({ id });
export const practitionerParams = z.object({ practitionerId: id });

export const newReview = z
  .strictObject({
    appointmentId: id,
    rating: z.int().min(1).max(5),
    text: text(2_000),
    tagIds: z.array(id).max(10).default([]),
  })
  .meta({ examples: [{ appointmentId: '01a20089-7d06-73c8-978c-946fc11e3f21', rating: 5, text: '医生很耐心' }] });
export const reply = z.strictObject({ text: text(2_000) }).meta({ examples: [{ text: '祝早日康复' }] });
export const visibility = z.strictObject({ hidden: z.boolean() }).meta({ examples: [{ hidden: true }] });

export const reviewView = z.object({
  id: z.string(),
  practitionerId: z.string(),
  author: z.string().describe('masked'),
  rating: z.int(),
  text: z.string(),
  tags: z.array(z.string()),
  hidden: z.boolean(),
  reply: z.string().nullable(),
  repliedAt: z.string().nullable(),
  createdAt: z.string(),
});
export const query = paging;
export const adminQuery = paging.extend({ practitionerId: id.optional(), hidden: z.enum(['true', 'false']).optional() });
export const list = listOf(reviewView);

export const statistics = z.object({
  practitionerId: z.string(),
  count: z.int(),
  average: z.number().nullable().describe('two decimals; null without reviews'),
  satisfaction: z.number().nullable().describe('share of 4 and 5 stars, 0 to 1'),
  stars: z.record(z.string(), z.int()).describe('how often each of 1 to 5'),
  tags: z.array(z.object({ name: z.string(), count: z.int() })),
});

export const newTag = z.strictObject({ name: text(40) }).meta({ examples: [{ name: '耐心' }] });
export const tagChange = z.strictObject({ enabled: z.boolean() }).meta({ examples: [{ enabled: false }] });
export const tagView = z.object({ id: z.string(), name: z.string(), enabled: z.boolean() });
export const tagList = z.object({ items: z.array(tagView) });
