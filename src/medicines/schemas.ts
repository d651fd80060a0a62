import { z } from 'zod';
import { id, listOf, paging, sortBy, text } from '#src/plugins/fields.ts';

const key = z.string().regex(/^[a-z0-9][a-z0-9-]{1,59}$/, 'lower case letters, digits and hyphens');

export const params = z.object({ id });

const medicineFields = {
  code: z
    .string()
    .trim()
    .regex(/^[\w.-]{1,40}$/),
  name: text(100),
  nameEn: text(100).nullable().default(null),
  ingredients: z.array(key).min(1).max(20).describe('keys that contraindications name'),
  specification: text(100),
  unit: text(20),
  prescriptionOnly: z.boolean().default(true),
};
export const newMedicine = z.strictObject(medicineFields).meta({
  examples: [
    { code: 'AMX-250', name: '阿莫西林胶囊', ingredients: ['amoxicillin', 'penicillins'], specification: '0.25g × 24', unit: '盒' },
  ],
});
export const medicineChange = z
  .strictObject({ ...z.strictObject(medicineFields).partial().shape, enabled: z.boolean().optional() })
  .meta({ examples: [{ enabled: false }] });
export const medicineView = z.object({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  nameEn: z.string().nullable(),
  ingredients: z.array(z.string()),
  specification: z.string(),
  unit: z.string(),
  prescriptionOnly: z.boolean(),
  enabled: z.boolean(),
});
export const medicineQuery = paging.extend({
  sort: sortBy(['name', 'code', 'createdAt'], 'name'),
  keyword: text(40).optional().describe('part of name or code'),
  enabled: z.enum(['true', 'false']).optional(),
});
export const medicineList = listOf(medicineView);

const contraindicationFields = {
  kind: z.enum(['drug', 'allergy', 'condition']).describe('against another ingredient, an allergy or a condition'),
  ingredient: key,
  against: key,
  severity: z.enum(['mild', 'severe']).describe('severe blocks, mild warns'),
  reasonZh: text(300),
  reasonEn: text(300),
};
export const newContraindication = z.strictObject(contraindicationFields).meta({
  examples: [
    {
      ...{ kind: 'allergy', ingredient: 'penicillins', against: 'penicillin', severity: 'severe' },
      ...{ reasonZh: '青霉素过敏者禁用', reasonEn: 'Not for people allergic to penicillin' },
    },
  ],
});
export const contraindicationView = z.object({ id: z.string(), ...contraindicationFields, enabled: z.boolean() });
export const contraindicationChange = z
  .strictObject({
    severity: z.enum(['mild', 'severe']).optional(),
    reasonZh: text(300).optional(),
    reasonEn: text(300).optional(),
    enabled: z.boolean().optional(),
  })
  .meta({ examples: [{ severity: 'mild' }] });
export const contraindicationQuery = paging.extend({
  sort: sortBy(['ingredient', 'severity', 'createdAt'], 'ingredient'),
  kind: z.enum(['drug', 'allergy', 'condition']).optional(),
  ingredient: key.optional(),
});
export const contraindicationList = listOf(contraindicationView);
