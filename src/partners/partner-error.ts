/** What can go wrong with an outside service, in the one form that senders, queues and routes understand. */
import { scrub } from './scrub.ts';

/** `refused`: the partner said no, asking again changes nothing. `unavailable`: it gave no usable answer, later it may. */
export type PartnerFault = 'refused' | 'unavailable';

export interface PartnerErrorOptions {
  /** The partner's own code for the fault, for example `isv.MOBILE_NUMBER_ILLEGAL`. */
  reason: string;
  /** The partner's own words; personal data is masked here. */
  detail?: string | undefined;
  /** Nobody knows whether the partner did what it was asked: repeating may do it twice. */
  maybeDone?: boolean;
  /** Only this call has to wait, for example for one phone number's limit: the partner itself is well. */
  onlyThisCall?: boolean;
  /** Seconds after which asking again makes sense. */
  retryAfter?: number | undefined;
}

/**
 * A failed call of a partner. It carries no `cause`: errors of the partners' libraries hold addresses with phone numbers
 * and secrets in them, and the log writes causes out.
 */
export class PartnerError extends Error {
  override name = 'PartnerError';
  /** Name of the partner, for example `sms-aliyun`. */
  readonly partner: string;
  readonly fault: PartnerFault;
  readonly reason: string;
  readonly maybeDone: boolean;
  readonly onlyThisCall: boolean;
  readonly retryAfter: number | undefined;

  constructor(partner: string, fault: PartnerFault, options: PartnerErrorOptions) {
    const { reason, detail, maybeDone = false, onlyThisCall = false, retryAfter } = options;
    super(scrub(`${partner} ${fault}: ${reason}${detail ? ` (${detail})` : ''}`));
    this.partner = partner;
    this.fault = fault;
    this.reason = scrub(reason);
    this.maybeDone = maybeDone;
    this.onlyThisCall = onlyThisCall;
    this.retryAfter = retryAfter;
  }
}

/** Connections that were never made: the partner cannot have done anything. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/**
 * Whatever a partner's library threw that is no answer, as `unavailable`. Its message is left out: those of HTTP libraries
 * quote the whole address, and with it verification codes.
 */
export function networkFault(partner: string, error: unknown): PartnerError {
  const code = codeOf(error);
  if (code) return new PartnerError(partner, 'unavailable', { reason: code, maybeDone: !NOT_CONNECTED.has(code) });
  const { name = 'network', stack } = Object(error) as Partial<Error>;
  const place = stack?.split('\n').find((line) => line.startsWith('    at '));
  return new PartnerError(partner, 'unavailable', { reason: name, detail: place?.trim(), maybeDone: true });
}

/** `fetch` hides the code of the fault in the cause, and that of several addresses tried in the first of them. */
function codeOf(error: unknown, depth = 0): string | undefined {
  if (depth > 3) return undefined;
  const { code, cause, errors } = Object(error) as { code?: unknown; cause?: unknown; errors?: readonly unknown[] };
  if (typeof code === 'string') return code;
  return cause || errors ? codeOf(errors?.[0] ?? cause, depth + 1) : undefined;
}
