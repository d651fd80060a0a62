/** Tries again what had no effect, with growing pauses, and leaves a partner that is down alone for a while (requirement ORD-15). */
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import type { Breaker } from '#src/partners/breaker.ts';
import { PartnerError } from '#src/partners/partner-error.ts';
import { faultOf, type PaymentGateway } from './gateway.ts';

export interface RetryOptions {
  /** Tries after the first one. */
  retries?: number;
  initialDelayMs?: number;
  maxDelayMs?: number;
}

const isOpen = (error: unknown): boolean => error instanceof PartnerError && error.reason === 'circuit_open';

/**
 * The same gateway with patience. Only `unavailable` is tried again; `unknown` never is: settle.ts asks first. While the breaker is
 * open, calls fail at once. Notices are not held up.
 */
export function withRetries(gateway: PaymentGateway, breaker: Breaker, options: RetryOptions = {}): PaymentGateway {
  const { retries: maxAttempts = 2, initialDelayMs: initialDelay = 200, maxDelayMs: maxDelay = 2_000 } = options;
  const policy = (again: (error: unknown) => boolean) =>
    retry(
      handleWhen((error) => again(error) && !isOpen(error)),
      { maxAttempts, backoff: new ExponentialBackoff({ initialDelay, maxDelay }) },
    );
  const writes = policy((error) => faultOf(error) === 'unavailable');
  // Asking has no effect, whatever became of the answer.
  const reads = policy((error) => error instanceof PartnerError && error.fault === 'unavailable');
  const write = <T>(call: () => Promise<T>): Promise<T> => writes.execute(() => breaker.call(call));
  const read = <T>(call: () => Promise<T>): Promise<T> => reads.execute(() => breaker.call(call));
  return {
    ...gateway,
    create: (payment) => write(() => gateway.create(payment)),
    query: (paymentNo) => read(() => gateway.query(paymentNo)),
    close: (paymentNo) => write(() => gateway.close(paymentNo)),
    refund: (refund) => write(() => gateway.refund(refund)),
    queryRefund: (refund) => read(() => gateway.queryRefund(refund)),
  };
}
