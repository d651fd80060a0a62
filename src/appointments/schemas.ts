import { z } from 'zod';
import { yuan, yuanInput } from '#src/money.ts';
import { calendarTime, id, listOf, paging, sortBy, text, time } from '#src/plugins/fields.ts';
import { appointmentStatuses } from './model.ts';

export const params = z.object({ id });
const status = z.enum(appointmentStatuses);
const phone = z
  .string()
  .trim()
  .regex(/^\+?[\d -]{5,20}$/, 'is no phone number');

const contact = { contactPerson: text(60), contactPhone: phone, notes: text(1_000).nullable().default(null) };

export const newAppointment = z
  .strictObject({
    serviceId: id,
    practitionerId: id,
    profileId: id.nullable().default(null).describe('visit profile; null: the caller'),
    scheduledTime: calendarTime,
    ...contact,
    amount: yuanInput.optional().describe('what the caller expects to pay; another price is refused'),
  })
  .meta({
    examples: [
      {
        serviceId: '01a20089-7d06-73c8-978c-946fc11e3f21',
        practitionerId: '01a20089-7d06-73c8-978c-946fc11e3f22',
        scheduledTime: '2026-12-01T01:00:00.000Z',
        contactPerson: '王敏',
        contactPhone: '13800138000',
        notes: '首次就诊',
      },
    ],
  });

export const booked = z.object({
  appointmentId: z.string(),
  appointmentNo: z.string(),
  orderId: z.string(),
  orderNo: z.string(),
  status,
  scheduledTime: z.string(),
  amount: yuan,
  payUntil: z.string().nullable().describe('the place is held until then; null: nothing to pay'),
});

const person = z.object({ id: z.string(), name: z.string() });
export const summary = z.object({
  id: z.string(),
  appointmentNo: z.string(),
  status,
  outcome: z.enum(['patient_absent', 'practitioner_absent']).nullable(),
  startsAt: z.string(),
  endsAt: z.string(),
  service: person,
  practitioner: person,
  patient: person.describe('masked for others than the two sides'),
  queueNo: z.int().nullable(),
  orderId: z.string(),
  consultationId: z.string().nullable().describe('its video visit, from the confirmation on'),
  createdAt: z.string(),
});
export const appointmentView = summary.extend({
  profileId: z.string().nullable(),
  contactPerson: z.string(),
  contactPhone: z.string(),
  notes: z.string().nullable(),
  reminderSent: z.boolean(),
  startedAt: z.string().nullable(),
  completedAt: z.string().nullable(),
  version: z.int(),
  canCancel: z.boolean().describe('by the caller, now'),
  log: z.array(
    z.object({
      action: z.enum(['book', 'confirm', 'start', 'complete', 'cancel', 'move', 'change']),
      from: status.nullable(),
      to: status,
      startsAt: z.string(),
      actorId: z.string().nullable(),
      reason: z.string().nullable(),
      at: z.string(),
    }),
  ),
});

export const query = paging.extend({
  as: z.enum(['patient', 'practitioner', 'all']).optional().describe('default: in whichever way the caller may'),
  status: z
    .preprocess((value) => (typeof value === 'string' ? value.split(',') : value), z.array(status))
    .optional()
    .describe('comma separated'),
  practitionerId: id.optional(),
  from: time.optional(),
  to: time.optional().describe('exclusive'),
  appointmentNo: z.string().trim().max(32).optional(),
  sort: sortBy(['startsAt', 'createdAt'], 'startsAt'),
});
export const list = listOf(summary).describe('`total` counts up to 10,000');

export const change = z
  .strictObject({
    scheduledTime: calendarTime.optional(),
    contactPerson: text(60).optional(),
    contactPhone: phone.optional(),
    notes: text(1_000).nullable().optional(),
  })
  .refine((fields) => Object.keys(fields).length > 0, 'names nothing to change')
  .meta({ examples: [{ scheduledTime: '2026-12-02T01:00:00.000Z' }] });
export const cancellation = z.strictObject({ reason: text(300) }).meta({ examples: [{ reason: '临时有事' }] });
export const absence = z.strictObject({ who: z.enum(['patient', 'practitioner']) }).meta({ examples: [{ who: 'patient' }] });
