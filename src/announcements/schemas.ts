import { z } from 'zod';
import { deliveryStates, outsideChannels } from '#src/messaging/model.ts';
import { id, listOf, paging, sortBy, text } from '#src/plugins/fields.ts';
import { audience } from './model.ts';

const channel = z.enum(outsideChannels);
const classes = z.enum(['service', 'marketing']);
const state = z.enum(['running', 'done', 'cancelled']);
const inBoth = (max: number) => z.strictObject({ zh: text(max), en: text(max) });

export const announcementParams = z.object({ id });

export const newAnnouncement = z
  .strictObject({
    class: classes.default('service').describe('`marketing` reaches phone and mail of those who agreed to it only'),
    title: inBoth(60),
    body: inBoth(5_000),
    path: z
      .string()
      .regex(/^\/[\w/-]{0,199}$/)
      .optional()
      .describe('where it leads to in the web client'),
    channels: z.array(channel).max(2).default([]).describe('besides the page'),
    audience,
  })
  .meta({
    examples: [
      {
        title: { zh: '春节安排', en: 'Spring Festival' },
        body: { zh: '2 月 17 日至 19 日停诊。', en: 'Closed from 17 to 19 February.' },
        channels: ['email'],
        audience: { roles: ['patient'] },
      },
    ],
  });

export const announcementView = z.object({
  id: z.string(),
  class: classes,
  title: z.object({ zh: z.string(), en: z.string() }),
  body: z.object({ zh: z.string(), en: z.string() }),
  path: z.string().nullable(),
  channels: z.array(channel),
  audience,
  state,
  reached: z.int().describe('people that it came to so far'),
  told: z.int().describe('those of them who were told'),
  createdBy: z.string().nullable(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
});
export const announcementList = listOf(announcementView);
export const announcementResult = announcementView.extend({
  read: z.int().describe('people who have read it in the page'),
  deliveries: z.array(z.object({ channel, state: z.enum(deliveryStates), count: z.int() })),
});
export const announcementQuery = paging.extend({ state: state.optional(), sort: sortBy(['createdAt'], '-createdAt') });
