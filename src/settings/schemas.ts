import { z } from 'zod';
import { listOf, paging, sortBy } from '#src/plugins/fields.ts';
import { type SettingKey, settingKeys } from './catalogue.ts';

export const settingParams = z.object({ key: z.enum(settingKeys as [SettingKey, ...SettingKey[]]) });

export const settingView = z.object({
  key: z.string(),
  group: z.enum(['system', 'business', 'partner']),
  description: z.string(),
  secret: z.boolean(),
  value: z.unknown().describe('null for secrets'),
  isSet: z.boolean().describe('false: the default is in force'),
  version: z.int().describe('0: never set'),
  updatedAt: z.string().nullable(),
});
export const settingList = z.object({ items: z.array(settingView) });

export const settingChange = z
  .strictObject({ value: z.unknown(), version: z.int().min(0).describe('the version that the change starts from') })
  .meta({ examples: [{ value: 20, version: 0 }] });

export const historyQuery = paging.extend({ sort: sortBy(['version'], '-version') });
export const historyList = listOf(
  z.object({ version: z.int(), value: z.unknown().describe('null for secrets'), changedBy: z.string().nullable(), createdAt: z.string() }),
);

export const clinicView = z.object({
  name: z.string(),
  zone: z.string().describe('IANA name; business days and times of day are on its clock'),
});
