/** A diagnosis with its code in a classification. */
import { z } from 'zod';
import { text } from '#src/plugins/fields.ts';

/** Form of a code in each classification; whether the code exists is the classification's business, which changes every year. */
const FORMS = {
  /** With the Chinese extensions, such as `I10.x00x002`. */
  'ICD-10': /^[A-Z]\d{2}(\.[\dx]{1,8})?[+*]?$/,
  'ICD-11': /^[1-9A-HJ-NP-Z][0-9A-HJ-NP-Z]\d[0-9A-HJ-NP-Z](\.[0-9A-HJ-NP-Z]{1,2})?$/,
  /** GB/T 15657, of 2021 (`A01.01.01`) and of 1995 (`BNG010`). */
  TCM: /^([A-Z]\d{2}(\.\d{2}){0,4}\.?|[A-Z]{2,4}\d{3})$/,
} as const;
type System = keyof typeof FORMS;

export const diagnosis = z
  .strictObject({
    system: z.enum(Object.keys(FORMS) as [System, ...System[]]),
    code: z.string().trim().max(20),
    name: text(200),
    primary: z.boolean().default(false).describe('the main one; at most one of a record'),
    suspected: z.boolean().default(false).describe('not confirmed yet'),
  })
  .refine(({ system, code }) => FORMS[system].test(code), { path: ['code'], message: 'is no code of this system' })
  .meta({ examples: [{ system: 'ICD-10', code: 'I10', name: '原发性高血压', primary: true, suspected: false }] });
export type Diagnosis = z.infer<typeof diagnosis>;

export const diagnoses = z
  .array(diagnosis)
  .max(30)
  .refine((list) => list.filter(({ primary }) => primary).length <= 1, 'has more than one primary diagnosis')
  .refine((list) => new Set(list.map(({ system, code }) => `${system} ${code}`)).size === list.length, 'names one code twice');
