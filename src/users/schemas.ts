import { z } from 'zod';
import { listOf, paging, text } from '#src/plugins/fields.ts';

export const userRole = z.string().describe('key of a role');

export const userView = z.object({ id: z.string(), name: z.string(), roles: z.array(userRole) });

export const userQuery = paging.extend({
  role: z.enum(['doctor', 'patient']).optional(),
  keyword: text(100)
    .refine((value) => Array.from(value).length >= 2, 'must have 2 characters or more')
    .optional()
    .describe('part of the name, 2 characters or more; without it only people of own visits are listed'),
});

export const userList = listOf(userView.pick({ id: true, name: true }));
