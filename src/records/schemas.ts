import { z } from 'zod';
import { role } from '#rooms/protocol-views.ts';
import { diagnosis } from '#src/medical/diagnosis.ts';
import { recordContent, recordExample } from '#src/medical/record-content.ts';
import { id, listOf, paging, sortBy, text, time } from '#src/plugins/fields.ts';

export const recordParams = z.object({ id });
export const versionParams = z.object({ id, version: z.coerce.number().int().min(1) });
export const attachmentParams = z.object({ id, attachmentId: id });

const kind = z.enum(['outpatient', 'online', 'inpatient', 'follow_up', 'counseling']);
const attachmentKind = z.enum(['pdf', 'imaging', 'image', 'other']);

export const newRecord = z
  .strictObject({
    patientId: id.describe('user id of the patient'),
    profileId: id.nullable().default(null).describe('visit profile of the patient’s account that it is about; null: the user'),
    consultationId: id.nullable().default(null).describe('visit of the two that it was written for'),
    appointmentId: id.nullable().default(null),
    kind,
    visitedAt: time.optional().describe('default: now'),
    content: recordContent,
  })
  .meta({ examples: [{ patientId: '01a20089-7d06-73c8-978c-946fc11e3f21', kind: 'online', content: recordExample }] });

export const recordChange = z
  .strictObject({
    version: z.int().min(1).describe('version that the change was made on'),
    reason: text(500),
    content: recordContent,
  })
  .meta({ examples: [{ version: 1, reason: '补充辅助检查', content: recordExample }] });

export const recordQuery = paging.extend({
  sort: sortBy(['visitedAt', 'createdAt'], '-visitedAt'),
  patientId: id.optional().describe('user id of an own patient; default: the caller’s own records'),
  profileId: id.optional(),
  consultationId: id.optional(),
  kind: kind.optional(),
  from: time.optional(),
  to: time.optional().describe('exclusive'),
});

const person = z.object({ id: z.string(), name: z.string() });
export const recordHead = z.object({
  id: z.string(),
  patient: person,
  profileId: z.string().nullable(),
  author: person,
  practitionerId: z.string().nullable(),
  consultationId: z.string().nullable(),
  appointmentId: z.string().nullable(),
  kind,
  visitedAt: z.string(),
  version: z.int(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export const recordList = listOf(recordHead);
export const recordView = recordHead.extend({ content: recordContent });

export const versionView = z.object({
  version: z.int(),
  author: person,
  reason: z.string().nullable(),
  createdAt: z.string(),
});
export const versionList = z.object({ items: z.array(versionView) });
export const fullVersionView = versionView.extend({ content: recordContent });

export const attachmentView = z.object({
  id: z.string(),
  fileId: z.string(),
  kind: attachmentKind,
  name: z.string(),
  addedBy: person,
  createdAt: z.string(),
});
export const attachmentList = z.object({ items: z.array(attachmentView) });
export const newAttachment = z
  .strictObject({ fileId: id.describe('an own uploaded file'), kind: attachmentKind, name: text(200) })
  .meta({ examples: [{ fileId: '01a20089-7d06-73c8-978c-946fc11e3f21', kind: 'imaging', name: '胸部 CT' }] });

/** Everything about one record in one answer (PAT-09). */
export const fullRecord = z.object({
  record: recordView,
  patient: z.object({
    id: z.string(),
    name: z.string(),
    profileId: z.string().nullable(),
    birthDate: z.string().nullable(),
    sex: z.enum(['male', 'female', 'unknown']),
    idNumber: z.string().nullable().describe('masked'),
    phone: z.string().nullable().describe('masked'),
  }),
  visit: z
    .object({
      id: z.string(),
      title: z.string(),
      status: z.enum(['scheduled', 'active', 'ended', 'cancelled']),
      scheduledStart: z.string(),
      scheduledEnd: z.string(),
      startedAt: z.string().nullable(),
      endedAt: z.string().nullable(),
      minutes: z.int().nullable().describe('how long it took; null before its end'),
      participants: z.array(z.object({ name: z.string(), role })).describe('who belonged to it, invited guests too'),
    })
    .nullable(),
  diagnoses: z.array(diagnosis),
  prescriptions: z.array(
    z.object({ id: z.string(), prescriptionNo: z.string(), status: z.string(), issuedAt: z.string(), items: z.array(z.unknown()) }),
  ),
  attachments: z.array(attachmentView),
});
