import { z } from 'zod';
import { role, roomView } from '#rooms/protocol-views.ts';
import { id, listOf, paging, sortBy, text, time } from '#src/plugins/fields.ts';

const status = z.enum(['scheduled', 'active', 'ended', 'cancelled']);
const person = z.object({ id: z.string(), name: z.string() });
/** Longest visit that can be booked, in milliseconds. */
const MAX_LENGTH = 24 * 3_600_000;

export const consultationParams = z.object({ id });

export const newConsultation = z
  .strictObject({
    title: text(200),
    patientId: id,
    scheduledStart: time,
    scheduledEnd: time,
    lobby: z.boolean().default(true).describe('patients and guests wait until they are let in'),
  })
  .refine(({ scheduledStart, scheduledEnd }) => Date.parse(scheduledEnd) > Date.parse(scheduledStart), {
    path: ['scheduledEnd'],
    message: 'must be after scheduledStart',
  })
  .refine(({ scheduledStart, scheduledEnd }) => Date.parse(scheduledEnd) - Date.parse(scheduledStart) <= MAX_LENGTH, {
    path: ['scheduledEnd'],
    message: 'must be within 24 hours of scheduledStart',
  })
  .meta({
    examples: [
      {
        title: 'Blood pressure follow-up',
        patientId: '01a20089-7d06-73c8-978c-946fc11e3f21',
        scheduledStart: '2026-12-01T01:00:00.000Z',
        scheduledEnd: '2026-12-01T01:30:00.000Z',
      },
    ],
  });

export const consultationQuery = paging.extend({
  status: status.optional(),
  sort: sortBy(['scheduledStart', 'createdAt'], '-scheduledStart'),
});

export const consultationView = z.object({
  id: z.string(),
  title: z.string(),
  status,
  role: role.describe("the caller's role in this visit"),
  practitioner: person,
  patient: person,
  scheduledStart: z.string(),
  scheduledEnd: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  lobby: z.boolean(),
  locked: z.boolean(),
  unread: z.int().describe('chat messages of others that the caller has not read'),
  appointmentId: z.string().nullable().describe('the booking that it belongs to'),
  createdAt: z.string(),
});

export const consultationList = listOf(consultationView);

export const openRooms = z.object({
  items: z.array(
    z.object({
      consultationId: z.string(),
      title: z.string(),
      peers: z.int().describe('seats in the room'),
      lobby: z.int().describe('people who wait'),
      startedAt: z.number().nullable().describe('ms since 1970; null before both sides met'),
    }),
  ),
});

export const openRoom = z.object({ room: roomView.nullable().describe('null while the room is closed') });
