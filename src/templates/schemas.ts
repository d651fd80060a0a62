import { z } from 'zod';
import { diagnoses } from '#src/medical/diagnosis.ts';
import { recordContent } from '#src/medical/record-content.ts';
import { id, listOf, paging, sortBy, text } from '#src/plugins/fields.ts';
import { items, newPrescription } from '#src/prescriptions/schemas.ts';

export const params = z.object({ id });
const order = z.enum(['-uses', '-createdAt', 'name']).default('-uses').describe('`-uses`: used most first');

const phraseKind = z.enum(['diagnosis', 'advice', 'symptom', 'other']);
export const newPhrase = z
  .strictObject({ kind: phraseKind, text: text(1_000) })
  .meta({ examples: [{ kind: 'advice', text: '清淡饮食，规律作息' }] });
export const phraseChange = z
  .strictObject({ kind: phraseKind.optional(), text: text(1_000).optional() })
  .meta({ examples: [{ text: '清淡饮食' }] });
export const phraseView = z.object({ id: z.string(), kind: phraseKind, text: z.string(), uses: z.int(), createdAt: z.string() });
export const phraseQuery = paging.extend({ kind: phraseKind.optional(), sort: sortBy(['uses', 'createdAt'], '-uses') });
export const phraseList = listOf(phraseView);

const naming = { name: text(100), category: text(60).nullable().default(null) };
export const prescriptionContent = z.strictObject({ diagnoses: diagnoses.default([]), items });
export const newTemplate = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('prescription'), ...naming, content: prescriptionContent }),
    z.strictObject({ kind: z.literal('record'), ...naming, content: recordContent }),
  ])
  .meta({
    examples: [
      { kind: 'record', name: '高血压复诊', category: '心内科', content: { sections: [{ key: 'chief_complaint', text: '复诊' }] } },
    ],
  });
export const templateChange = z
  .strictObject({
    name: text(100).optional(),
    category: text(60).nullable().optional(),
    content: z.unknown().optional(),
  })
  .meta({ examples: [{ name: '高血压初诊' }] });
export const templateView = z.object({
  id: z.string(),
  kind: z.enum(['prescription', 'record']),
  name: z.string(),
  category: z.string().nullable(),
  content: z.unknown().describe('as it was given: a prescription’s diagnoses and items, or a record’s content'),
  uses: z.int(),
  createdAt: z.string(),
});
export const templateQuery = paging.extend({
  kind: z.enum(['prescription', 'record']).optional(),
  category: text(60).optional(),
  sort: order,
});
export const templateList = listOf(templateView);

export const quickPrescription = z
  .strictObject({
    ...newPrescription.shape,
    diagnoses: newPrescription.shape.diagnoses.optional().describe('default: those of the template'),
    items: items.optional().describe('default: those of the template'),
  })
  .meta({ examples: [{ patientId: '01a20089-7d06-73c8-978c-946fc11e3f21' }] });
