import { z } from 'zod';
import { yuan, yuanInput } from '#src/money.ts';
import { id, listOf, paging, sortBy, text, time } from '#src/plugins/fields.ts';
import { paymentMethods } from '#src/payments/model.ts';
import { refundOrigins, refundStates } from './model.ts';

export const params = z.object({ id });

export const newRefund = z
  .strictObject({
    amount: yuanInput
      .refine((value) => value > 0, 'is nothing')
      .optional()
      .describe('yuan, two decimals; default: all that is left'),
    reason: text(300),
  })
  .meta({ examples: [{ reason: '医生未按时接诊' }] });

export const review = z
  .strictObject({ decision: z.enum(['approve', 'reject']), note: text(300).optional().describe('for the payer') })
  .meta({ examples: [{ decision: 'approve' }] });

export const resolution = z
  .strictObject({
    outcome: z.enum(['succeeded', 'failed']).describe('what the partner’s own desk shows'),
    note: text(300).optional(),
  })
  .meta({ examples: [{ outcome: 'succeeded', note: '已在商户平台退到用户新卡' }] });

export const refundView = z.object({
  id: z.string(),
  refundNo: z.string(),
  orderId: z.string(),
  orderNo: z.string(),
  paymentId: z.string(),
  method: z.enum(paymentMethods).describe('the way that it was paid, and goes back'),
  user: z.object({ id: z.string(), name: z.string() }),
  origin: z.enum(refundOrigins).describe('asked for, or by itself: order cancelled, payment too late or twice; or again after a failure'),
  amount: yuan,
  reason: z.string().nullable(),
  state: z.enum(refundStates).describe('`abnormal`: a person has to finish it at the partner'),
  failure: z.string().nullable(),
  gatewayNo: z.string().nullable(),
  reviewerId: z.string().nullable(),
  reviewedAt: z.string().nullable(),
  note: z.string().nullable(),
  refundedAt: z.string().nullable(),
  createdAt: z.string(),
});

/** Answers to requests with a key are kept: without names and words. */
export const requestedRefund = refundView.omit({ user: true, reason: true, note: true });

export const query = paging.extend({
  sort: sortBy(['createdAt', 'amount'], '-createdAt'),
  state: z.enum(refundStates).optional(),
  origin: z.enum(refundOrigins).optional(),
  orderId: id.optional(),
  userId: id.optional().describe('for those who see every refund'),
  from: time.optional(),
  to: time.optional().describe('exclusive'),
});
export const list = listOf(refundView);
