import { z } from 'zod';
import { yuan } from '#src/money.ts';
import { id, listOf, paging, sortBy, text, time } from '#src/plugins/fields.ts';
import { orderStatuses } from './machine.ts';
import { orderTypes } from './model.ts';

export const params = z.object({ id });
const status = z.enum(orderStatuses);
const type = z.enum(orderTypes);

export const summary = z.object({
  id: z.string(),
  orderNo: z.string(),
  userId: z.string(),
  type,
  status,
  title: z.string().describe('of the first item'),
  amount: yuan,
  refunded: yuan,
  expiresAt: z.string().nullable(),
  paidAt: z.string().nullable(),
  createdAt: z.string(),
});
export const orderView = summary.extend({
  paymentNo: z.string().nullable(),
  items: z.array(z.object({ kind: type, refId: z.string(), title: z.string(), unitPrice: yuan, quantity: z.int(), amount: yuan })),
  contact: z.object({ name: z.string(), phone: z.string() }).nullable().describe('masked for others than its owner'),
  serviceInfo: z.record(z.string(), z.unknown()),
  log: z.array(
    z.object({
      event: z.string(),
      from: status.nullable(),
      to: status,
      actorId: z.string().nullable(),
      reason: z.string().nullable(),
      at: z.string(),
    }),
  ),
  version: z.int(),
});
export const query = paging.extend({
  userId: id.optional().describe('for those who see every order'),
  type: type.optional(),
  status: status.optional(),
  orderNo: z.string().trim().max(32).optional(),
  from: time.optional(),
  to: time.optional().describe('exclusive'),
  sort: sortBy(['createdAt', 'amount', 'paidAt'], '-createdAt'),
});
export const list = listOf(summary);
export const cancellation = z.strictObject({ reason: text(300) }).meta({ examples: [{ reason: '时间不合适' }] });
