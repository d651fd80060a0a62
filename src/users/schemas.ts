import { z } from 'zod';
import { listOf, paging, text } from '#src/plugins/fields.ts';

export const userRole = z.enum(['doctor', 'patient']);

export const userView = z.object({ id: z.string(), name: z.string(), roles: z.array(userRole) });

export const userQuery = paging.extend({
  role: userRole.optional(),
  keyword: text(100).optional().describe('part of the name'),
});

export const userList = listOf(userView.pick({ id: true, name: true }));
