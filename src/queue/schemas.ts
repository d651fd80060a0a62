import { z } from 'zod';
import { id } from '#src/plugins/fields.ts';

export const params = z.object({ appointmentId: id });
export const joining = z
  .strictObject({ appointmentId: id })
  .meta({ examples: [{ appointmentId: '01a20089-7d06-73c8-978c-946fc11e3f21' }] });

const state = z.enum(['waiting', 'called', 'left']);
export const place = z.object({
  appointmentId: z.string(),
  practitionerId: z.string(),
  state,
  position: z.int().nullable().describe('1: next; null: not waiting'),
  length: z.int().describe('people who wait for this practitioner'),
  consultationId: z.string().nullable(),
  joinedAt: z.string(),
});
export const places = z.object({ items: z.array(place) });

export const line = z.object({
  items: z.array(
    z.object({
      appointmentId: z.string(),
      patient: z.string(),
      priority: z.int(),
      startsAt: z.string(),
      queueNo: z.int().nullable(),
      joinedAt: z.string(),
      consultationId: z.string().nullable(),
    }),
  ),
});
export const called = z.object({ appointmentId: z.string(), consultationId: z.string(), patient: z.string() });
export const priority = z.strictObject({ priority: z.int().min(-10).max(10) }).meta({ examples: [{ priority: 1 }] });
