import { z } from 'zod';
import { id, listOf, paging, sortBy, text } from '#src/plugins/fields.ts';

export const idParams = z.object({ id });

const code = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z0-9_-]{1,40}$/, 'has 1 to 40 letters, digits, - or _');

export const newWard = z
  .strictObject({ code, name: text(100), departmentId: id.nullable().default(null) })
  .meta({ examples: [{ code: 'W3', name: '三病区' }] });
export const wardChanges = z
  .strictObject({ code, name: text(100), departmentId: id.nullable(), enabled: z.boolean() })
  .partial()
  .meta({ examples: [{ name: '三病区（心内）' }] });
export const wardView = z.object({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  departmentId: z.string().nullable(),
  enabled: z.boolean(),
  beds: z.int().describe('in use'),
  occupied: z.int(),
});
export const wardList = listOf(wardView);
export const wardQuery = paging.extend({ sort: sortBy(['code', 'name'], 'code') });

export const newBed = z.strictObject({ label: text(20) }).meta({ examples: [{ label: '301-1' }] });
export const bedChanges = z
  .strictObject({ label: text(20), enabled: z.boolean() })
  .partial()
  .meta({ examples: [{ enabled: false }] });
export const bedView = z.object({
  id: z.string(),
  wardId: z.string(),
  label: z.string(),
  enabled: z.boolean(),
  occupied: z.boolean(),
});
export const bedList = z.object({ items: z.array(bedView) });

export const newAdmission = z
  .strictObject({
    patientId: id.describe('user id of an own patient'),
    profileId: id.nullable().default(null).describe('visit profile that it is about; null: the user'),
    bedId: id,
    attendingId: id.optional().describe('practitioner; default: the caller'),
    reason: text(2_000),
  })
  .meta({
    examples: [
      {
        patientId: '01a20089-7d06-73c8-978c-946fc11e3f21',
        bedId: '01a20089-7d06-73c8-978c-946fc11e3f22',
        reason: '高血压急症，收住院观察',
      },
    ],
  });

const guarded = z.strictObject({ version: z.int().min(1).describe('version that was looked at') });
export const move = guarded.extend({ bedId: id }).meta({ examples: [{ version: 1, bedId: '01a20089-7d06-73c8-978c-946fc11e3f22' }] });
export const handOver = guarded
  .extend({ attendingId: id })
  .meta({ examples: [{ version: 1, attendingId: '01a20089-7d06-73c8-978c-946fc11e3f23' }] });
export const discharge = guarded.extend({ summary: text(10_000) }).meta({ examples: [{ version: 2, summary: '血压平稳，出院随访' }] });

const state = z.enum(['admitted', 'discharged']);
export const admissionQuery = paging.extend({
  sort: sortBy(['admittedAt', 'dischargedAt'], '-admittedAt'),
  state: state.optional(),
  wardId: id.optional(),
  patientId: id.optional(),
  attendingId: id.optional().describe('practitioner'),
});

export const admissionHead = z.object({
  id: z.string(),
  admissionNo: z.string(),
  patient: z.object({ id: z.string(), name: z.string() }),
  profileId: z.string().nullable(),
  ward: z.object({ id: z.string(), code: z.string(), name: z.string() }),
  bed: z.object({ id: z.string(), label: z.string() }),
  attending: z.object({ id: z.string(), name: z.string() }),
  state,
  admittedAt: z.string(),
  dischargedAt: z.string().nullable(),
  version: z.int(),
});
export const admissionList = listOf(admissionHead);
export const admissionView = admissionHead.extend({ reason: z.string(), summary: z.string().nullable() });

export const admissionLog = z.object({
  items: z.array(
    z.object({
      action: z.enum(['admitted', 'moved', 'handed_over', 'discharged']),
      bedId: z.string(),
      attendingId: z.string(),
      actorId: z.string(),
      at: z.string(),
    }),
  ),
});
