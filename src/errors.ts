/**
 * The one catalogue of errors over REST: stable code, HTTP status and a sentence for people (clients translate by code).
 * It takes in the errors of the rooms, so a fault has the same code on a socket. `docs/errors.md` is generated from it.
 */
import { roomErrors } from '#rooms/errors.ts';

export const errors = {
  ...roomErrors,
  invalid_request: { status: 400, message: 'The request does not have the expected form' },
  invalid_idempotency_key: { status: 400, message: 'An Idempotency-Key has 8 to 100 letters, digits or . _ : -' },
  malformed_json: { status: 400, message: 'The body is not valid JSON' },
  bad_credentials: { status: 401, message: 'Account or password is wrong' },
  route_not_found: { status: 404, message: 'There is no such address' },
  method_not_allowed: { status: 405, message: 'This address does not take this method' },
  conflict: { status: 409, message: 'This was changed by somebody else meanwhile; look at it again' },
  already_exists: { status: 409, message: 'There is one like this already' },
  visit_started: { status: 409, message: 'This visit has begun; it can be ended, not cancelled' },
  payload_too_large: { status: 413, message: 'The body is too large' },
  unsupported_media_type: { status: 415, message: 'This content type is not accepted here' },
  unknown_patient: { status: 422, message: 'There is no patient with this id' },
  idempotency_key_reused: { status: 422, message: 'This Idempotency-Key was used for another request' },
  too_many_attempts: { status: 429, message: 'Too many wrong passwords; please wait before trying again' },
  not_ready: { status: 503, message: 'The server is not ready' },
  partner_unavailable: { status: 503, message: 'An outside service does not answer; please try again later' },
} as const;

export type ErrorCode = keyof typeof errors;

/** An expected fault of a request. `details` are shown to the caller: never secrets or other people's data. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly code: ErrorCode;
  readonly details: readonly unknown[] | undefined;
  /** Seconds after which trying again makes sense; becomes the `Retry-After` header. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, options: { details?: readonly unknown[]; retryAfter?: number; cause?: unknown } = {}) {
    super(errors[code].message, { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryAfter = options.retryAfter;
  }
}
