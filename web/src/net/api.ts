/** Typed HTTP calls. Every answer is the server's envelope; failures are thrown as `ApiError`. */
import { session, sessionRefused } from '../session.ts';

export interface Envelope<T> {
  success: boolean;
  code: number;
  message: string;
  data: T;
  error?: { code: string };
}

/** A refused call: `code` is the stable name of the fault, `network` when no answer came. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

interface CallOptions {
  method?: 'GET' | 'POST' | 'PUT';
  body?: unknown;
  /** Overrides the session's token, for guests. */
  token?: string | null;
  signal?: AbortSignal;
}

/** Refusals of a token that a renewed session gets past. */
const RENEWABLE = new Set(['unauthenticated', 'token_expired']);

/**
 * What to do about a 401 that came for the session's token: renews the session or, where that cannot be, ends it.
 * @param code of the answer; those that do not speak of the token (a wrong password) change nothing
 * @returns whether to repeat the call with the session's token as it is now
 * @throws {ApiError} the server could not be asked for new tokens
 */
export async function renewedAfter(code: string, token: string): Promise<boolean> {
  if (code !== 'session_revoked' && !RENEWABLE.has(code)) return false;
  if (RENEWABLE.has(code) && session.get()?.refreshToken && (await (await import('./refresh.ts')).refresh(token))) return true;
  // Signed in anew meanwhile: the refusal is about the past.
  if (session.get()?.token === token) sessionRefused();
  return false;
}

/**
 * Calls the API; a session that has run out is renewed on the way.
 * @param path below `/api/v1`
 * @returns `data` of the envelope
 * @throws {ApiError}
 */
export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const own = session.get()?.token;
  const token = options.token === undefined ? own : options.token;
  try {
    return await send<T>(path, options, token);
  } catch (error) {
    const refused = error instanceof ApiError && error.status === 401 && token && token === own;
    if (!refused || !(await renewedAfter(error.code, token))) throw error;
    return send<T>(path, options, session.get()?.token);
  }
}

async function send<T>(path: string, options: CallOptions, token: string | null | undefined): Promise<T> {
  const headers: Record<string, string> = {};
  if (token) headers['authorization'] = `Bearer ${token}`;
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  const init: RequestInit = { method: options.method ?? 'GET', headers };
  if (options.body !== undefined) init.body = JSON.stringify(options.body);
  if (options.signal) init.signal = options.signal;
  const response = await fetch(`/api/v1${path}`, init).catch((error: unknown) => {
    throw new ApiError('network', 0, 'No answer from the server', { cause: error });
  });
  const envelope = await (response.json() as Promise<Envelope<T>>).catch((error: unknown) => {
    throw new ApiError('internal', response.status, 'The answer could not be read', { cause: error });
  });
  if (!envelope.success) throw new ApiError(envelope.error?.code ?? 'internal', response.status, envelope.message);
  return envelope.data;
}
