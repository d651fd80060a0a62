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
  method?: 'GET' | 'POST';
  body?: unknown;
  /** Overrides the session's token, for guests. */
  token?: string | null;
  signal?: AbortSignal;
}

/**
 * Calls the API.
 * @param path below `/api/v1`
 * @returns `data` of the envelope
 * @throws {ApiError}
 */
export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const token = options.token === undefined ? session.get()?.token : options.token;
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
  if (!envelope.success) {
    const code = envelope.error?.code ?? 'internal';
    const ownToken = Boolean(token) && token === session.get()?.token;
    if (response.status === 401 && ownToken) sessionRefused();
    throw new ApiError(code, response.status, envelope.message);
  }
  return envelope.data;
}
