import { z } from 'zod';
import { heightCm, weightKg } from '#src/medical/vitals.ts';
import { id, text } from '#src/plugins/fields.ts';

export const userParams = z.object({ userId: id });

const bloodType = z.enum(['A', 'B', 'AB', 'O']);
const year = z.int().min(1900).max(2200);

const allergy = z.strictObject({
  substance: text(100),
  reaction: text(200).optional(),
  severe: z.boolean().default(false),
});

/** What is sealed. */
export const details = z.strictObject({
  allergyInfo: text(2_000).nullable().default(null),
  allergies: z.array(allergy).max(50).default([]),
  chronicDiseases: z
    .array(z.strictObject({ name: text(100), since: year.optional(), note: text(500).optional() }))
    .max(50)
    .default([]),
  familyHistory: z
    .array(z.strictObject({ relation: text(40), disease: text(100) }))
    .max(50)
    .default([]),
  emergencyContact: z
    .strictObject({ name: text(100), relationship: text(40), phone: text(32) })
    .nullable()
    .default(null),
});
export type Details = z.infer<typeof details>;

/** kg/m² that people live with; `DECIMAL(4,2)` holds no more. */
const BMI = { min: 5, max: 99.99 };

/** @returns kg/m² with two decimals; null when a part is missing */
export function bmiOf({ height, weight }: { height: number | null; weight: number | null }): number | null {
  return height === null || weight === null ? null : Math.round((weight / (height / 100) ** 2) * 100) / 100;
}

/** Not strict: a `bmi` that clients send is passed over, the server computes it. */
export const healthProfileInput = z
  .object({
    bloodType: bloodType.nullable().default(null),
    height: heightCm.nullable().default(null),
    weight: weightKg.nullable().default(null),
    hasAllergy: z.boolean().default(false),
    ...details.shape,
  })
  .refine(
    (profile) => {
      const bmi = bmiOf(profile);
      return bmi === null || (bmi >= BMI.min && bmi <= BMI.max);
    },
    { path: ['weight'], message: 'is not plausible for this height' },
  )
  .refine(({ hasAllergy, allergyInfo, allergies }) => hasAllergy || (allergyInfo === null && allergies.length === 0), {
    path: ['hasAllergy'],
    message: 'must be true when allergies are named',
  })
  .meta({
    examples: [
      {
        bloodType: 'A',
        height: 170,
        weight: 65.5,
        hasAllergy: true,
        allergyInfo: '青霉素过敏',
        allergies: [{ substance: '青霉素', reaction: '皮疹', severe: true }],
        chronicDiseases: [{ name: '高血压', since: 2019 }],
        familyHistory: [{ relation: '父亲', disease: '糖尿病' }],
        emergencyContact: { name: '王强', relationship: '配偶', phone: '13900139000' },
      },
    ],
  });

export const healthProfileView = z.object({
  userId: z.string(),
  bloodType: bloodType.nullable(),
  height: z.number().nullable().describe('cm'),
  weight: z.number().nullable().describe('kg'),
  bmi: z.number().nullable().describe('kg/m², computed by the server'),
  hasAllergy: z.boolean(),
  ...details.shape,
  healthTags: z.array(z.string()),
  updatedAt: z.string().nullable().describe('null: nothing was entered yet'),
});

export const healthTags = z.strictObject({ tags: z.array(text(60)).max(50) }).meta({ examples: [{ tags: ['高血压', '失眠'] }] });
export const healthTagList = z.object({ tags: z.array(z.string()) });
