import { z } from 'zod';
import { chatMessage } from '#rooms/protocol-views.ts';

export const messageQuery = z.object({
  afterSeq: z.coerce.number().int().min(0).max(2_147_483_647).default(0),
  limit: z.coerce.number().int().min(1).max(200).default(100),
});

export const messagePage = z.object({
  items: z.array(chatMessage),
  readSeq: z.int().describe('number of the last message that the caller has read, 0 for none'),
  nextAfterSeq: z.int().nullable().describe('`afterSeq` of the next page; null on the last'),
});

export const readMark = z
  .strictObject({
    seq: z.int().min(0).max(2_147_483_647).describe('number of the last message that was read; a smaller one than before changes nothing'),
  })
  .meta({ examples: [{ seq: 12 }] });

export const readState = z.object({
  readSeq: z.int(),
  unread: z.int().describe('messages of others after it'),
});

export const unreadList = z.object({
  total: z.int().describe('unread messages of all own visits'),
  items: z
    .array(z.object({ consultationId: z.string(), unread: z.int() }))
    .describe('visits with unread messages, the one with the newest message first; at most 100'),
});
