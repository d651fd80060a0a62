/** The typed client of the clinic's API: `await dataOf(api.GET('/api/v1/…', { … }))`. Types: `schema.ts`, generated. */
import createClient from 'openapi-fetch';
import { ApiError, renewedAfter } from '../net/api.ts';
import { session } from '../session.ts';
import type { paths } from './schema.ts';

/** A refused call. `code` is the stable name of the fault, `network` when no answer came. */
export class ApiFailure extends ApiError {
  override name = 'ApiFailure';
  /** What the server says beside the code; for `invalid_request` the fields. */
  readonly details: readonly unknown[];
  readonly requestId: string | null;
  /** Seconds after which trying again makes sense, where the server knows. */
  readonly retryAfter: number | null;

  constructor(
    code: string,
    status: number,
    about: { details?: readonly unknown[]; requestId?: string; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(code, status, code, { cause: about.cause });
    this.details = about.details ?? [];
    this.requestId = about.requestId ?? null;
    this.retryAfter = about.retryAfter ?? null;
  }
}

interface Failure {
  error?: { code?: string; details?: unknown[] };
  requestId?: string;
}

/** Header by which the server knows a repeated request; creating calls get a new one each unless they bring their own. */
export const IDEMPOTENCY_KEY = 'Idempotency-Key';

/** 128 random bits; `crypto.randomUUID` needs a secure context. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export const api = createClient<paths>({ fetch: send });

async function send(request: Request): Promise<Response> {
  if (request.method === 'POST' && !request.headers.has(IDEMPOTENCY_KEY)) request.headers.set(IDEMPOTENCY_KEY, newKey());
  const token = session.get()?.token;
  if (!token) return attempt(request, undefined);
  const again = request.clone();
  const response = await attempt(request, token);
  if (response.status !== 401) return response;
  const { error } = await (response.clone().json() as Promise<Failure>).catch((): Failure => ({}));
  return (await renewedAfter(error?.code ?? '', token)) ? attempt(again, session.get()?.token) : response;
}

async function attempt(request: Request, token: string | undefined): Promise<Response> {
  if (token) request.headers.set('authorization', `Bearer ${token}`);
  return fetch(request).catch((error: unknown) => {
    if (request.signal.aborted) throw error;
    throw new ApiFailure('network', 0, { cause: error });
  });
}

/**
 * The `data` of a call's envelope.
 * @throws {ApiFailure}
 */
export async function dataOf<T>(call: Promise<{ data?: { data: T }; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call.catch((fault: unknown) => {
    if (fault instanceof SyntaxError) throw new ApiFailure('internal', 502, { cause: fault });
    throw fault;
  });
  if (data) return data.data;
  throw failureOf(error, response);
}

/**
 * Downloads a file.
 * @param path with its query
 * @throws {ApiFailure}
 */
export async function fileOf(path: string): Promise<Blob> {
  const response = await send(new Request(path));
  if (response.ok) return response.blob();
  throw failureOf(await response.json().catch(() => null), response);
}

/** What the server says of a file that was sent. */
type Upload = { ok: true; file: { id: string } } | { ok: false; error: { code: string } };

/**
 * Uploads a file.
 * @throws {ApiFailure} the whole request, or this file, was refused
 */
export async function uploadFile(
  category: 'avatar' | 'licence' | 'id-photo' | 'document' | 'record-attachment',
  file: File,
): Promise<{ id: string }> {
  const body = new FormData();
  body.append('file', file);
  const response = await send(new Request(`/api/v1/files?category=${category}`, { method: 'POST', body }));
  const answer: unknown = await response.json().catch(() => null);
  const [uploaded] = response.ok ? (answer as { data: { items: Upload[] } }).data.items : [];
  if (!uploaded) throw failureOf(answer, response);
  if (!uploaded.ok) throw new ApiFailure(uploaded.error.code, response.status);
  return uploaded.file;
}

/** What an answer that is no success says. */
export function failureOf(body: unknown, response: Response): ApiFailure {
  const { error, requestId } = (typeof body === 'object' && body !== null ? body : {}) as Failure;
  const retryAfter = response.headers.get('retry-after');
  return new ApiFailure(error?.code ?? 'internal', response.status, {
    ...(error?.details && { details: error.details }),
    ...(requestId !== undefined && { requestId }),
    ...(retryAfter !== null && { retryAfter: Number(retryAfter) }),
  });
}
