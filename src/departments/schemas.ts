import { z } from 'zod';
import { id, listOf, paging, text } from '#src/plugins/fields.ts';

export const departmentParams = z.object({ id });

const fields = {
  code: z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^[A-Z0-9_-]{1,40}$/, 'has 1 to 40 letters, digits, - or _')
    .describe('unique; small letters become capitals'),
  name: text(100),
  description: text(1_000).nullable(),
  sortOrder: z.int().min(0).max(9_999).describe('smaller ones come first'),
};
const example = { code: 'TCM-01', name: '中医内科', description: '脾胃、失眠与慢性病调理', sortOrder: 10 };

export const newDepartment = z
  .strictObject({
    ...fields,
    description: fields.description.default(null),
    sortOrder: fields.sortOrder.default(0),
    enabled: z.boolean().default(true),
  })
  .meta({ examples: [example] });

export const departmentChanges = z
  .strictObject(fields)
  .partial()
  .meta({ examples: [{ name: '中医内科一区' }] });

export const departmentQuery = paging.extend({
  keyword: text(100).optional().describe('part of the name or of the code'),
  sort: z.enum(['order', 'name', 'code']).default('order'),
});

export const allDepartmentsQuery = departmentQuery.extend({ enabled: z.enum(['true', 'false']).optional() });

export const departmentView = z.object({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  enabled: z.boolean(),
  sortOrder: z.int(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

export const departmentList = listOf(departmentView);
