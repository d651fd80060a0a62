import { z } from 'zod';
import { id, listOf, paging, sortBy, text, time } from '#src/plugins/fields.ts';

export const patientParams = z.object({ userId: id });

const sex = z.enum(['male', 'female', 'unknown']);

export const patientQuery = paging.extend({
  keyword: text(100).optional().describe('part of the name'),
  sort: sortBy(['name', 'createdAt'], 'name'),
});

const head = z.object({ id: z.string(), name: z.string(), sex, birthDate: z.string().nullable() });
export const patientList = listOf(head);

export const timelineKind = z.enum([
  ...(['visit', 'appointment', 'record', 'admission', 'discharge', 'prescription', 'order', 'health_data'] as const),
]);

export const patientView = head.extend({
  idNumber: z.string().nullable().describe('masked without `users:unmask`'),
  phone: z.string().nullable().describe('masked without `users:unmask`'),
  profiles: z.array(z.object({ id: z.string(), name: z.string(), relationship: z.string() })).describe('people of this account'),
  counts: z.array(z.object({ kind: timelineKind, entries: z.int() })).describe('what the timeline holds'),
});

export const timelineQuery = paging.extend({
  kinds: z
    .string()
    .transform((value) => value.split(','))
    .pipe(z.array(timelineKind))
    .optional()
    .describe('comma separated; default: all'),
  from: time.optional(),
  to: time.optional().describe('exclusive'),
});

export const timeline = listOf(
  z.object({
    kind: timelineKind,
    id: z.string().describe('of the visit, record, …'),
    at: z.string(),
    title: z.string(),
    status: z.string().nullable(),
    with: z.string().nullable().describe('name of the practitioner'),
  }),
);
