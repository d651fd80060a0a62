/** What partners are asked about payments and refunds. Each number is asked about before it is asked for again. */
import type { Payments } from '#src/payments/service.ts';
import type { Refunds } from '#src/refunds/service.ts';
import { outside } from '../processor.ts';

export const checkPaymentProcessor = (payments: Payments) => outside<'payment.check'>(({ payload }) => payments.follow(payload));

export const stopPaymentProcessor = (payments: Payments) =>
  outside<'payment.stop'>(({ payload, attempts }) => payments.stopAll(payload.orderId, attempts));

export const reconcileProcessor = (payments: Payments, refunds: Refunds) =>
  outside<'payments.reconcile'>(async () => {
    await payments.reconcile();
    await refunds.resume();
  });

export const executeRefundProcessor = (refunds: Refunds) => outside<'refund.execute'>(({ payload }) => refunds.proceed(payload));
