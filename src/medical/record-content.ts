/** What a medical record holds: sections of text in the usual order, and the values that machines read too. */
import { z } from 'zod';
import { text } from '#src/plugins/fields.ts';
import { diagnoses } from './diagnosis.ts';
import { dosage } from './dosage.ts';
import { vitals } from './vitals.ts';

const sectionKey = z.enum([
  ...(['chief_complaint', 'present_illness', 'past_history', 'allergy_history', 'personal_history', 'family_history'] as const),
  ...(['examination', 'four_examinations', 'auxiliary_examination', 'assessment', 'treatment', 'advice', 'other'] as const),
]);

const section = z.strictObject({
  key: sectionKey.describe('`four_examinations`: looking, listening, asking, feeling the pulse (四诊)'),
  title: text(60).optional().describe('of sections of the key `other`'),
  text: text(10_000),
});

const sections = z
  .array(section)
  .min(1)
  .max(30)
  .refine((list) => {
    const named = list.flatMap(({ key }) => (key === 'other' ? [] : [key]));
    return new Set(named).size === named.length;
  }, 'has a section twice');

export const recordExample = {
  sections: [
    { key: 'chief_complaint', text: '反复头晕 3 月' },
    { key: 'advice', text: '低盐饮食，每日早晚测血压' },
  ],
  vitals: { bloodPressure: { systolic: 152, diastolic: 96 }, pulse: 78 },
  diagnoses: [{ system: 'ICD-10', code: 'I10.x00', name: '原发性高血压', primary: true, suspected: false }],
  medications: [{ name: '苯磺酸氨氯地平片', dosage: { amount: 5, unit: 'mg', frequency: 'qd', route: 'oral', days: 28 } }],
} as const;

export const recordContent = z
  .strictObject({
    sections,
    vitals: vitals.default({}),
    diagnoses: diagnoses.default([]),
    medications: z
      .array(z.strictObject({ name: text(200), dosage }))
      .max(50)
      .default([])
      .describe('what the patient takes; what is prescribed is a prescription'),
  })
  .meta({ examples: [recordExample] });
export type RecordContent = z.infer<typeof recordContent>;
