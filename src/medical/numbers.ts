import { z } from 'zod';

/** A measured value between two bounds, with at most so many decimals. */
export const measured = (min: number, max: number, decimals: number) =>
  z
    .number()
    .min(min)
    .max(max)
    .refine((value) => Number(value.toFixed(decimals)) === value, `has more than ${decimals} decimals`);
