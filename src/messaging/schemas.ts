import { z } from 'zod';
import { id, listOf, nothing, paging, sortBy, text, time } from '#src/plugins/fields.ts';
import { isForward, notForward, periodFields } from '#src/statistics/periods.ts';
import { deliveryStates, outsideChannels } from './model.ts';
import { locales, templateNames } from './template-store.ts';
import type { TemplateName } from './templates/catalogue.ts';

const kinds = z.enum(['verification', 'notification', 'marketing']);
const channel = z.enum(outsideChannels);
const template = z.enum(templateNames as [TemplateName, ...TemplateName[]]);
const period = { from: time.optional(), to: time.optional().describe('exclusive') };

export const deliveryParams = z.object({ id });
export const deliveryQuery = paging.extend({
  sort: sortBy(['createdAt'], '-createdAt'),
  ...period,
  channel: channel.optional(),
  state: z.enum(deliveryStates).optional(),
  kind: kinds.optional(),
  template: template.optional(),
  userId: id.optional(),
});
export const deliveryView = z.object({
  id: z.string(),
  notificationId: z.string().nullable().describe('null for verification codes'),
  userId: z.string().nullable(),
  channel,
  kind: kinds,
  template: z.string(),
  recipient: z.string().describe('masked'),
  provider: z.string().nullable(),
  providerId: z.string().nullable().describe('id of the message at the provider'),
  state: z.enum(deliveryStates).describe('`unknown`: handed to the provider, who has not said what became of it; not sent again by itself'),
  errorCode: z.string().nullable(),
  attempts: z.int(),
  sentAt: z.string().nullable(),
  deliveredAt: z.string().nullable().describe('as the provider reported it'),
  readAt: z.string().nullable().describe('when the person opened what it tells in the page'),
  createdAt: z.string(),
});
export const deliveryList = listOf(deliveryView);

const states = z.object({
  queued: z.int(),
  sent: z.int().describe('taken by the provider'),
  delivered: z.int().describe('reported as arrived'),
  failed: z.int(),
  unknown: z.int(),
  read: z.int().describe('of those sent and delivered: what they tell was opened in the page'),
});
export const statisticsQuery = z.object(period);
export const statisticsView = z.object({
  app: z.object({ sent: z.int(), read: z.int() }),
  outside: z.array(states.extend({ channel, kind: kinds })),
});

export const messagePeriodQuery = z.object(periodFields).refine(isForward, notForward);
export const messagePeriods = z.object({
  items: z.array(
    z.object({
      period: z.string().describe('day or month of the clinic, `2026-11-26` or `2026-11`'),
      app: z.object({ sent: z.int(), read: z.int() }),
      sms: states,
      email: states,
    }),
  ),
});

export const receiptParams = z.object({ provider: z.string().max(24), key: z.string().max(128) });
const reportsTo = z.object({ provider: z.string(), url: z.string() }).nullable();
export const receiptAddress = z.object({
  address: reportsTo.describe('of text messages; null: nobody sends them, or the server does not know its public address'),
  mail: reportsTo.describe('for the mailbox that mails come from; null: as above'),
});

export const templateParams = z.object({ name: template, locale: z.enum(locales) });
export const templateView = z.object({
  name: z.string(),
  locale: z.enum(locales),
  kind: kinds,
  variables: z.array(z.string()).describe('names that the words may use, as {{name}}'),
  title: z.string(),
  text: z.string(),
  sms: z.string(),
  action: z.string().optional().describe('label of the button to the link'),
  version: z.int().describe('0: the built-in words'),
  registration: z.object({ aliyun: z.string(), tencent: z.string() }).describe('the text message in the form that providers register'),
  codes: z.array(z.object({ provider: z.string(), code: z.string() })).describe('codes under which providers know the text message'),
});
export const templateList = z.object({ items: z.array(templateView) });
export const templateChange = z
  .strictObject({
    title: text(200),
    text: text(5_000),
    sms: text(500),
    action: text(60).optional(),
    version: z.int().min(0).describe('the version that the change starts from'),
  })
  .meta({
    examples: [
      {
        title: '预约提醒',
        text: '{{practitioner}} 将于 {{startsAt}} 为您看诊。',
        sms: '{{practitioner}}将于{{startsAt}}为您看诊。',
        action: '进入候诊室',
        version: 0,
      },
    ],
  });

export const codeParams = templateParams.extend({ provider: z.enum(['sms-aliyun', 'sms-tencent', 'sms-twilio']) });
export const codeChange = z.strictObject({ code: text(64) }).meta({ examples: [{ code: 'SMS_154950909' }] });

export const demoInbox = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      channel,
      to: z.string(),
      subject: z.string().nullable().describe('of a mail'),
      text: z.string(),
      at: z.string(),
    }),
  ),
});
export const done = nothing;
