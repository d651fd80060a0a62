/** States of WeChat Pay, the same words in both versions of its API. */
import type { PaymentState, RefundState } from './gateway.ts';

/** A word that we do not know yet settles nothing: such a payment stays `pending` and is asked about again. */
export function paymentState(word: string): PaymentState {
  switch (word) {
    case 'SUCCESS':
    // Money went back, wholly or in part: it was paid all the same.
    case 'REFUND':
      return 'paid';
    case 'CLOSED':
    case 'REVOKED':
      return 'closed';
    case 'PAYERROR':
      return 'failed';
    default:
      return 'pending';
  }
}

export function refundState(word: string): RefundState {
  switch (word) {
    case 'SUCCESS':
      return 'succeeded';
    case 'CLOSED':
    case 'REFUNDCLOSE':
      return 'failed';
    case 'ABNORMAL':
    case 'CHANGE':
      return 'abnormal';
    default:
      return 'processing';
  }
}
