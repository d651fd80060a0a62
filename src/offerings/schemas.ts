import { z } from 'zod';
import { yuan, yuanInput } from '#src/money.ts';
import { id, listOf, paging, sortBy, text, time } from '#src/plugins/fields.ts';

export const params = z.object({ id });
const membershipLevel = z.enum(['basic', 'professional', 'premium']);
const category = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{1,49}$/)
  .describe('for example `consultation`, `companion`');

const fields = {
  name: text(100),
  category,
  description: text(5_000).nullable().default(null),
  price: yuanInput,
  durationMinutes: z.int().min(5).max(480).multipleOf(5),
  sortOrder: z.int().min(0).max(10_000).default(0),
};
export const newService = z
  .strictObject(fields)
  .meta({ examples: [{ name: '视频问诊', category: 'consultation', price: 99, durationMinutes: 30 }] });
export const serviceChange = z
  .strictObject({
    name: fields.name.optional(),
    category: category.optional(),
    description: text(5_000).nullable().optional(),
    price: yuanInput.optional(),
    durationMinutes: fields.durationMinutes.optional(),
    sortOrder: z.int().min(0).max(10_000).optional(),
    isActive: z.boolean().optional(),
  })
  .meta({ examples: [{ price: 89 }] });
export const serviceView = z.object({
  id: z.string(),
  name: z.string(),
  category: z.string(),
  description: z.string().nullable(),
  price: yuan,
  durationMinutes: z.int(),
  isActive: z.boolean(),
  sortOrder: z.int(),
});
export const serviceQuery = paging.extend({
  category: category.optional(),
  sort: sortBy(['sortOrder', 'name', 'price', 'createdAt'], 'sortOrder'),
});
export const allServicesQuery = serviceQuery.extend({ active: z.enum(['true', 'false']).optional() });
export const serviceList = listOf(serviceView);

export const newPrice = z
  .strictObject({
    practitionerId: id.nullable().default(null).describe('null: every practitioner'),
    membershipLevel: membershipLevel.nullable().default(null).describe('null: every level'),
    price: yuanInput,
    validFrom: time,
    validTo: time.nullable().default(null).describe('exclusive'),
  })
  .refine(({ validFrom, validTo }) => validTo === null || Date.parse(validTo) > Date.parse(validFrom), {
    path: ['validTo'],
    message: 'must be after validFrom',
  })
  .meta({ examples: [{ membershipLevel: 'premium', price: 79, validFrom: '2026-12-01T00:00:00.000Z' }] });
export const priceView = z.object({
  id: z.string(),
  serviceId: z.string(),
  practitionerId: z.string().nullable(),
  membershipLevel: membershipLevel.nullable(),
  price: yuan,
  validFrom: z.string(),
  validTo: z.string().nullable(),
  createdAt: z.string(),
});
export const priceList = z.object({ items: z.array(priceView) });
export const priceParams = z.object({ id, priceId: id });

export const quoteQuery = z.object({ practitionerId: id.optional(), at: time.optional().describe('default: now') });
export const quote = z.object({ serviceId: z.string(), amount: yuan });
