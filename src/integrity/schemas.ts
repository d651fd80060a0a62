import { z } from 'zod';

export const report = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      drifted: z.int().describe('rows that do not fit'),
      examples: z.array(z.string()).describe('ids of some of them'),
      repairable: z.boolean().describe('false: a person has to look'),
    }),
  ),
  sound: z.boolean(),
});
export const repaired = z.object({ items: z.array(z.object({ name: z.string(), repaired: z.int() })) });
