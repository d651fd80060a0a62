import { z } from 'zod';
import { chatMessage } from '#rooms/protocol-views.ts';

export const messageQuery = z.object({
  afterSeq: z.coerce.number().int().min(0).max(2_147_483_647).default(0),
  limit: z.coerce.number().int().min(1).max(200).default(100),
});

export const messagePage = z.object({
  items: z.array(chatMessage),
  nextAfterSeq: z.int().nullable().describe('`afterSeq` of the next page; null on the last'),
});
