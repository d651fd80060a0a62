import { z } from 'zod';
import { phoneInput } from '#src/auth/phones.ts';
import { id, listOf, paging, sortBy, text } from '#src/plugins/fields.ts';
import { parseIdNumber } from './id-number.ts';

export const profileParams = z.object({ id });

const relationship = z.enum(['self', 'family', 'friend', 'other']).describe('本人, 家人, 朋友, 其他');
const sex = z.enum(['male', 'female', 'unknown']);

const idNumber = z
  .string()
  .trim()
  .max(18)
  .refine((value) => parseIdNumber(value) !== undefined, 'is no valid ID number')
  .describe('15 digits, or 18 with the check character');

const birthDate = z.iso.date().refine((date) => date >= '1900-01-01' && Date.parse(date) < Date.now() + 86_400_000, 'is no date of birth');

const fields = {
  name: text(100),
  relationship,
  idNumber: idNumber.nullable(),
  phone: phoneInput.nullable(),
  birthDate: birthDate.nullable().describe('taken from the ID number when there is one'),
  sex: sex.describe('taken from the ID number when there is one'),
};

export const newProfile = z
  .strictObject({
    ...fields,
    idNumber: fields.idNumber.default(null),
    phone: fields.phone.default(null),
    birthDate: fields.birthDate.optional(),
    sex: fields.sex.optional(),
    isDefault: z.boolean().default(false).describe('the first profile is the default one in any case'),
  })
  .meta({ examples: [{ name: '王敏', relationship: 'self', idNumber: '11010519491231002X', phone: '13800138000', isDefault: true }] });

export const profileChanges = z
  .strictObject(fields)
  .partial()
  .meta({ examples: [{ phone: '13900139000' }] });

export const profileQuery = paging.extend({
  relationship: relationship.optional(),
  sort: sortBy(['createdAt', 'name'], 'createdAt').describe('behind the default profile'),
});

export const profileView = z.object({
  id: z.string(),
  name: z.string(),
  relationship,
  idNumber: z.string().nullable().describe('masked'),
  phone: z.string().nullable().describe('masked'),
  birthDate: z.string().nullable(),
  sex,
  isDefault: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export const profileList = listOf(profileView);

export const ownProfileQuery = z.object({
  full: z.enum(['true', 'false']).default('false').describe('`true`: ID number and phone without mask'),
});
