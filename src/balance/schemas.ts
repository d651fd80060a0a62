import { z } from 'zod';
import { MAX_FEN, yuan, yuanInput } from '#src/money.ts';
import { id, listOf, paging, sortBy, text } from '#src/plugins/fields.ts';
import { entryKinds } from './model.ts';

export const userParams = z.object({ id });
export const query = paging.extend({ kind: z.enum(entryKinds).optional(), sort: sortBy(['createdAt'], '-createdAt') });

export const balanceView = z.object({ userId: z.string(), balance: yuan });
const entryView = z.object({
  entry: z.int().describe('counts from 1 for each user'),
  kind: z.enum(entryKinds),
  amount: yuan.describe('yuan; negative: taken'),
  before: yuan,
  after: yuan,
  refId: z.string().describe('payment or refund that it is for'),
  note: z.string().nullable(),
  actorId: z.string().nullable().describe('null: the system'),
  createdAt: z.string(),
});
export const entryList = listOf(entryView);

const LIMIT = MAX_FEN / 100;

export const topUp = z
  .strictObject({ amount: yuanInput.refine((value) => value > 0, 'is nothing'), note: text(300) })
  .meta({ examples: [{ amount: 500, note: '前台现金充值，收据 20261126-07' }] });
export const adjustment = z
  .strictObject({
    amount: z
      .number()
      .min(-LIMIT)
      .max(LIMIT)
      .refine((value) => value !== 0 && /^-?\d+(\.\d{1,2})?$/.test(String(value)), 'is nothing, or has more than two decimals')
      .describe('yuan, two decimals; negative: taken'),
    note: text(300),
  })
  .meta({ examples: [{ amount: -20.5, note: '更正 11 月 26 日重复充值' }] });
