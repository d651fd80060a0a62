/** Settings of text messages and mail: what the accounts begin with, until others are stored (`src/settings/partners.ts`). */
import { z } from 'zod';

export const messagingSettings = {
  SMS_PROVIDER: z
    .enum(['aliyun', 'tencent', 'twilio'])
    .optional()
    .describe('Who sends text messages. Default: nobody; outside production they are kept in memory then, see `/api/v1/demo/inbox`'),
  SMS_KEY: z.string().optional().describe('AccessKey id (Aliyun), secret id (Tencent Cloud) or account SID (Twilio)'),
  SMS_SECRET: z.string().optional().describe('Secret that belongs to `SMS_KEY`'),
  SMS_SIGNATURE: z.string().optional().describe('Name of the sender before the text; Aliyun and Tencent Cloud have to approve it'),
  SMS_APP_ID: z.string().optional().describe('Application at Tencent Cloud (`SdkAppId`)'),
  SMS_FROM: z.string().optional().describe('Own number or messaging service (`MG…`) at Twilio'),
  SMS_URL: z.url().optional().describe('Address in place of the provider’s own, for a simulator'),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .describe('`smtp://user:password@host:587` or `smtps://…:465`. Default: no mail; outside production it is kept in memory then'),
  SMTP_FROM: z.string().optional().describe('Sender of mails, for example `Clinic <no-reply@clinic.example>`. Required with `SMTP_URL`'),
  SMTP_REPORTS: z
    .enum(['true', 'false', '1', '0'])
    .transform((value) => value === 'true' || value === '1')
    .optional()
    .describe(
      'Ask mail servers to report mails that arrive too, not only those that do not. For a mailbox that hands reports on, see docs/messages.md. Default: false',
    ),
};

type MessagingConfig = z.infer<z.ZodObject<typeof messagingSettings>>;

const needed: Record<NonNullable<MessagingConfig['SMS_PROVIDER']>, readonly (keyof MessagingConfig)[]> = {
  aliyun: ['SMS_KEY', 'SMS_SECRET', 'SMS_SIGNATURE'],
  tencent: ['SMS_KEY', 'SMS_SECRET', 'SMS_SIGNATURE', 'SMS_APP_ID'],
  twilio: ['SMS_KEY', 'SMS_SECRET', 'SMS_SIGNATURE', 'SMS_FROM'],
};

/** Settings that others of them need and that are missing. */
export function missingMessagingSettings(config: MessagingConfig): string[] {
  const missing = (config.SMS_PROVIDER ? needed[config.SMS_PROVIDER] : []).filter((name) => !config[name]);
  return [...missing, ...(config.SMTP_URL && !config.SMTP_FROM ? ['SMTP_FROM'] : [])];
}
