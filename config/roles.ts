/** What a process of a cluster does. */
import { z } from 'zod';

const names = ['api', 'rooms', 'jobs'] as const;
export type Role = (typeof names)[number];

/** `api,rooms` */
export const roles = z
  .string()
  .transform((value) => [...new Set(value.split(',').map((item) => item.trim()))])
  .pipe(z.array(z.enum(names)).min(1));

export const hasAllRoles = (given: readonly Role[]): boolean => names.every((name) => given.includes(name));
