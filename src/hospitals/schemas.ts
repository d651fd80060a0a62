import { z } from 'zod';
import { id, listOf, paging, sortBy, text } from '#src/plugins/fields.ts';
import { externalDepartment, externalPractitioner } from './systems.ts';

export const hospitalParams = z.object({ id });

const longitude = z.number().min(-180).max(180).describe('degrees, WGS 84');
/** Redis indexes no places closer to the poles. */
const latitude = z.number().min(-85).max(85).describe('degrees, WGS 84');

const fields = {
  code: z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^[A-Z0-9_-]{1,40}$/, 'has 1 to 40 letters, digits, - or _')
    .describe('unique; small letters become capitals'),
  name: text(100),
  level: text(20).nullable().describe('for example 三级甲等'),
  address: text(200),
  phone: text(40).nullable(),
  introduction: text(5_000).nullable(),
  longitude,
  latitude,
  systemKey: text(40).nullable().describe('which of the linked systems (partner account `hospitals`) is this hospital’s'),
  systemId: text(100).nullable().describe('what that system calls it'),
};
const example = {
  code: 'BJ-001',
  name: '北京协和医院',
  level: '三级甲等',
  address: '北京市东城区帅府园一号',
  longitude: 116.4174,
  latitude: 39.9137,
};

export const newHospital = z
  .strictObject({
    ...fields,
    level: fields.level.default(null),
    phone: fields.phone.default(null),
    introduction: fields.introduction.default(null),
    systemKey: fields.systemKey.default(null),
    systemId: fields.systemId.default(null),
    enabled: z.boolean().default(true),
  })
  .meta({ examples: [example] });

export const hospitalChanges = z
  .strictObject({ ...fields, enabled: z.boolean() })
  .partial()
  .meta({ examples: [{ phone: '010-69156114' }] });

export const hospitalQuery = paging.extend({ keyword: text(100).optional(), sort: sortBy(['name', 'createdAt'], 'name') });
export const allHospitalsQuery = hospitalQuery.extend({ enabled: z.enum(['true', 'false']).optional() });

export const nearbyQuery = paging.extend({
  longitude: z.coerce.number().min(-180).max(180),
  latitude: z.coerce.number().min(-85).max(85),
  radius: z.coerce.number().min(0.1).max(200).default(10).describe('km'),
});

export const hospitalView = z.object({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  level: z.string().nullable(),
  address: z.string(),
  phone: z.string().nullable(),
  introduction: z.string().nullable(),
  longitude: z.number(),
  latitude: z.number(),
  linked: z.boolean().describe('whether its own system can be asked'),
  enabled: z.boolean(),
});
export const hospitalList = listOf(hospitalView);
export const fullHospitalView = hospitalView.extend({ systemKey: z.string().nullable(), systemId: z.string().nullable() });
export const fullHospitalList = listOf(fullHospitalView);
export const nearbyList = listOf(hospitalView.extend({ distance: z.int().describe('metres') }));

export const practitionersQuery = z.object({ departmentCode: text(60).optional() });
export const externalDepartments = z.object({ items: z.array(externalDepartment) });
export const externalPractitioners = z.object({ items: z.array(externalPractitioner) });
