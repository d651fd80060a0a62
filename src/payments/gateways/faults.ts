/** What a call to a payment partner that went wrong means for the money (requirement ORD-15). */
import { setTimeout as delay } from 'node:timers/promises';
import { networkFault, PartnerError } from '#src/partners/partner-error.ts';
import type { Channel } from './gateway.ts';

/** A `read` changes nothing, so it can always be tried again; after a failed `write` nobody knows. */
export type Effect = 'read' | 'write';

/** A call, as far as its faults are concerned. */
export interface Attempt {
  channel: Channel;
  effect: Effect;
}

/** The outcome is not known: no answer came, or none that is proven to be the partner's. */
export const unsettled = ({ channel, effect }: Attempt, reason: string, detail?: string): PartnerError =>
  new PartnerError(channel, 'unavailable', { reason, detail, maybeDone: effect === 'write' });

export const declined = ({ channel }: Attempt, reason: string, detail?: string): PartnerError =>
  new PartnerError(channel, 'refused', { reason, detail });

/** It certainly had no effect. */
export const postponed = ({ channel }: Attempt, reason: string, detail?: string): PartnerError =>
  new PartnerError(channel, 'unavailable', { reason, detail });

/** @param error what a client threw without having got an answer */
export function noAnswer(attempt: Attempt, error: unknown): PartnerError {
  const fault = networkFault(attempt.channel, error);
  return fault.maybeDone ? unsettled(attempt, fault.reason) : fault;
}

/** @param code the partner's own code in the body, where it had one */
export function statusFault(attempt: Attempt, status: number, code = `http_${status}`, detail?: string): PartnerError {
  if (status === 429) return postponed(attempt, code, detail);
  return status >= 500 ? unsettled(attempt, code, detail) : declined(attempt, code, detail);
}

/** What the HTTP client of the WeChat library throws. */
interface ClientError {
  code?: string;
  response?: { status: number; data: unknown };
}

/**
 * A failed call through the WeChat library. Its own errors name keys and right signatures, so nothing of them is kept.
 * @param told finds the partner's code and message in a body
 */
export function clientFault(attempt: Attempt, error: unknown, told: (data: unknown) => { code?: string; message?: string }): PartnerError {
  const { code, response } = error as ClientError;
  if (code?.startsWith('EV')) return unsettled(attempt, 'unverified_answer', code);
  if (!response) return noAnswer(attempt, error);
  const { code: own, message } = told(response.data);
  return statusFault(attempt, response.status, own, message);
}

/** Waits for a call so long and no longer, for clients whose own time limit starts anew with every byte. */
export async function within<T>(ms: number, call: Promise<T>): Promise<T> {
  const answered = new AbortController();
  const late = delay(ms, undefined, { signal: answered.signal }).then(() => {
    throw new Error('No answer in time');
  });
  // It ends in an error either way, which nobody awaits once the call is over.
  late.catch(() => undefined);
  try {
    return await Promise.race([call, late]);
  } finally {
    answered.abort();
  }
}
