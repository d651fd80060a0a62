import { z } from 'zod';
import { listOf } from '#src/plugins/fields.ts';
import { MASK, partnerNames } from './partner-catalogue.ts';

const name = z.enum(partnerNames);
const account = z.unknown().describe(`secrets are \`${MASK}\`; null: there is none`);

export const partnerParams = z.object({ name });
export const partnerView = z.object({
  name,
  enabled: z.boolean().describe('false: this service is not asked, whatever the environment says'),
  source: z
    .enum(['stored', 'environment'])
    .nullable()
    .describe('where the account comes from; what is stored comes before the environment'),
  account,
  usable: z.boolean().describe('false: what is stored cannot be read, or does not fit this version'),
  version: z.int().describe('0: never stored'),
  updatedAt: z.string().nullable(),
});
export const partnerList = z.object({ items: z.array(partnerView) });

export const partnerChange = z
  .strictObject({
    enabled: z.boolean(),
    account: z
      .record(z.string(), z.unknown())
      .nullable()
      .optional()
      .describe(
        `null: that of the environment; absent: as it is. A secret that is given as \`${MASK}\` stays, unless what it opens has changed. Forms: docs/operations.md`,
      ),
    version: z.int().min(0).describe('the version that the change starts from'),
  })
  .meta({
    examples: [
      {
        enabled: true,
        account: { provider: 'twilio', key: 'AC0123', secret: 'auth token', signature: '问诊', from: '+15005550006' },
        version: 0,
      },
    ],
  });

export const partnerHistory = listOf(
  z.object({
    version: z.int(),
    enabled: z.boolean(),
    account: account.describe('with secrets masked; null: that of the environment'),
    newSecrets: z.boolean().describe('whether secrets were given'),
    changedBy: z.string().nullable(),
    createdAt: z.string(),
  }),
);
