/**
 * Calls whose lost answers are settled: a query tells what happened, and what did not happen is asked for once more under the same
 * number, so that nobody pays or is paid twice (requirement ORD-15). What is still not known then is thrown as `unknown`; the same
 * call may be made again later.
 */
import {
  faultOf,
  isDeclined,
  type NewPayment,
  type NewRefund,
  type PayerAction,
  type PaymentGateway,
  type PaymentStatus,
  type RefundStatus,
} from './gateway.ts';

const isUnknown = (error: unknown): boolean => faultOf(error) === 'unknown';

/** @returns what brings the payer to the partner, or the status of a payment that nobody can or need pay any more */
export async function createPayment(
  gateway: PaymentGateway,
  payment: NewPayment,
): Promise<PayerAction | { kind: 'over'; status: PaymentStatus }> {
  try {
    return await gateway.create(payment);
  } catch (error) {
    if (!isUnknown(error) && !isDeclined(error, 'already_paid')) throw error;
    const status = await gateway.query(payment.paymentNo);
    const open = status.state === 'missing' || status.state === 'pending';
    // Partners answer the same number with the same payment.
    return open && isUnknown(error) ? gateway.create(payment) : { kind: 'over', status };
  }
}

/** Stops a payment, and says what became of it: it may have been paid meanwhile. */
export async function closePayment(gateway: PaymentGateway, paymentNo: string): Promise<PaymentStatus> {
  await gateway.close(paymentNo).catch((error: unknown) => {
    if (!isUnknown(error)) throw error;
  });
  return gateway.query(paymentNo);
}

export async function refundPayment(gateway: PaymentGateway, refund: NewRefund): Promise<RefundStatus> {
  try {
    return await gateway.refund(refund);
  } catch (error) {
    if (!isUnknown(error)) throw error;
    const status = await gateway.queryRefund(refund);
    return status.state === 'missing' ? gateway.refund(refund) : status;
  }
}
