/** What is measured on a patient during a visit. Bounds keep out typing mistakes, not illness. */
import { z } from 'zod';
import { measured } from './numbers.ts';

/** Always in mmHg, always the pair. */
export const bloodPressure = z
  .strictObject({ systolic: z.int().min(40).max(300), diastolic: z.int().min(20).max(200) })
  .refine(({ systolic, diastolic }) => systolic > diastolic, { path: ['diastolic'], message: 'must be below systolic' })
  .describe('mmHg');

export const heightCm = measured(30, 272, 2).describe('cm');
export const weightKg = measured(0.3, 635, 2).describe('kg');

export const vitals = z.strictObject({
  bloodPressure: bloodPressure.optional(),
  temperature: measured(25, 45, 1).optional().describe('°C'),
  pulse: z.int().min(10).max(350).optional().describe('beats per minute'),
  respiration: z.int().min(2).max(100).optional().describe('breaths per minute'),
  oxygenSaturation: measured(30, 100, 1).optional().describe('%'),
  heightCm: heightCm.optional(),
  weightKg: weightKg.optional(),
});
