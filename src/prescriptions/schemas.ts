import { z } from 'zod';
import { doseUnit, frequency, route } from '#src/medical/dosage.ts';
import { diagnoses } from '#src/medical/diagnosis.ts';
import { measured } from '#src/medical/numbers.ts';
import { id, listOf, paging, sortBy, text } from '#src/plugins/fields.ts';

const status = z.enum(['submitted', 'approved', 'rejected', 'cancelled']);

export const item = z.strictObject({
  medicineId: id,
  dose: measured(0.0001, 100_000, 4).describe('at a time'),
  doseUnit,
  frequency,
  route,
  days: z.int().min(1).max(90),
  quantity: z.int().min(1).max(999).describe('in the unit of the medicine'),
  note: text(200).optional(),
});
export type Item = z.infer<typeof item>;

export const items = z
  .array(item)
  .min(1)
  .max(20)
  .refine((list) => new Set(list.map(({ medicineId }) => medicineId)).size === list.length, 'has a medicine twice');

const content = {
  patientId: id.describe('user id of the patient'),
  profileId: id.nullable().default(null).describe('visit profile, when it is for a relative'),
  diagnoses: diagnoses.min(1, 'a prescription needs a diagnosis'),
  items,
};

export const newPrescription = z
  .strictObject({
    ...content,
    consultationId: id.nullable().default(null),
    acceptWarnings: z.boolean().default(false).describe('mild warnings were read; without it they are answered as an error'),
  })
  .meta({
    examples: [
      {
        patientId: '01a20089-7d06-73c8-978c-946fc11e3f21',
        diagnoses: [{ system: 'ICD-10', code: 'I10', name: '原发性高血压', primary: true }],
        items: [
          {
            medicineId: '01a20089-7d06-73c8-978c-946fc11e3f22',
            ...{ dose: 5, doseUnit: 'mg', frequency: 'qd', route: 'oral', days: 14, quantity: 2 },
          },
        ],
      },
    ],
  });
export const draft = z.strictObject({ ...content, diagnoses: diagnoses.default([]) }).meta({
  examples: [
    {
      patientId: '01a20089-7d06-73c8-978c-946fc11e3f21',
      items: [
        {
          medicineId: '01a20089-7d06-73c8-978c-946fc11e3f22',
          ...{ dose: 5, doseUnit: 'mg', frequency: 'qd', route: 'oral', days: 14, quantity: 2 },
        },
      ],
    },
  ],
});

export const hit = z.object({
  ruleId: z.string(),
  kind: z.enum(['drug', 'allergy', 'condition', 'duplicate']),
  severity: z.enum(['mild', 'severe']),
  medicineIds: z.array(z.string()),
  reasonZh: z.string(),
  reasonEn: z.string(),
});
export const verdict = z.object({ hits: z.array(hit), blocked: z.boolean().describe('a severe hit: it will be refused') });

const itemView = z.object({
  ...item.shape,
  medicineId: z.string(),
  name: z.string(),
  specification: z.string(),
  unit: z.string(),
});

export const prescriptionView = z.object({
  id: z.string(),
  prescriptionNo: z.string(),
  status,
  patientId: z.string(),
  patientName: z.string(),
  profileId: z.string().nullable(),
  doctorId: z.string(),
  doctorName: z.string(),
  consultationId: z.string().nullable(),
  diagnoses: z.array(z.object({ system: z.string(), code: z.string(), name: z.string(), primary: z.boolean(), suspected: z.boolean() })),
  items: z.array(itemView),
  warnings: z.array(hit),
  reviewerName: z.string().nullable(),
  reviewedAt: z.string().nullable(),
  reason: z.string().nullable().describe('why it was rejected or cancelled'),
  version: z.int(),
  createdAt: z.string(),
});

const summary = prescriptionView.pick({
  id: true,
  prescriptionNo: true,
  status: true,
  patientId: true,
  patientName: true,
  doctorId: true,
  doctorName: true,
  version: true,
  createdAt: true,
});
export const query = paging.extend({
  sort: sortBy(['createdAt', 'prescriptionNo'], '-createdAt'),
  status: status.optional(),
  patientId: id.optional(),
  doctorId: id.optional(),
  prescriptionNo: z.string().trim().max(32).optional(),
});
export const list = listOf(summary);

export const params = z.object({ id });
export const review = z
  .discriminatedUnion('decision', [
    z.strictObject({ decision: z.literal('approve'), version: z.int().min(1) }),
    z.strictObject({ decision: z.literal('reject'), version: z.int().min(1), reason: text(500) }),
  ])
  .meta({ examples: [{ decision: 'approve', version: 1 }] });
export const cancellation = z
  .strictObject({ version: z.int().min(1), reason: text(500) })
  .meta({ examples: [{ version: 1, reason: '剂量有误' }] });

export const verifyParams = z.object({ code: z.string().regex(/^[\w-]{20,40}$/) });
export const proof = z.object({
  prescriptionNo: z.string(),
  status,
  valid: z.boolean(),
  patient: z.string().describe('masked name'),
  doctor: z.string(),
  items: z.int().describe('how many medicines are on it'),
  issuedAt: z.string(),
  reviewedAt: z.string().nullable(),
});
